/**
 * Everything about payloads of format 4, most of all about several runners on a machine, that few starts need: they load
 * this module only then.
 */

import { parseInputs, pickInputs, type ParseYaml, type RawInputs, type ValuesOf } from '../src/core/inputs/inputs.js';
import { roles, type RoleTexts } from '../src/core/inputs/roles.js';
import type { inputs } from './start-runner.inputs.js';

export { rolesFormat } from '../src/core/machine/roles-format.js';

export interface ReadRoles {
  /** Absent when there are problems. */
  readonly roles?: readonly RoleTexts[];
  readonly problems: readonly string[];
}

export interface AboutRoles {
  readonly parseYaml: ParseYaml | undefined;
  /** Whether the workflow gives `mode`, as for ec2-github-runner: the translated inputs no longer have it. */
  readonly isMigrated: boolean;
}

/** Parses `runners` and checks it with the other inputs. */
export function readRoles(
  { label, pool }: ValuesOf<typeof inputs>,
  raw: RawInputs,
  { parseYaml, isMigrated }: AboutRoles,
): ReadRoles {
  const { values, problems } = parseInputs({ runners: roles('') }, pickInputs(raw, ['runners']), parseYaml);
  if (values.runners === undefined) return { problems };
  if (pool !== undefined) {
    problems.push(
      '`runners` is set with `pool`; allowed: one of them. A machine of a pool is claimed by one runner, so it has no other.',
    );
  }
  if (isMigrated) {
    problems.push(
      '`runners` is set with `mode: start`; allowed: `runners` without `mode`. Workflows of ec2-github-runner have one label for all runners.',
    );
  }
  if (label !== undefined) problems.push(...findForeignLabels(values.runners, label));
  return { roles: values.runners, problems };
}

/** Labels of a role that are the unique label of another. @param label the start's */
function findForeignLabels(runners: readonly RoleTexts[], label: string): string[] {
  const unique = new Map(runners.map(({ role }) => [`${label}-${role}`.toLowerCase(), role]));
  return runners.flatMap(({ role, labels }) =>
    labels.flatMap((one) => {
      const owner = unique.get(one.toLowerCase());
      if (owner === undefined || owner === role) return [];
      return `\`runners\` is "role ${role}: label ${one}"; allowed: labels other than the unique label of a role, and this one is of role ${owner}.`;
    }),
  );
}

/** Everything about machines with a name, or with a shell, that few starts need: they load this module only then. */

import type { RawInputs, ValuesOf } from '../src/core/inputs/inputs.js';
import type { inputs } from './start-runner.inputs.js';

export { Singleton } from '../src/core/start/singleton.js';

type StartValues = ValuesOf<typeof inputs>;

/** Problems of `machine-name` and `when-running` with other inputs. */
export function checkMachineName(values: StartValues, raw: RawInputs): string[] {
  const { 'machine-name': name, count, pool } = values;
  if (raw['machine-name'] === undefined) {
    if (raw['when-running'] === undefined) return [];
    return ['`when-running` is set without `machine-name`; allowed: both, or neither.'];
  }
  if (name === undefined) return [];
  return [
    ...(count > 1
      ? [`\`count\` is ${count} with \`machine-name\`; allowed: 1, because only one machine has the name.`]
      : []),
    ...(pool === undefined ? [] : ['`pool` is set with `machine-name`; allowed: one of them.']),
  ];
}

/** A shell by Systems Manager needs a role of the machine itself. */
export function checkAccess({ access, 'iam-role-name': role }: StartValues): string[] {
  if (access !== 'ssm' || role !== undefined) return [];
  return [
    '`access` is "ssm", and `iam-role-name` is empty; allowed: the instance profile of a role with the permissions of iam/session-host.json (or the policy AmazonSSMManagedInstanceCore), which the parameter Sessions of iam/ci-actions.yml creates.',
  ];
}

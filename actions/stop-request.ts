import {
  describeUnknown,
  parseInputs,
  pickInputs,
  refuseProblems,
  type RawInputs,
  type ValuesOf,
} from '../src/core/inputs/inputs.js';
import { migrateInputs } from '../src/core/inputs/migration.js';
import { checkCredentials } from './credentials.inputs.js';
import { inputs as startInputs } from './start-runner.inputs.js';
import { inputs } from './stop-runner.inputs.js';

export interface LoadedStop {
  readonly values: ValuesOf<typeof inputs>;
  readonly notices: readonly string[];
  /** What is wrong with names that no action of the suite has: reported when the machines are told to end. */
  readonly unknown: readonly string[];
}

/**
 * From `INPUT_*` to validated values. A stop that refuses leaves machines running, so only what decides over them is
 * refused: what start-runner takes is ignored, as ec2-github-runner ignores it, and an unknown name is reported later.
 *
 * @throws Failure `bad-input` with every problem there is
 */
export function loadStop(given: RawInputs): LoadedStop {
  const migrated = migrateInputs(pickInputs(given, Object.keys(inputs)), 'stop');
  const { values, problems } = parseInputs(inputs, migrated.raw);
  const others = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name));
  const unknown = others
    .filter((name) => !Object.hasOwn(startInputs, name))
    .map((name) => describeUnknown(name, Object.keys(inputs)));
  const refused = [...migrated.problems, ...problems, ...checkAll(values), ...checkCredentials(migrated.raw)];
  refuseProblems(
    refused.length > 0 ? [...refused, ...unknown] : [],
    'Correct them in the workflow and run stop-runner again. Nothing was stopped.',
  );
  const superfluous = others.filter((name) => Object.hasOwn(startInputs, name) && given[name]?.text.trim() !== '');
  const notices = superfluous.map((name) => `\`${name}\` is ignored: it says how to start a machine.`);
  return { values, notices: [...migrated.notices, ...notices], unknown };
}

function checkAll({ all, label, 'ec2-instance-id': ids }: LoadedStop['values']): string[] {
  const given = [...(label === undefined ? [] : ['`label`']), ...(ids === undefined ? [] : ['`ec2-instance-id`'])];
  if (!all || given.length === 0) return [];
  return [`\`all\` is true, and ${given.join(' and ')} names a part; allowed: one of them.`];
}

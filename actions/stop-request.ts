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
  /** Problems with unknown input names: reported after the instances are ended. */
  readonly unknown: readonly string[];
}

/**
 * From `INPUT_*` to validated values. A stop that fails here leaves instances running, so it fails only for inputs that
 * decide what is stopped. Inputs of start-runner are ignored, as ec2-github-runner ignores them, and unknown names are
 * reported later.
 *
 * @throws Failure `bad-input` with every problem there is
 */
export function loadStop(input: RawInputs): LoadedStop {
  const migrated = migrateInputs(pickInputs(input, Object.keys(inputs)), 'stop');
  const { values, problems } = parseInputs(inputs, migrated.raw);
  const others = Object.keys(input).filter((name) => !Object.hasOwn(inputs, name));
  const unknown = others
    .filter((name) => !Object.hasOwn(startInputs, name))
    .map((name) => describeUnknown(name, Object.keys(inputs)));
  const refused = [...migrated.problems, ...problems, ...checkAll(values), ...checkCredentials(migrated.raw)];
  refuseProblems(
    refused.length > 0 ? [...refused, ...unknown] : [],
    'Correct them in the workflow and run stop-runner again. Nothing was stopped.',
  );
  const superfluous = others.filter((name) => Object.hasOwn(startInputs, name) && input[name]?.text.trim() !== '');
  const notices = superfluous.map((name) => `\`${name}\` is ignored: it is an input of start-runner.`);
  return { values, notices: [...migrated.notices, ...notices], unknown };
}

function checkAll({ all, label, 'ec2-instance-id': ids }: LoadedStop['values']): string[] {
  const named = [...(label === undefined ? [] : ['`label`']), ...(ids === undefined ? [] : ['`ec2-instance-id`'])];
  if (!all || named.length === 0) return [];
  return [
    `\`all\` is true, and ${named.join(' and ')} ${named.length === 1 ? 'names' : 'name'} a part of that; allowed: one of them.`,
  ];
}

import {
  describeUnknown,
  parseInputs,
  pickInputs,
  textOf,
  type RawInputs,
  type ValuesOf,
} from '../src/core/inputs/inputs.js';
import { nearest } from '../src/core/kernel/nearest.js';
import type { StopRequest } from '../src/core/stop/request.js';
import { checkCredentials } from './credentials.inputs.js';
import { inputs as startInputs } from './start-runner.inputs.js';
import { ID, inputs } from './stop-runner.inputs.js';

type Values = ValuesOf<typeof inputs>;

/** What a stop ends, as its inputs name it. */
export type StopTarget = Pick<StopRequest, 'label' | 'instanceIds' | 'all' | 'isMigrated' | 'hasInvalidIds'>;

export interface LoadedStop {
  readonly values: Values;
  /** `undefined` when the inputs name something, and nothing of it can be understood. */
  readonly target: StopTarget | undefined;
  readonly notices: readonly string[];
  /** Names that no action has. */
  readonly warnings: readonly string[];
  /** What is wrong with the inputs: reported after the instances are ended. */
  readonly problems: readonly string[];
  /** Why GitHub cannot be asked. EC2 is asked all the same. */
  readonly credentialProblems: readonly string[];
}

/**
 * From `INPUT_*` to what is to be stopped. A stop that fails here would leave instances running, so nothing fails here:
 * what can be understood is stopped, and the problems are reported afterwards. An invalid input never widens what is
 * ended.
 */
export function loadStop(input: RawInputs): LoadedStop {
  const own = pickInputs(input, Object.keys(inputs));
  const { values, problems } = parseInputs(inputs, own);
  const ids = [...new Set([...(values['ec2-instance-id'] ?? []), ...(values['ec2-instance-ids'] ?? [])])];
  const badIds = ids.filter((id) => !ID.matches.test(id));
  const mode = checkMode(textOf(own, 'mode'));
  const named = { ids, label: textOf(own, 'label') };
  const credentialProblems = checkCredentials(own);
  return {
    values,
    target: findTarget(values, { ...named, mode }),
    ...passOver(input),
    problems: [
      ...(mode.problem ?? []),
      ...problems,
      ...badIds.map((id) => `\`ec2-instance-id\` has ${JSON.stringify(id.slice(0, 80))}; allowed: ${ID.allowed}.`),
      ...checkAll(values, named),
      ...findMisspelled(input),
    ],
    credentialProblems,
  };
}

interface Mode {
  readonly isStop: boolean;
  readonly problem?: readonly string[];
}

function checkMode(mode: string): Mode {
  if (mode === '') return { isStop: false };
  if (mode.toLowerCase() === 'stop') return { isStop: true };
  const other: Readonly<Record<string, string>> = { start: 'start-runner', cleanup: 'reap-runners' };
  const action = other[mode.toLowerCase()];
  const instead = action === undefined ? '' : ` For \`mode: ${mode}\`, use the ${action} action.`;
  return { isStop: false, problem: [`\`mode\` is ${JSON.stringify(mode)}; allowed: \`stop\` or nothing.${instead}`] };
}

interface Named {
  readonly ids: readonly string[];
  readonly label: string;
}

function findTarget(values: Values, { ids, label, mode }: Named & { readonly mode: Mode }): StopTarget | undefined {
  const instanceIds = ids.filter((id) => ID.matches.test(id));
  const isNamed = label !== '' || ids.length > 0;
  // An invalid `all` or `mode` ends no more than what is named otherwise.
  const all = values.all && !isNamed;
  if (isNamed ? values.label === undefined && instanceIds.length === 0 : mode.problem && !all) return undefined;
  const hasInvalidIds = instanceIds.length < ids.length && instanceIds.length === 0;
  return { label: values.label, instanceIds, all, hasInvalidIds, isMigrated: mode.isStop && !isNamed && !all };
}

function checkAll({ all }: Values, { ids, label }: Named): string[] {
  const named = [...(label === '' ? [] : ['`label`']), ...(ids.length === 0 ? [] : ['`ec2-instance-id`'])];
  if (!all || named.length === 0) return [];
  return [
    `\`all\` is true, and ${named.join(' and ')} ${named.length === 1 ? 'names' : 'name'} a part of that; allowed: one of them.`,
  ];
}

/** The inputs of start-runner and of other actions: ec2-github-runner has one action.yml for both modes. */
function passOver(input: RawInputs): Pick<LoadedStop, 'notices' | 'warnings'> {
  const others = Object.keys(input).filter(
    (name) => !Object.hasOwn(inputs, name) && textOf(input, name) !== '' && nearestOwn(name) === undefined,
  );
  const isOfStart = (name: string) => Object.hasOwn(startInputs, name);
  return {
    notices: others.filter(isOfStart).map((name) => `\`${name}\` is ignored: it is an input of start-runner.`),
    warnings: others
      .filter((name) => !isOfStart(name))
      .map((name) => `\`${name}\` is ignored: stop-runner has no such input.`),
  };
}

/** A misspelled name may be one that names what is to be stopped. */
function findMisspelled(input: RawInputs): string[] {
  const misspelled = Object.keys(input).filter(
    (name) => !Object.hasOwn(inputs, name) && nearestOwn(name) !== undefined,
  );
  return misspelled.map((name) => describeUnknown(name, Object.keys(inputs)));
}

function nearestOwn(name: string): string | undefined {
  return Object.hasOwn(startInputs, name) ? undefined : nearest(name, Object.keys(inputs));
}

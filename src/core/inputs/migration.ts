import { isShort, type Outcome } from './foreign-input.js';
import { findForeignInput } from './foreign-inputs.js';
import { textOf, type RawInputs } from './inputs.js';

export interface Migrated {
  readonly raw: RawInputs;
  readonly notices: readonly string[];
  readonly problems: readonly string[];
}

type Action = 'start' | 'stop';

/** The action to use for each `mode` of ec2-github-runner, of which `cleanup` is namecheap's. */
const ACTION_OF_MODE: Readonly<Record<string, string>> = {
  start: 'start-runner',
  stop: 'stop-runner',
  cleanup: 'reap-runners',
};

/**
 * Translates the inputs of machulav's and namecheap's ec2-github-runner and of their forks, so that a migration changes
 * only the `uses:` line of a workflow. `foreign-inputs.ts` has the table. A stop has only `mode` translated.
 */
export function migrateInputs(inputs: RawInputs, action: Action): Migrated {
  const raw: Record<string, { text: string; origin?: string }> = { ...inputs };
  const mode = textOf(raw, 'mode');
  delete raw['mode'];
  const problems = mode === '' || mode === action ? [] : [describeMode(mode, action)];
  const notices = mode === action ? [MODE_NOTICES[action]] : [];
  if (action === 'stop') return { raw, notices, problems };
  if (textOf(raw, 'max-lifetime-minutes') === '0') {
    delete raw['max-lifetime-minutes'];
    problems.push(
      '`max-lifetime-minutes` is "0", but no machine lives without a limit here: write `max-lifetime-minutes: 7200` at most.',
    );
  }
  for (const [name, { text }] of Object.entries(inputs)) {
    const foreign = findForeignInput(name);
    if (!foreign) continue;
    delete raw[name];
    if (text.trim() === '') continue;
    const outcome = foreign.apply(text.trim(), textsOf({ ...inputs, ...raw }));
    problems.push(...(outcome.problems ?? []).map((problem) => join(name, problem)));
    const note = outcome.note ?? describeInputs(outcome.inputs ?? {}, textsOf(raw));
    if (note !== '') notices.push(join(name, note));
    for (const [target, value] of Object.entries(outcome.inputs ?? {})) {
      raw[target] = { text: value, origin: `from \`${name}\`` };
    }
  }
  return { raw, notices, problems };
}

const MODE_NOTICES: Readonly<Record<Action, string>> = {
  start:
    '`mode` is ignored: this action only starts. Each machine takes one job and ends: for several jobs on the label write `count: N`; machines that wait for later runs come from a pool (fill-pool).',
  stop: '`mode` is ignored: start-runner and stop-runner are separate actions.',
};

function describeMode(mode: string, action: Action): string {
  const other = ACTION_OF_MODE[mode];
  const advice = other === undefined ? '' : ` To ${mode} runners, use the ${other} action: \`uses: …/${other}\`.`;
  return `\`mode\` is "${mode}"; allowed here: \`${action}\` or nothing.${advice}`;
}

/** What an input is read as. A script is named only. */
function describeInputs(inputs: NonNullable<Outcome['inputs']>, given: Readonly<Record<string, string>>): string {
  const parts = Object.entries(inputs).map(([target, value]) => {
    if (!isShort(value)) return `a part of \`${target}\``;
    const replaced = given[target] !== undefined && given[target] !== value;
    return `\`${target}: ${value}\`${replaced ? ` in place of ${given[target]}` : ''}`;
  });
  return parts.length === 0 ? '' : `is read as ${parts.join(', ')}.`;
}

function join(name: string, sentence: string): string {
  return `\`${name}\`${sentence.startsWith(':') ? '' : ' '}${sentence}`;
}

function textsOf(inputs: RawInputs): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, { text }]) => (text.trim() === '' ? [] : [[name, text.trim()]])),
  );
}

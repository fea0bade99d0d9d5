import { type Configuration, describeOrigin } from '../config/configuration.js';
import { endSentence, MissingNames, shorten } from '../config/describe-missing.js';
import type { ConfigurationFile, Override } from '../config/resolve-configuration.js';
import { isMap } from '../config/value.js';
import { EXEC_LIST, ONLY } from './directives.js';

export interface PlannedPhase {
  readonly name: string;
  readonly runs: boolean;
  /** Of a phase that does not run, as the end of a sentence: `/skip (the comment, line 2)`. */
  readonly why?: string;
}

interface KnownPhases {
  /** In their order. */
  readonly known: readonly string[];
  /** Those of the configuration's file, in its order. */
  readonly ofFile: readonly string[];
  readonly config: Configuration | undefined;
}

/** The output `phases` separates them by commas. */
const IN_A_LIST = /^[^\s,]+$/;

/** The phases that a configuration's file has under `exec_list`. */
export function listPhasesOf(file: ConfigurationFile | undefined): string[] {
  const list = file?.root[EXEC_LIST];
  return isMap(list) ? Object.keys(list).filter((name) => name !== ONLY) : [];
}

/**
 * Which phases run. A phase that is `false` does not run; with `exec_list._only_`, only those that are `true` run.
 *
 * @param directives `exec_list.PHASE` of `/skip` and `/only`
 */
export function listPhases(
  directives: readonly Override[],
  { known, ofFile, config }: KnownPhases,
): {
  readonly phases: readonly PlannedPhase[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
} {
  const names = known.length > 0 ? known : ofFile;
  const missing = new MissingNames();
  const problems = directives.flatMap(({ key, source }) => {
    const name = key.slice(EXEC_LIST.length + 1);
    if (name === ONLY || known.includes(name) || ofFile.includes(name)) return [];
    const hint = names.length === 0 ? '; this test has none' : missing.suggest(name, names);
    return endSentence(`${source}: \`${shorten(name)}\` is not a phase${hint}`);
  });
  problems.push(...ofFile.filter((name) => !IN_A_LIST.test(name)).map(refuseName));
  const valueOf = (name: string): unknown =>
    config?.get([EXEC_LIST, name]) ?? directives.findLast(({ key }) => key === `${EXEC_LIST}.${name}`)?.value;
  const isOnly = valueOf(ONLY) === true;
  const phases = names.map((name): PlannedPhase => {
    const value = valueOf(name);
    if (value !== false && (!isOnly || value === true)) return { name, runs: true };
    return { name, runs: false, why: value === false ? explain(name, '/skip') : `not in ${explain(ONLY, '/only')}` };
  });
  // Without an unknown phase, which is a reason of its own, the author has left nothing to test.
  const [last] = directives.slice(-1);
  if (problems.length === 0 && last && phases.length > 0 && !phases.some(({ runs }) => runs))
    problems.push(
      `No phase is left to run: ${phases.map(({ name, why }) => `\`${shorten(name)}\` (${why})`).join(', ')}.`,
    );
  return { phases, problems, warnings: findIdleOnly(directives, phases) };

  /** Which directive it was, or which value of the configuration, and where. */
  function explain(name: string, directive: string): string {
    const source = directives.findLast(({ key }) => key === `${EXEC_LIST}.${name}`)?.source;
    if (source !== undefined) return `${directive} (${source})`;
    const place = config && ` (${describeOrigin(config.originOf([EXEC_LIST, name]), 'the configuration')})`;
    return `\`${EXEC_LIST}.${shorten(name)}: ${name === ONLY}\`${place ?? ''}`;
  }
}

function refuseName(name: string): string {
  return `\`${EXEC_LIST}\` of the configuration has the phase \`${shorten(name)}\`; allowed: names without blanks and commas.`;
}

/** `/only` that leaves nothing out was written for another configuration: `true` in the file means in every run. */
function findIdleOnly(directives: readonly Override[], phases: readonly PlannedPhase[]): string[] {
  const only = directives.find(({ key }) => key === `${EXEC_LIST}.${ONLY}`);
  const isNamed = (name: string) => directives.some(({ key }) => key === `${EXEC_LIST}.${name}`);
  const others = phases.filter(({ name }) => !isNamed(name)).map(({ name }) => `\`${shorten(name)}\``);
  if (!only || others.length === 0 || phases.some(({ runs }) => !runs)) return [];
  return [
    `${only.source}: \`/only\` leaves nothing out, because \`true\` in the configuration means in every run: ${others.join(', ')}. Write \`null\` there for phases that \`/only\` may leave out.`,
  ];
}

import { endSentence, MissingNames, shorten } from '../config/describe-missing.js';
import type { WantedPreset } from '../config/resolve-configuration.js';
import type { Argument, Command } from './command.js';

/** What an argument of `/test` may be. */
export interface KnownArguments {
  readonly environments: readonly string[];
  /** The presets of the configuration; `undefined` without one. */
  readonly presets: readonly string[] | undefined;
  readonly testNames: readonly string[];
  readonly otherArguments: 'refuse' | 'keep';
}

export interface SortedArguments {
  /** In the order of the known ones. */
  readonly environments: readonly string[];
  readonly presets: readonly WantedPreset[];
  readonly commit?: string;
  readonly problems: readonly string[];
}

/** Seven digits are what GitHub shows of a commit. */
const COMMIT = /^[0-9a-f]{7,64}$/i;
const ALL = 'all';

/** Sorts the arguments of a command: environments (`unit, cuda` or `all`), presets, and the commit of a fork. */
export function sortArguments(
  { args, below }: Pick<Command, 'args' | 'below'>,
  known: KnownArguments,
): SortedArguments {
  const sorter = new Sorter(known);
  for (const { text, source } of args)
    for (const word of known.environments.length > 0 ? text.split(',').filter(Boolean) : [text])
      sorter.add(word, source);
  sorter.checkBelow(below);
  const { chosen, presets, commits, problems } = sorter;
  const environments = known.environments.filter((one) => chosen.has(one) || chosen.has(ALL));
  if (
    known.environments.length > 0 &&
    environments.length === 0 &&
    known.presets === undefined &&
    problems.length === 0
  )
    problems.push(`The command names no environment; allowed: ${listNames([ALL, ...known.environments])}.`);
  const [commit, other] = commits;
  if (other !== undefined)
    problems.push(`The command names two commits, \`${commit}\` and \`${other}\`; allowed: one.`);
  return { environments, presets, problems, ...(commit === undefined ? {} : { commit }) };
}

class Sorter {
  readonly chosen = new Set<string>();
  readonly presets: WantedPreset[] = [];
  readonly commits = new Set<string>();
  readonly problems: string[] = [];
  private readonly missing = new MissingNames();

  constructor(private readonly known: KnownArguments) {}

  add(word: string, source: string): void {
    const { environments, presets = [], otherArguments } = this.known;
    const environment = [ALL, ...environments].find((one) => one.toLowerCase() === word.toLowerCase());
    if (environment !== undefined && environments.length > 0) this.chosen.add(environment);
    else if (presets.includes(word)) this.presets.push({ name: word, source });
    else if (COMMIT.test(word)) this.commits.add(word.toLowerCase());
    else if (otherArguments === 'refuse') this.problems.push(endSentence(`${source}: ${this.describe(word)}`));
  }

  /** Names alone on the line below the command are arguments that slipped there. */
  checkBelow(below: readonly Argument[]): void {
    const { environments, presets = [] } = this.known;
    const names = [...(environments.length > 0 ? [ALL] : []), ...environments, ...presets];
    if (below.length === 0 || !below.every(({ text }) => names.includes(text))) return;
    const [{ text, source }] = below as [Argument];
    this.problems.push(`${source}: \`${shorten(text)}\` is below the command; write it on the line of the command.`);
  }

  private describe(word: string): string {
    const { environments, presets, testNames } = this.known;
    const name = `\`${shorten(word)}\``;
    if (testNames.includes(word))
      return `${name} is the name of a test; a command runs one test, whose name comes first`;
    const kinds = [environments.length > 0 ? 'an environment' : '', presets ? 'a preset' : ''].filter(Boolean);
    if (kinds.length === 0) return `${name} is an argument, and this test takes none`;
    const not = kinds.length === 1 ? `is not ${kinds[0]}` : `is neither ${kinds.join(' nor ')}`;
    return `${name} ${not}${this.missing.suggest(word, [...environments, ...(presets ?? [])])}`;
  }
}

function listNames(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

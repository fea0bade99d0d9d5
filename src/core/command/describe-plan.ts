import { isMap, type Value } from '../config/value.js';
import { details, tableLines } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { type FittedTexts, fitTexts, link, listSome, prose, quote, toCell } from '../kernel/quoting.js';
import { EXEC_LIST, ONLY } from './directives.js';
import type { Plan, PlannedChange } from './plan.js';
import { quoteValue, startOfJson } from './quoting.js';

/** How much room a text has. */
export interface Room {
  /** Of UTF-8. */
  readonly bytes: number;
  /** Where all of it is, if there is such a place. */
  readonly allOfIt?: string;
}

/** Longer lists are folded. */
const MOST_OPEN = 10;
const LONGEST_INPUT = 200;
const LONGEST_OVERRIDE = 400;

/** What is to run, and why, as lines of Markdown. `room` is what all of it has together. */
export function describePlan(plan: Plan, { bytes, allOfIt }: Room): string[] {
  const part = (share: number): Room => ({ bytes: bytes * share, ...(allOfIt === undefined ? {} : { allOfIt }) });
  return [
    ...listFacts(plan, bytes * 0.35),
    '',
    ...listSentences('**Warnings:**', plan.warnings, part(0.2)),
    ...tabulateChanges(plan, part(0.45)),
  ];
}

function listFacts(plan: Plan, bytes: number): string[] {
  const { environments, phases, presets, machine, composeOverride } = plan;
  const runs = phases.filter((phase) => phase.runs).map(({ name }) => name);
  const inputs = Object.entries(machine);
  const fact = (title: string, items: readonly string[]): string[] =>
    items.length > 0 ? [`- **${title}:** ${listSome(items, (one) => quote(one), bytes / 12)}`] : [];
  const showInput = ([name, value]: [string, string]): string =>
    quote(`${name}: ${value.replaceAll('\n', ', ')}`, LONGEST_INPUT);
  return [
    `- **Commit:** ${/^[0-9a-f]{40,64}$/.test(plan.sha) ? plan.sha : quote(plan.sha)}`,
    ...fact('Environments', environments),
    ...fact('Phases', runs),
    ...(phases.length > 0 && runs.length === 0 ? ['- **Phases:** none'] : []),
    ...listUnrun(plan, bytes / 5),
    ...fact('Presets', presets),
    ...(inputs.length > 0 ? [`- **Machine:** ${listSome(inputs, showInput, bytes / 5)}`] : []),
    ...(composeOverride === undefined
      ? []
      : [
          `- **Compose override:** ${quote(startOfJson(composeOverride as Value, LONGEST_OVERRIDE), LONGEST_OVERRIDE)}`,
        ]),
  ];
}

/** Phases that do not run, together with those that have the same reason. */
function listUnrun({ phases }: Plan, bytes: number): string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, runs, why = '' } of phases) {
    if (!runs) byReason.set(why, [...(byReason.get(why) ?? []), name]);
  }
  const reasons = [...byReason];
  const { shown, left } = fitTexts(
    reasons,
    ([why, names]) =>
      `- **Not run:** ${listSome(names, (name) => quote(name), bytes / 2)}${why === '' ? '' : ` – ${prose(why)}`}`,
    bytes,
  );
  return [...shown, ...(left > 0 ? [`- **Not run:** … and ${plural(left, 'more reason')}`] : [])];
}

/** A title and a list of sentences. */
export function listSentences(title: string, sentences: readonly string[], { bytes, allOfIt }: Room): string[] {
  if (sentences.length === 0) return [];
  const list = fitTexts(sentences, (one) => `- ${prose(one)}`, bytes);
  return [title, '', ...foldRows(list, [], allOfIt)];
}

/** Rows, of which those beyond {@link MOST_OPEN} are folded. @param head the lines above the rows, in both parts */
export function foldRows(
  { shown, left }: FittedTexts,
  head: readonly string[],
  allOfIt: string | undefined,
): readonly string[] {
  const folded = shown.slice(MOST_OPEN);
  const rest = left > 0 ? [describeRest(left, allOfIt), ''] : [];
  const open = [...head, ...shown.slice(0, MOST_OPEN), ''];
  if (folded.length === 0) return [...open, ...rest];
  return [...open, ...details(`${folded.length + left} more`, [...head, ...folded, '', ...rest])];
}

/** What stands in place of the rows that have no room. */
function describeRest(left: number, allOfIt: string | undefined): string {
  const where = allOfIt === undefined ? '' : `; all of it is in ${link("the run's summary", allOfIt)}`;
  return `… and ${left} more${where}`;
}

function tabulateChanges(plan: Plan, { bytes, allOfIt }: Room): string[] {
  const changes = plan.changes.filter((change) => !isShown(change, plan));
  if (changes.length === 0) return [];
  const [head, rule] = tableLines(['Key', 'Value', 'Before', 'From'], []);
  const { shown, left } = fitTexts(changes, toRow, bytes);
  const rows = [head!, rule!, ...shown, '', ...(left > 0 ? [describeRest(left, allOfIt), ''] : [])];
  const title = `${plural(changes.length, 'value')} of the configuration ${changes.length === 1 ? 'is' : 'are'} changed`;
  return changes.length > MOST_OPEN ? details(title, rows) : [`${title}:`, '', ...rows];
}

function toRow({ key, value, before, from }: PlannedChange): string {
  const cells = [quote(key), quoteValue(value), quoteValue(before), prose(from)].map(toCell);
  return tableLines([], [cells]).at(-1)!;
}

/** Whether a change repeats what the command line or the list of phases says. */
function isShown({ key, value, before }: PlannedChange, { phases }: Plan): boolean {
  if (/^PR_POSITIONAL_ARG(S|_\d+)$/.test(key)) return true;
  const isPhase = (name: string) => name === ONLY || phases.some((phase) => phase.name === name);
  if (phases.length === 0) return false;
  // A file without phases gets the whole map from `/skip`.
  if (key === EXEC_LIST) return before === undefined && isMap(value) && Object.keys(value).every(isPhase);
  return key.startsWith(`${EXEC_LIST}.`) && isPhase(key.slice(EXEC_LIST.length + 1));
}

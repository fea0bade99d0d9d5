import { MOST_RUNNERS } from '../kernel/bounds.js';
import { nearest } from '../kernel/nearest.js';
import { plural } from '../kernel/plural.js';
import { BadValue, BadValues, parseJson, type InputDefinition, type ParseYaml } from './inputs.js';

/** One entry of `runners`: what some of a machine's runners are for. */
export interface RoleTexts {
  readonly role: string;
  readonly count: number;
  /** The user's own, in addition to the unique one. */
  readonly labels: readonly string[];
  readonly lifetime: 'job' | 'run';
}

const FORM =
  'a YAML list with an entry for each role, like `- {role: build, count: 2, labels: [big], lifetime: job}`; only `role` is needed';
const KEYS = ['role', 'count', 'labels', 'lifetime'];
const ROLE = {
  matches: /^[A-Za-z0-9][A-Za-z0-9._-]{0,29}$/,
  quoted: 'as `role`, a text: put the number into quotes',
  allowed: 'as `role`, up to 30 letters, digits, `.`, `_` and `-`, beginning with a letter or digit',
};
/** GitHub's limit on a label's length is 256. Commas separate labels, and spaces separate the parts of a payload line. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._:=/@+-]{0,255}$/;
const LABELS =
  'in `labels`, a list of up to 20 texts of letters, digits and `._:=/@+-`, each with at most 256 characters and beginning with a letter or digit';

/** `runners` of start-runner, in YAML or JSON: the roles of the runners of each instance. */
export function roles(description: string): InputDefinition<readonly RoleTexts[] | undefined> {
  return { takes: 'YAML list', description, isYaml: true, parse: parseRoles };
}

function parseRoles(text: string, parseYaml: ParseYaml = parseJson): readonly RoleTexts[] {
  const list = readList(text, parseYaml);
  const problems: BadValue[] = [];
  const entries = list.map((one, at) => readEntry(one, `entry ${at + 1}`, problems));
  problems.push(...findAlike(entries));
  const sum = entries.reduce((all, { count }) => all + count, 0);
  if (problems.length === 0 && sum > MOST_RUNNERS) {
    problems.push(new BadValue(`at most ${MOST_RUNNERS} runners on each machine`, plural(sum, 'runner')));
  }
  if (problems.length > 0) throw new BadValues(problems);
  return entries;
}

function readList(text: string, parseYaml: ParseYaml): readonly unknown[] {
  let list: unknown;
  try {
    list = parseYaml(text);
  } catch (error) {
    throw new BadValue(`${FORM}; it is not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  if (!Array.isArray(list) || list.length === 0) throw new BadValue(FORM);
  return list;
}

/** @param place `entry 3`, for the problems. @param problems gets everything that is wrong with the entry */
function readEntry(entry: unknown, place: string, problems: BadValue[]): RoleTexts {
  const empty = { role: '', count: 1, labels: [], lifetime: 'job' } as const;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    problems.push(new BadValue(FORM, `${place}: ${render(entry)}`));
    return empty;
  }
  // An expression without a value leaves a key empty, which YAML reads as null.
  const given = Object.entries(entry).filter(([, value]) => value !== null);
  const { role, count: counted = 1, labels = [], lifetime = 'job', ...unknown } = Object.fromEntries(given);
  const isRole = typeof role === 'string' && ROLE.matches.test(role);
  const where = isRole ? `role ${role} (${place})` : place;
  const refuse = (allowed: string, what: string) => void problems.push(new BadValue(allowed, `${where}: ${what}`));
  if (!isRole)
    refuse(
      typeof role === 'number' ? ROLE.quoted : ROLE.allowed,
      role === undefined ? 'no role' : `role ${render(role)}`,
    );
  for (const key of Object.keys(unknown)) refuse(listKeys(key), `key ${key}`);
  const count = readCount(counted);
  if (count === undefined) refuse(`as \`count\`, a whole number from 1 to ${MOST_RUNNERS}`, `count ${render(counted)}`);
  const isLifetime = lifetime === 'job' || lifetime === 'run';
  if (!isLifetime) refuse('as `lifetime`, `job` or `run`', `lifetime ${render(lifetime)}`);
  return {
    role: isRole ? role : '',
    count: count ?? 1,
    labels: readLabels(labels, refuse),
    lifetime: isLifetime ? lifetime : 'job',
  };
}

/** The keys of an entry, for one that it does not have. */
function listKeys(unknown: string): string {
  const near = nearest(unknown, KEYS);
  const advice = near && `; did you mean \`${near}\`?`;
  return `${KEYS.map((one) => `\`${one}\``).join(', ')}${advice ?? ''}`;
}

/** An expression in quotes gives the number as text. @returns `undefined` for anything else than 1 to 16 */
function readCount(count: unknown): number | undefined {
  const number = typeof count === 'string' && /^\d{1,2}$/.test(count) ? Number(count) : count;
  if (typeof number !== 'number' || !Number.isInteger(number)) return undefined;
  return number >= 1 && number <= MOST_RUNNERS ? number : undefined;
}

function readLabels(labels: unknown, refuse: (allowed: string, what: string) => void): readonly string[] {
  const list: readonly unknown[] = Array.isArray(labels) ? labels : [labels];
  if (list.length > 20) refuse(LABELS, plural(list.length, 'label'));
  const found = new Map<string, string>();
  for (const one of list) {
    if (typeof one === 'string' && LABEL.test(one)) found.set(one.toLowerCase(), one);
    else if (typeof one === 'string' && one.includes(','))
      refuse('in `labels`, each label as an entry of its own: a comma separates labels', `label ${render(one)}`);
    else if (typeof one === 'number') refuse('in `labels`, texts: put the number into quotes', `label ${one}`);
    else refuse(LABELS, `label ${render(one)}`);
  }
  return [...found.values()];
}

/** Names that several entries have, once each. GitHub does not distinguish the case of labels. */
function findAlike(entries: readonly RoleTexts[]): BadValue[] {
  const names = entries.map(({ role }) => role.toLowerCase()).filter((name) => name !== '');
  const alike = new Set(names.filter((name, at) => names.indexOf(name) < at));
  return [...alike].map((name) => {
    const times = names.filter((one) => one === name).length;
    return new BadValue('each role once, with `count` for several runners', `role ${name} in ${times} entries`);
  });
}

function render(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : JSON.stringify(value);
}

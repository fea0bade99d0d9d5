import type { Frame, Slice } from './profile.js';

/** What one stretch of time was spent on. All times in ms from the process's start. */
export interface Row {
  readonly from: number;
  readonly to: number;
  /** By module or part of Node, the longest first. */
  readonly work: readonly { readonly name: string; readonly ms: number }[];
  /** The requests that reached the clouds in this time. */
  readonly requests: readonly string[];
}

export interface Traced {
  /** The start of the process, in µs on the clock of the slices. */
  readonly began: number;
  readonly ended: number;
  readonly slices: readonly Slice[];
  /** Their times are in ms from the process's start. */
  readonly requests: readonly { readonly at: number; readonly operation: string }[];
  /** The module that a line of a bundle comes from. */
  readonly moduleOf: (frame: Frame) => string | undefined;
}

const ROW_MS = 10;
const WAIT = 'waits';
/** Shorter work within 10 ms gets no line. */
const BUSY_MS = 1;

/** Rows of 10 ms. A stretch in which the process does only one thing, or only waits, is one row, however long. */
export function listRows(traced: Traced): Row[] {
  const { began, ended, requests } = traced;
  const until = (ended - began) / 1000;
  const rows = Array.from({ length: Math.ceil(until / ROW_MS) }, (_, index) => {
    const [from, to] = [index * ROW_MS, Math.min(until, (index + 1) * ROW_MS)];
    const asked = requests.filter(({ at }) => at >= from && at < to).map(({ operation }) => operation);
    return { from, to, work: sumUp(traced, from, to), requests: asked };
  });
  return joinAlike(rows);
}

function sumUp({ began, slices, moduleOf }: Traced, from: number, to: number): Row['work'] {
  const first = slices[0]?.at ?? Infinity;
  // Before V8 takes samples, no JavaScript runs.
  const unseen = Math.min(to, (first - began) / 1000) - from;
  const parts = slices.flatMap(({ at, us, stack }) => {
    const [begin, end] = [(at - began) / 1000, (at + us - began) / 1000];
    const ms = Math.min(end, to) - Math.max(begin, from);
    const name = ms > 0 ? nameWork(stack, moduleOf) : undefined;
    return name === undefined ? [] : [{ name, ms }];
  });
  return addUp(unseen > 0 ? [{ name: 'Node starts', ms: unseen }, ...parts] : parts);
}

/** The module of the innermost frame of a bundle: Node's work is assigned to the module that called it. `undefined`: none. */
export function nameWork(stack: readonly Frame[], moduleOf: Traced['moduleOf']): string | undefined {
  const innermost = stack[0]?.functionName;
  if (innermost === '(idle)' || innermost === '(root)') return undefined;
  if (innermost === '(garbage collector)') return 'garbage collection';
  for (const frame of stack) {
    const name = moduleOf(frame);
    if (name !== undefined) return group(name);
  }
  const isIn = (place: string): boolean => stack.some(({ url }) => url.startsWith(place));
  if (isIn('node:internal/deps/undici')) return "Node's fetch";
  return isIn('node:internal/modules') || isIn('node:internal/bootstrap') ? 'Node loads modules' : "Node's own code";
}

const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^@(aws-sdk|smithy)\//, 'AWS SDK'],
  [/^@octokit\//, 'Octokit'],
  [/^@actions\//, "GitHub's toolkit"],
  [/^(src|actions)\//, 'this suite'],
];

function group(module: string): string {
  return GROUPS.find(([pattern]) => pattern.test(module))?.[1] ?? module;
}

function joinAlike(rows: readonly Row[]): Row[] {
  const joined: Row[] = [];
  for (const row of rows) {
    const last = joined.at(-1);
    const doing = describeOnly(row);
    if (last && doing !== undefined && describeOnly(last) === doing)
      joined[joined.length - 1] = { ...last, to: row.to, work: addUp([...last.work, ...row.work]) };
    else joined.push(row);
  }
  return joined.map((row) => (describeOnly(row) === WAIT ? { ...row, work: [] } : row));
}

/** The only work of a row; `undefined` for a row with more work, or with requests. */
function describeOnly({ work, requests }: Row): string | undefined {
  const [most, ...others] = work.filter(({ ms }) => ms >= BUSY_MS);
  if (requests.length > 0 || others.length > 0) return undefined;
  return most?.name ?? WAIT;
}

function addUp(parts: Row['work']): Row['work'] {
  const sums = new Map<string, number>();
  for (const { name, ms } of parts) sums.set(name, (sums.get(name) ?? 0) + ms);
  return [...sums].map(([name, ms]) => ({ name, ms })).sort((one, other) => other.ms - one.ms);
}

/** A Markdown table with the sums below it. */
export function renderRows(rows: readonly Row[]): string {
  const lines = rows.map(({ from, to, work, requests }) => {
    const named = work.filter(({ ms }) => ms >= BUSY_MS).slice(0, 3);
    const what = work.length === 0 ? WAIT : named.map(({ name, ms }) => `${name} ${ms.toFixed(0)}`).join(', ');
    return `| ${from.toFixed(0)} to ${to.toFixed(0)} | ${what} | ${requests.join(', ')} |`;
  });
  return [
    '| ms | on the processor (ms) | requests that arrive |',
    '| --- | --- | --- |',
    ...lines,
    '',
    sumAll(rows),
  ].join('\n');
}

function sumAll(rows: readonly Row[]): string {
  const waits = rows.filter(({ work }) => work.length === 0).reduce((sum, { from, to }) => sum + to - from, 0);
  const shown = addUp(rows.flatMap(({ work }) => work)).filter(({ ms }) => ms >= BUSY_MS);
  const sums = shown.map(({ name, ms }) => `${name} ${ms.toFixed(0)}`).join(', ');
  return `In all, in ms: ${sums}; waiting in whole stretches ${waits.toFixed(0)}.`;
}

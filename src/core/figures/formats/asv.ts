import type { FigureCollector } from '../collector.js';
import type { Figure } from '../figure.js';
import type { Head } from '../head.js';
import { readJson, showText } from '../json.js';
import { JsonElements } from '../json-elements.js';
import { type TextReader, UnreadableError } from '../reading.js';

/** What asv's names say of a benchmark. The unit of `track_` is in another file. */
const KINDS: readonly (readonly [RegExp, Pick<Figure, 'unit' | 'better'>])[] = [
  [/^time(raw)?_/i, { unit: 'seconds', better: 'lower' }],
  [/^(peak)?mem_/i, { unit: 'bytes', better: 'lower' }],
];

/**
 * A result file of airspeed velocity (`results/MACHINE/COMMIT-ENVIRONMENT.json`). A figure per benchmark and combination
 * of parameters: `suite.time_sort(10, 'a')`, with the samples if `--record-samples` kept them, or else asv's result.
 */
export function readAsv(collector: FigureCollector): TextReader {
  const columns: string[] = [];
  const elements = new JsonElements({
    element: ({ key, name, text, label }) => {
      if (key === 'result_columns') columns.push(showText(readJson(text, label)));
      else if (key === 'results') addBenchmark(name, readRow(readJson(text, label), { columns, label }), collector);
    },
  });
  return elements;
}

type Row = ReadonlyMap<string, unknown>;

/** A row is a list in the order of the columns, without those at its end that it lacks. `null`: the benchmark failed. */
function readRow(
  row: unknown,
  { columns, label }: { readonly columns: readonly string[]; readonly label: string },
): Row {
  if (columns.length === 0) throw new UnreadableError('has no "result_columns" before its "results"');
  if (row !== null && !Array.isArray(row)) throw new UnreadableError(`has no list in ${label}`);
  return new Map(columns.map((column, index) => [column, (row as unknown[] | null)?.[index]]));
}

function addBenchmark(name: string, row: Row, collector: FigureCollector): void {
  const facts = KINDS.find(([kind]) => kind.test(name.split('.').at(-1)!))?.[1] ?? {};
  const results = row.get('result');
  const samples = row.get('samples');
  if (!Array.isArray(results)) return collector.refuse(name, 'a failure of the benchmark');
  const combinations = combine(row.get('params'));
  for (const [index, result] of (results as readonly unknown[]).entries()) {
    const own = `${name}${combinations[index] ?? ''}`;
    const kept: unknown = Array.isArray(samples) ? samples[index] : undefined;
    // asv has null for a combination that failed, and NaN for one that was skipped.
    if (Array.isArray(kept) && kept.length > 0) collector.addAll(own, kept, facts);
    else collector.add(own, result, facts);
  }
}

/** `(10, 'a')` for each combination, the last parameter varying first, as asv orders the results. */
function combine(parameters: unknown): readonly string[] {
  if (!Array.isArray(parameters) || parameters.length === 0) return [];
  const lists = parameters.map((values: unknown) => (Array.isArray(values) ? values.map(showText) : []));
  const all = lists.reduce<string[][]>(
    (left, values) => left.flatMap((one) => values.map((value) => [...one, value])),
    [[]],
  );
  return all.map((values) => `(${values.join(', ')})`);
}

/** The other files of asv. */
export function skipAsv(): TextReader {
  return { write: () => undefined, close: () => undefined };
}

/** Whether it is `benchmarks.json`, an object per benchmark, or `machine.json`. */
export function isOtherAsv({ keys, mentions }: Head): boolean {
  const isMachine = ['machine', 'arch', 'ram', 'version'].every((key) => keys.has(key));
  // Without a benchmark, its version alone is left.
  const isEmpty = keys.size === 1 && keys.has('version');
  return isMachine || isEmpty || ['code', 'param_names', 'params'].every((key) => mentions(key));
}

import type { FigureCollector } from '../collector.js';
import type { Figure } from '../figure.js';
import { isMap, readJson, textOf } from '../json.js';
import { JsonElements } from '../json-elements.js';
import { LineReader } from '../lines.js';
import { type TextReader, UnreadableError } from '../reading.js';

/**
 * Our own format, for programs that write results themselves: an object a line.
 *
 * - `name`: of the figure. Lines of one name are samples of one figure
 * - `value`: one sample, a number; or `samples`: a list of numbers, in the order of measurement
 * - `unit`: optional, such as `ms`
 * - `better`: optional, `lower` or `higher`
 * - `runs`: optional, `true` if each sample is of a process of its own
 *
 * Other keys are ignored.
 *
 * @example {"name":"latency.p99","value":12.5,"unit":"ms","better":"lower"}
 */
export function readJsonLines(collector: FigureCollector): TextReader {
  return new LineReader((line, number) => {
    const label = `line ${number}`;
    addObject(readJson(line, label), label, collector);
  });
}

/** The objects of our JSON lines in one list. Many tools write such a list for github-action-benchmark. */
export function readFigureList(collector: FigureCollector): TextReader {
  return new JsonElements({
    element: ({ text, label }) => addObject(readJson(text, label), label, collector),
  });
}

function addObject(given: unknown, label: string, collector: FigureCollector): void {
  const name = isMap(given) ? textOf(given['name']) : undefined;
  if (!isMap(given) || name === undefined) throw new UnreadableError(`has no object with a "name" in ${label}`);
  const facts = {
    ...readUnit(given['unit'], label),
    ...readBetter(given['better'], label),
    ...readRuns(given['runs'], label),
  };
  const known = collector.factsOf(name);
  if (known?.better && facts.better && known.better !== facts.better) {
    throw new UnreadableError(`has the "better" ${facts.better} of ${name} in ${label}, and ${known.better} before`);
  }
  const { value, samples } = given;
  if (value !== undefined && samples !== undefined) {
    throw new UnreadableError(`has both "value" and "samples" in ${label}; one of them is allowed`);
  }
  if (samples === undefined) collector.add(name, value, facts);
  else collector.addAll(name, samples, facts);
}

function readUnit(unit: unknown, label: string): Pick<Figure, 'unit'> {
  if (unit === undefined || unit === null || unit === '') return {};
  if (typeof unit === 'string') return { unit };
  throw new UnreadableError(`has a "unit" that is no text in ${label}`);
}

function readBetter(better: unknown, label: string): Pick<Figure, 'better'> {
  if (better === undefined || better === null) return {};
  if (better === 'lower' || better === 'higher') return { better };
  throw new UnreadableError(`has the "better" ${JSON.stringify(better)} in ${label}; lower and higher are allowed`);
}

function readRuns(runs: unknown, label: string): Pick<Figure, 'areRuns'> {
  if (runs === undefined || runs === null || runs === false) return {};
  if (runs === true) return { areRuns: true };
  throw new UnreadableError(`has the "runs" ${JSON.stringify(runs)} in ${label}; true and false are allowed`);
}

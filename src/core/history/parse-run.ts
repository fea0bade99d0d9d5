import { isMap, textOf, type JsonMap } from '../figures/json.js';
import type { MeasuringMachine } from '../figures/machine.js';
import { SCHEMA, type PastFigure, type PastRun } from './entry.js';

/** `newer`: of a later version of this program. `damaged`: no line of a history. */
export type ParsedLine = PastRun | 'newer' | 'damaged';

/** How every line begins. */
const BEGINNING = '{"schema":';

/** Reads a line. If a writer was cut off and another one went on in the same line, the later run is read. */
export function parseRun(line: string): ParsedLine {
  const parsed = parse(line);
  if (parsed !== undefined) return read(parsed);
  const again = line.lastIndexOf(BEGINNING);
  const later = again > 0 ? parse(line.slice(again)) : undefined;
  return later === undefined ? 'damaged' : read(later);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function read(line: unknown): ParsedLine {
  if (!isMap(line) || typeof line['schema'] !== 'number') return 'damaged';
  if (line['schema'] > SCHEMA) return 'newer';
  const { id, at, commit, branch, name, tag, machine, figures } = line;
  const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  const known = textOf(id);
  if (known === undefined || !Number.isFinite(time) || !isMap(figures)) return 'damaged';
  return {
    id: known,
    at: time,
    commit: textOf(commit) ?? '',
    branch: textOf(branch) ?? '',
    ...readTexts({ name, tag }),
    machine: readMachine(machine),
    figures: readFigures(figures),
  };
}

function readMachine(given: unknown): MeasuringMachine {
  return isMap(given) ? readTexts({ type: given['type'], image: given['image'], kernel: given['kernel'] }) : {};
}

/** Those that are texts. */
function readTexts<K extends string>(given: Readonly<Record<K, unknown>>): { readonly [key in K]?: string } {
  const texts = Object.entries(given).flatMap(([key, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [[key, text] as const];
  });
  return Object.fromEntries(texts) as { readonly [key in K]?: string };
}

/** A figure without a finite value is left out: a history may be edited by hand. */
function readFigures(given: JsonMap): ReadonlyMap<string, PastFigure> {
  const figures = new Map<string, PastFigure>();
  for (const [name, figure] of Object.entries(given)) {
    if (!isMap(figure)) continue;
    const { value, count, better } = figure;
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    const unit = textOf(figure['unit']);
    figures.set(name, {
      value,
      count: typeof count === 'number' ? count : 1,
      ...(unit !== undefined && { unit }),
      ...((better === 'lower' || better === 'higher') && { better }),
    });
  }
  return figures;
}

import { Failure } from '../kernel/failure.js';
import type { MeasuringMachine } from '../figures/machine.js';
import { INTERLEAVED_SCHEMA, type Interleaved, type InterleavedRun } from './manifest.js';

type Fields = Readonly<Record<string, unknown>>;

const LONGEST = 80;

/** Whether a JSON document is the file of an interleaved measurement. */
export function isInterleaved(value: unknown): boolean {
  return isFields(value) && Object.hasOwn(value, 'interleaved');
}

/**
 * Reads `interleaved.json`.
 *
 * @param path of the file, for messages
 * @throws Failure `bad-input` with the field that is wrong, what it is, and what is allowed
 */
export function readInterleaved(text: string, path: string): Interleaved {
  const document = parse(text, path);
  const refuse = (field: string, value: unknown, allowed: string): never => {
    throw new Failure('bad-input', `${path}: ${field} is ${describe(value)}; allowed: ${allowed}.`, { hint: HINT });
  };
  const { interleaved, sides, seed, runs } = isFields(document) ? document : refuse('the document', document, 'a map');
  if (interleaved !== INTERLEAVED_SCHEMA)
    refuse('`interleaved`', interleaved, `${INTERLEAVED_SCHEMA}, the version that this action reads`);
  if (!isPair(sides)) return refuse('`sides`', sides, 'the labels of two sides, the base first');
  if (typeof seed !== 'string') return refuse('`seed`', seed, 'text');
  if (!Array.isArray(runs) || runs.length === 0) return refuse('`runs`', runs, 'a list of at least one run');
  const seen = new Set<string>();
  const read = (runs as unknown[]).map((value, at): InterleavedRun => {
    const run = isFields(value) ? value : refuse(`run ${at + 1}`, value, 'a map');
    const { side, run: number, results } = run;
    const where = (field: string): string => `\`${field}\` of run ${at + 1}`;
    if (!sides.includes(side as string)) refuse(where('side'), side, sides.join(' or '));
    if (!Number.isInteger(number) || (number as number) < 1) refuse(where('run'), number, 'a whole number from 1');
    if (!isPaths(results))
      return refuse(where('results'), results, 'paths below the folder of this file, at least one');
    const key = `${side as string} ${number as number}`;
    if (seen.has(key)) refuse(where('run'), number, `each run of ${side as string} once`);
    seen.add(key);
    return { side: side as string, run: number as number, results };
  });
  return { interleaved: INTERLEAVED_SCHEMA, sides, seed, machine: readMachine(document, refuse), runs: read };
}

const HINT = 'Give the file as run-compose or run-phases wrote it: its path is their output `interleaved`.';

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Failure('bad-input', `${path} is no JSON, or is cut off.`, { hint: HINT, cause });
  }
}

type Refuse = (field: string, value: unknown, allowed: string) => never;

function readMachine(document: unknown, refuse: Refuse): MeasuringMachine {
  const { machine = {} } = document as Fields;
  const fields = isFields(machine) ? machine : refuse('`machine`', machine, 'a map with `type`, `image`, `kernel`');
  const known = ['type', 'image', 'kernel'] as const;
  for (const name of known)
    if (!['string', 'undefined'].includes(typeof fields[name])) refuse(`\`machine.${name}\``, fields[name], 'text');
  return Object.fromEntries(known.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}

function isPair(value: unknown): value is Interleaved['sides'] {
  return Array.isArray(value) && value.length === 2 && value.every(isText) && value[0] !== value[1];
}

/** A path that leads out of the folder would let a file of the artifacts name any file of the machine. */
function isPaths(value: unknown): value is readonly string[] {
  const isInside = (path: string): boolean => !path.startsWith('/') && !path.split('/').includes('..');
  return Array.isArray(value) && value.length > 0 && value.every((one) => isText(one) && isInside(one));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not given';
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

import { isMap, textOf } from '../figures/json.js';
import { Failure } from '../kernel/failure.js';
import { INTERLEAVED_FILE, INTERLEAVED_SCHEMA, type Interleaved, type InterleavedRun } from './manifest.js';

/** Reads `interleaved.json`. @throws Failure `results-unreadable` */
export function readInterleaved(text: string): Interleaved {
  const given = parse(text);
  const { interleaved, sides, seed, machine, runs } = given;
  if (typeof interleaved === 'number' && interleaved > INTERLEAVED_SCHEMA) {
    throw unreadable('is of a later version', 'Use the same version of the actions for measuring and judging.');
  }
  const labels = Array.isArray(sides) && sides.length === 2 ? sides.map(textOf) : [];
  const [base, head] = labels;
  if (interleaved !== INTERLEAVED_SCHEMA || base === undefined || head === undefined || !Array.isArray(runs)) {
    throw unreadable('is no file of an interleaved measurement');
  }
  return {
    interleaved,
    sides: [base, head],
    seed: textOf(seed) ?? '',
    machine: isMap(machine) ? machine : {},
    runs: runs.map((run) => readRun(run, [base, head])),
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const given: unknown = JSON.parse(text);
    return isMap(given) ? given : {};
  } catch {
    throw unreadable('is no JSON, or was cut off');
  }
}

function readRun(run: unknown, sides: readonly string[]): InterleavedRun {
  if (isMap(run) && Array.isArray(run['results']) && typeof run['run'] === 'number') {
    const [side, results] = [textOf(run['side']), run['results'].map(textOf)];
    const isInside = (path: string | undefined): path is string =>
      path !== undefined && !path.startsWith('/') && !path.split('/').includes('..');
    if (side !== undefined && sides.includes(side) && results.length > 0 && results.every(isInside)) {
      return { side, run: run['run'], results };
    }
  }
  throw unreadable('has a run that is damaged');
}

function unreadable(what: string, hint = 'Measure again, and leave the file as it is.'): Failure {
  return new Failure('results-unreadable', `${INTERLEAVED_FILE} ${what}.`, { hint });
}

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderRun, toPast, type PastRun } from '../../../../src/core/history/entry.js';
import { mergeHistories } from '../../../../src/core/history/merge.js';
import { pruneHistory } from '../../../../src/core/history/prune.js';
import { readHistory, type Wanted } from '../../../../src/core/history/read-history.js';
import { toSeries } from '../../../../src/core/history/series.js';
import { runOf } from '../../../worlds/past-runs.js';
import { read as readResults } from '../../../worlds/result-files.js';

const textOf = (...runs: PastRun[]): string => runs.map(renderRun).join('');
const read = (text: string, wanted: Partial<Wanted> = {}) => readHistory(Buffer.from(text), { runs: 1_000, ...wanted });
const idsOf = (text: string, wanted: Partial<Wanted> = {}): string[] => read(text, wanted).runs.map(({ id }) => id);

describe('A history', () => {
  test('has a line a run, with the machine that measured', () => {
    expect(renderRun(runOf(1))).toBe(
      '{"schema":1,"id":"run-1","at":"2026-01-02T00:00:00.000Z","commit":"c1","branch":"main",' +
        '"machine":{"type":"m7g.xlarge","image":"ami-0123","kernel":"6.8.0"},' +
        '"figures":{"latency":{"value":1,"unit":"s","better":"lower","count":5}}}\n',
    );
  });

  test('keeps the median and the number of the samples', () => {
    const figures = toPast([
      { name: 'a', unit: 'ms', better: 'lower', samples: [9, 1, 3] },
      { name: 'b', samples: [10, 2, 4, 3] },
    ]);
    expect([...figures]).toEqual([
      ['a', { unit: 'ms', better: 'lower', value: 3, count: 3 }],
      ['b', { value: 3.5, count: 4 }],
    ]);
  });

  test('takes the stored results of Benchmark Tools', async () => {
    const metric = { value: 0.41, threshold: 'lambda x: x < (3 * 1.1)', passed: true };
    const stored = {
      result: { evaluations: { passed: true, 'tools.latency_evaluation': { latency_avg: metric } } },
      status: 'FINISHED',
    };
    const { figures } = await readResults(JSON.stringify(stored));
    const text = renderRun(runOf(1, { figures: toPast(figures) }));
    expect([...read(text).runs[0]!.figures]).toEqual([['latency_avg', { value: 0.41, count: 1 }]]);
  });

  test('is read as it was written, whatever the names are', () => {
    const name = fc.string({ minLength: 1 }).filter((one) => one !== '__proto__');
    const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 4 }), name, (figures, branch) => {
        const run = runOf(1, {
          branch,
          figures: new Map(figures.map(([key, one]) => [key, { value: one || 0, count: 2 }])),
        });
        expect(read(renderRun(run), { branch }).runs).toEqual([run]);
      }),
    );
  });

  test('is read in the order of time, from the newest run of the branch and the machine type', () => {
    const text = textOf(
      runOf(2),
      runOf(5, { branch: 'other' }),
      runOf(1),
      runOf(4),
      runOf(3, { machine: { type: 'c7g.large' } }),
    );
    expect(idsOf(text)).toEqual(['run-1', 'run-2', 'run-3', 'run-4', 'run-5']);
    expect(idsOf(text, { branch: 'main' })).toEqual(['run-1', 'run-2', 'run-3', 'run-4']);
    expect(idsOf(text, { branch: 'main', machineType: 'm7g.xlarge' })).toEqual(['run-1', 'run-2', 'run-4']);
    expect(idsOf(text, { runs: 2 })).toEqual(['run-3', 'run-4']);
    expect(idsOf(textOf(runOf(1, { branch: 'other', commit: 'main' })), { branch: 'main' })).toEqual([]);
  });

  test('joins two lines of one run', () => {
    const other = new Map([['size', { value: 7, count: 1 }]]);
    const [run] = read(textOf(runOf(1), runOf(1, { figures: other }))).runs;
    expect([...run!.figures.keys()]).toEqual(['latency', 'size']);
  });

  test('is read without a last line that was cut off', () => {
    const text = textOf(runOf(1), runOf(2));
    expect(read(text.slice(0, -20))).toMatchObject({ isCutOff: true, damaged: 0, runs: [{ id: 'run-1' }] });
    expect(read(text.slice(0, -1))).toMatchObject({ isCutOff: false, runs: [{ id: 'run-1' }, { id: 'run-2' }] });
    expect(read('')).toEqual({ runs: [], damaged: 0, newer: 0, isCutOff: false });
  });

  test('is read where another writer went on in a line that was cut off', () => {
    expect(read(renderRun(runOf(1)).slice(0, 60) + textOf(runOf(2)))).toMatchObject({
      damaged: 0,
      runs: [{ id: 'run-2' }],
    });
  });

  test('is read without damaged lines, and without lines of a later version', () => {
    const later = renderRun(runOf(3)).replace('"schema":1', '"schema":2');
    const damaged = ['<html>', '{"schema":1}', '[]', '{"schema":1,"id":"a","at":"never","figures":{}}', '\r'];
    expect(read(textOf(runOf(1)) + later + damaged.join('\n') + '\n' + textOf(runOf(2)))).toMatchObject({
      runs: [{ id: 'run-1' }, { id: 'run-2' }],
      damaged: 4,
      newer: 1,
    });
  });

  test('is read without values that a person has damaged', () => {
    const text = renderRun(runOf(1)).replace('"value":1', '"value":"1"');
    expect(read(text).runs[0]!.figures.size).toBe(0);
  });
});

describe('Pruning', () => {
  const later = renderRun(runOf(0)).replace('"schema":1', '"schema":2');

  test('drops runs before a time, and damaged lines, and leaves the others as they are', () => {
    const text = `${later}${textOf(runOf(1), runOf(2))}x x\n${textOf(runOf(3))}`;
    const { bytes, ...dropped } = pruneHistory(Buffer.from(text), { before: runOf(2).at });
    expect(Buffer.from(bytes).toString()).toBe(later + textOf(runOf(2), runOf(3)));
    expect(dropped).toEqual({ dropped: 2, damaged: 1, runs: [{ id: 'run-1', at: runOf(1).at, branch: 'main' }] });
  });

  test('keeps the newest runs of each name and branch, whatever the order of the lines', () => {
    const part = runOf(5, { figures: new Map() });
    const [other, named] = [runOf(1, { branch: 'dev' }), runOf(2, { name: 'load' })];
    const runs = [runOf(5), runOf(3), other, runOf(4), named, part, runOf(1)];
    const kept = pruneHistory(Buffer.from(textOf(...runs)), { keep: 2 });
    expect(Buffer.from(kept.bytes).toString()).toBe(textOf(runOf(5), other, runOf(4), named, part));
    expect(kept.runs.map(({ id }) => id)).toEqual(['run-1', 'run-3']);
    expect(pruneHistory(kept.bytes, { keep: 2 }).dropped).toBe(0);
  });
});

test('two histories are joined by time, each line once', () => {
  const [one, other] = [textOf(runOf(1), runOf(3)), textOf(runOf(2), runOf(3))].map((text) => Buffer.from(text));
  expect(Buffer.from(mergeHistories(one!, other!)).toString()).toBe(textOf(runOf(1), runOf(2), runOf(3)));
});

describe('The series of a figure', () => {
  const withUnit = (day: number, value: number, unit?: string): PastRun =>
    runOf(day, { figures: new Map([['latency', { value, count: 1, ...(unit !== undefined && { unit }) }]]) });

  test('is in the unit of the newest run', () => {
    const series = toSeries([withUnit(1, 1, 's'), withUnit(2, 1_100, 'ms'), withUnit(3, 1_200, 'ms')]).get('latency')!;
    expect(series).toMatchObject({ unit: 'ms', foreign: 0 });
    expect(series.points.map(({ id, value }) => [id, value])).toEqual([
      ['run-1', 1_000],
      ['run-2', 1_100],
      ['run-3', 1_200],
    ]);
  });

  test('leaves out runs with a unit that does not convert', () => {
    const series = toSeries([withUnit(1, 1, 'bytes'), withUnit(2, 2), withUnit(3, 3, 'ms')]).get('latency')!;
    expect(series).toMatchObject({ foreign: 2, points: [{ value: 3, machine: { type: 'm7g.xlarge' } }] });
  });
});

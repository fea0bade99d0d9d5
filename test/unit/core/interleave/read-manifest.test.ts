import { describe, expect, test } from '@jest/globals';
import type { Interleaved } from '../../../../src/core/interleave/manifest.js';
import { isInterleaved, readInterleaved } from '../../../../src/core/interleave/read-manifest.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { renderInterleaved } from '../../../../src/core/interleave/report.js';

const measured: Interleaved = {
  interleaved: 1,
  sides: ['base', 'head'],
  seed: '7',
  machine: { type: 'm7i.large', image: 'ami-1', kernel: '6.8.0' },
  runs: [
    { side: 'head', run: 1, results: ['results/head/01/a.json'] },
    { side: 'base', run: 1, results: ['results/base/01/a.json', 'results/base/01/b.csv'] },
  ],
};
const read = (document: unknown): Interleaved => readInterleaved(JSON.stringify(document), 'a/interleaved.json');
const change = (more: Readonly<Record<string, unknown>>): unknown => ({ ...measured, ...more });
const withRun = (more: Readonly<Record<string, unknown>>): unknown =>
  change({ runs: [measured.runs[0], { ...measured.runs[1], ...more }] });

describe('The file of an interleaved measurement', () => {
  test('is read as it was written', () => {
    expect(readInterleaved(renderInterleaved(measured), 'a')).toEqual(measured);
    expect(read({ ...measured, machine: {}, later: 'field' })).toEqual({ ...measured, machine: {} });
  });

  test('is recognized by its key', () => {
    expect([measured, { interleaved: 2 }].map(isInterleaved)).toEqual([true, true]);
    expect([{}, [], null, 'interleaved', { runs: [] }].map(isInterleaved)).toEqual(Array(5).fill(false));
  });

  test.each([
    ['{"interleaved": 1, "si', 'a/interleaved.json is no JSON, or is cut off.'],
    ['', 'is no JSON'],
    [[], 'the document is []; allowed: a map.'],
    [change({ interleaved: 2 }), '`interleaved` is 2; allowed: 1, the version that this action reads.'],
    [change({ sides: ['base'] }), '`sides` is ["base"]; allowed: the labels of two sides, the base first.'],
    [change({ sides: ['a', 'a'] }), '`sides` is ["a","a"]'],
    [change({ seed: 7 }), '`seed` is 7; allowed: text.'],
    [change({ runs: [] }), '`runs` is []; allowed: a list of at least one run.'],
    [change({ runs: [1] }), 'run 1 is 1; allowed: a map.'],
    [change({ machine: 'm7i.large' }), '`machine` is "m7i.large"; allowed: a map with `type`, `image`, `kernel`.'],
    [change({ machine: { type: 7 } }), '`machine.type` is 7; allowed: text.'],
    [withRun({ side: 'other' }), '`side` of run 2 is "other"; allowed: base or head.'],
    [withRun({ run: 0 }), '`run` of run 2 is 0; allowed: a whole number from 1.'],
    [withRun({ side: 'head' }), '`run` of run 2 is 1; allowed: each run of head once.'],
    [withRun({ results: [] }), '`results` of run 2 is []; allowed: paths below the folder of this file, at least one.'],
    [withRun({ results: ['/etc/passwd'] }), '`results` of run 2 is ["/etc/passwd"]'],
    [withRun({ results: ['results/../../a'] }), 'allowed: paths below the folder of this file'],
    [change({ seed: ['x'.repeat(200)] }), `\`seed\` is ["${'x'.repeat(77)}…; allowed: text.`],
  ])('%# is refused with its field', (document, message) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    const act = (): Interleaved => readInterleaved(text, 'a/interleaved.json');
    expect(act).toThrow(Failure);
    expect(act).toThrow(message);
  });
});

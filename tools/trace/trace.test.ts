import { describe, expect, test } from '@jest/globals';
import { readSlices, type Frame } from './profile.js';
import { listRows, nameWork, renderRows, type Traced } from './rows.js';

const frame = (functionName: string, url = '', line = 0): Frame => ({ functionName, url, line });
const bundle = (line: number) => frame('f', 'file:///dist/index.js', line);
const modules = ['@smithy/core', '@octokit/core', 'src/core/start/start.ts', 'yaml'];
const moduleOf = ({ url, line }: Frame) => (url.includes('/dist/') ? modules[line] : undefined);

test('a sample lasts until the next one, and its stack goes from the inside out', () => {
  const node = (id: number, functionName: string, children?: number[]) => ({
    id,
    callFrame: { functionName, url: '', lineNumber: 3 },
    ...(children && { children }),
  });
  const profile = {
    nodes: [node(1, '(root)', [2]), node(2, 'outer', [3]), node(3, 'inner')],
    startTime: 1_000,
    samples: [2, 3, 2],
    timeDeltas: [500, 200, 300],
  };
  const slices = readSlices(profile);
  expect(slices.map(({ at, us }) => ({ at, us }))).toEqual([
    { at: 1_500, us: 200 },
    { at: 1_700, us: 300 },
  ]);
  expect(slices[1]!.stack.map(({ functionName }) => functionName)).toEqual(['inner', 'outer', '(root)']);
});

describe('Work', () => {
  test.each([
    [[frame('write', 'node:net'), bundle(0), bundle(2)], 'AWS SDK'],
    [[bundle(1)], 'Octokit'],
    [[bundle(2), bundle(0)], 'this suite'],
    [[bundle(3)], 'yaml'],
    [[frame('(garbage collector)')], 'garbage collection'],
    [[frame('compile', 'node:internal/modules/esm/loader')], 'Node loads modules'],
    [[frame('(anonymous)', 'node:internal/deps/undici/undici')], "Node's fetch"],
    [[frame('(program)')], "Node's own code"],
    [[frame('(idle)')], undefined],
  ])('%# is assigned to the innermost module', (stack, name) => {
    expect(nameWork(stack, moduleOf)).toBe(name);
  });
});

describe('Rows', () => {
  const slice = (fromMs: number, toMs: number, stack: readonly Frame[]) => ({
    at: 1_000_000 + fromMs * 1000,
    us: (toMs - fromMs) * 1000,
    stack,
  });
  const traced: Traced = {
    began: 1_000_000,
    ended: 1_000_000 + 100_000,
    slices: [
      slice(20, 34, [bundle(2)]),
      slice(34, 40, [bundle(0)]),
      slice(40, 90, [frame('(idle)')]),
      slice(90, 100, [bundle(1)]),
    ],
    requests: [{ at: 61, operation: 'RunInstances' }],
    moduleOf,
  };

  test('show for every 10 ms the modules and the requests that arrived; equal rows are joined', () => {
    expect(renderRows(listRows(traced)).split('\n')).toEqual([
      '| ms | on the processor (ms) | requests that arrive |',
      '| --- | --- | --- |',
      '| 0 to 20 | Node starts 20 |  |',
      '| 20 to 30 | this suite 10 |  |',
      '| 30 to 40 | AWS SDK 6, this suite 4 |  |',
      '| 40 to 60 | waits |  |',
      '| 60 to 70 | waits | RunInstances |',
      '| 70 to 90 | waits |  |',
      '| 90 to 100 | Octokit 10 |  |',
      '',
      'In all, in ms: Node starts 20, this suite 14, Octokit 10, AWS SDK 6; waiting in whole stretches 50.',
    ]);
  });

  test('contain all of the time once', () => {
    const rows = listRows(traced);
    expect(rows.map(({ from }) => from).slice(1)).toEqual(rows.map(({ to }) => to).slice(0, -1));
    expect([rows[0]?.from, rows.at(-1)?.to]).toEqual([0, 100]);
  });
});

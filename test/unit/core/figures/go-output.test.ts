/** Output of `go test -bench` that failed, was cut off, or is of several packages. */
import { describe, expect, test } from '@jest/globals';
import { fixture, read, readFixture, samplesOf } from '../../../worlds/result-files.js';

const result = (value: number): string => `BenchmarkA-2   \t      20\t        ${value} ns/op\n`;
const header = (name: string): string => `goos: linux\ngoarch: amd64\npkg: ${name}\ncpu: AMD EPYC\n`;
const passed = (name: string): string => `PASS\nok  \t${name}\t0.041s\n`;
const cutOff = (name: string): string => `${name}: the output is cut off, as it has no PASS, ok or FAIL at its end`;
const FIGURE = 'BenchmarkA-2 [ns/op]';

describe('Several packages in one file', () => {
  test('have their package in each name', async () => {
    const reading = await readFixture('go/several.txt');
    expect(samplesOf(reading)).toEqual({
      [`example.com/m/x.${FIGURE}`]: [47.6],
      [`example.com/m/y.${FIGURE}`]: [45.55],
    });
    expect(reading.problems).toEqual([]);
  });

  test('have it in their events, too, and for a benchmark that fails before the package is named', async () => {
    const event = (name: string, text: string): string =>
      JSON.stringify({ Action: 'output', Package: name, Output: text });
    const lines = [event('x', result(1)), event('y', result(9)), event('y', '--- FAIL: BenchmarkB\n')];
    const { figures, unusable } = await read(lines.join('\n'));
    expect(figures.map(({ name }) => name)).toEqual([`x.${FIGURE}`, `y.${FIGURE}`]);
    expect(unusable).toEqual([{ name: 'y.BenchmarkB', given: 'a failure of the benchmark' }]);
    const text = `${header('x')}${result(1)}${passed('x')}--- FAIL: BenchmarkB\nFAIL\nexit status 1\nFAIL\ty\t0.1s\nFAIL\n`;
    expect(await read(text)).toMatchObject({
      unusable: [{ name: 'y.BenchmarkB' }],
      problems: ['y: go test failed (exit status 1)'],
    });
  });

  test('count as one if only one of them has benchmarks', async () => {
    const text = `${passed('x')}?   \tz\t[no test files]\n${header('y')}${result(1)}${passed('y')}`;
    expect(await read(text)).toMatchObject({ figures: [{ name: FIGURE }], problems: [] });
  });

  test('are one package with more samples if the name is the same', async () => {
    const run = (value: number): string => `${header('x')}${result(value)}${passed('x')}`;
    const reading = await read(run(1) + run(9));
    expect(samplesOf(reading)).toEqual({ [FIGURE]: [1, 9] });
    expect(reading.problems).toEqual([]);
  });
});

describe('A package that failed is a problem', () => {
  test.each(['go/panic.txt', 'go/panic.jsonl'])('in %s, with the reason', async (file) => {
    const { problems } = await readFixture(file);
    expect(problems).toEqual([
      'example.com/m/x: go test failed ([build failed])',
      'example.com/m/z: go test failed (panic: boom, exit status 2)',
      'example.com/m/w: go test failed ([build failed])',
    ]);
  });

  test('beside the benchmark that failed', async () => {
    const { problems } = await readFixture('go/run.txt');
    expect(problems).toEqual(['example.com/b: go test failed (exit status 1)']);
  });

  test.each([
    ['a panic alone', 'panic: boom\n', 'go test failed (panic: boom)'],
    ['FAIL alone', 'FAIL\n', 'go test failed'],
    ['a process that was ended', 'signal: killed\nFAIL\tx\t1s\n', 'x: go test failed (signal: killed)'],
    ['an exit code after PASS', 'PASS\nexit status 3\nFAIL\tx\t1s\nFAIL\n', 'x: go test failed (exit status 3)'],
    ['a test', '--- FAIL: TestB (0.00s)\nFAIL\nFAIL\tx\t1s\nFAIL\n', 'x: go test failed (--- FAIL: TestB)'],
  ])('with %s', async (_, end, problem) => {
    expect((await read(result(1) + end)).problems).toEqual([problem]);
  });

  test('of an event without output', async () => {
    const events = [
      { Action: 'output', Package: 'x', Output: result(1) },
      { Action: 'fail', Package: 'x' },
    ];
    expect((await read(events.map((one) => JSON.stringify(one)).join('\n'))).problems).toEqual(['x: go test failed']);
  });
});

describe('Output that is cut off is a problem', () => {
  test.each([
    ['at its end', `${header('x')}${result(1)}`, ['x']],
    ['in the second package', `${header('x')}${result(1)}${passed('x')}${header('y')}`, ['y']],
    ['before the second package', `${header('x')}${result(1)}${header('y')}${result(2)}PASS\n`, ['x']],
  ])('%s', async (_, text, names) => {
    expect((await read(text)).problems).toEqual(names.map(cutOff));
  });

  test('in events, before the last one of a package', async () => {
    const lines = fixture('go/events.jsonl').trim().split('\n');
    expect((await read(lines.join('\n'))).problems).toEqual([]);
    expect((await read(lines.slice(0, -3).join('\n'))).problems).toEqual([cutOff('example.com/b')]);
    const started = JSON.stringify({ Action: 'start', Package: 'y' });
    expect((await read([...lines, started].join('\n'))).problems).toEqual([cutOff('y')]);
  });
});

test.each([
  ['lines of benchmarks alone', result(1) + result(2)],
  ['a test program that was started itself', `${header('x')}${result(1)}PASS\n`],
  [
    'a package from the cache, with coverage',
    `${header('x')}${result(1)}PASS\ncoverage: 5% of statements\nok  \tx\t(cached)\n`,
  ],
  [
    'a program that prints what looks like a failure',
    `${header('x')}${result(1)}exit status 1\npanic: caught\n${result(2)}${passed('x')}`,
  ],
])('%s are no problem', async (_, text) => {
  expect((await read(text)).problems).toEqual([]);
});

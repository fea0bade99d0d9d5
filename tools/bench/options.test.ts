import { expect, test } from '@jest/globals';
import { readCommandLine } from '../../src/terminal/command-line.js';
import { benchCommandLine, toBenchOptions } from './options.js';

function readOptions(argv: readonly string[]) {
  const input = readCommandLine(benchCommandLine, argv);
  return input === 'help' ? input : toBenchOptions(input.values);
}

test('without options, every section is measured', () => {
  expect(readOptions([])).toEqual({
    sections: ['overhead', 'launched', 'stop', 'growth', 'bundle', 'act', 'waves', 'compose', 'judge'],
    boots: [7, 25, 60],
    starts: 10,
    pairs: 20,
    composes: 5,
    judges: 5,
    rounds: 3,
    counts: [10, 50, 100],
    waves: [1, 10, 100],
    total: 500,
    peer: undefined,
    out: expect.stringMatching(/bench\/results\/\d+\.\d+\.\d+$/),
  });
});

test('lists may have spaces', () => {
  expect(readOptions(['--only', 'bundle, overhead', '--boots=7, 20,60'])).toMatchObject({
    sections: ['bundle', 'overhead'],
    boots: [7, 20, 60],
  });
});

test('a partial measurement does not replace the results of a whole run, except with --out', () => {
  expect(readOptions(['--only', 'bundle'])).toMatchObject({ out: undefined });
  expect(readOptions(['--only', 'bundle', '--out', '/here'])).toMatchObject({ out: '/here' });
});

test('help is more important than anything else', () => {
  expect(readOptions(['--help', '--counts', 'abc'])).toBe('help');
});

test.each([
  [
    ['--only', 'speed'],
    '`--only` contains "speed"; allowed: `overhead`, `launched`, `stop`, `growth`, `bundle`, `act`, `waves`, `compose`, `judge`.',
  ],
  [['--boots', '20,'], '`--boots` contains ""; allowed: a whole number from 2 to 240.'],
  [['--starts', '4'], '`--starts` is "4"; allowed: a whole number from 5 to 100.'],
  [['--pairs', '1e3'], '`--pairs` is "1e3"; allowed: a whole number from 15 to 1000.'],
  [['--rounds', '2'], '`--rounds` is "2"; allowed: a whole number from 3 to 100.'],
  [['--counts', '10,101'], '`--counts` contains "101"; allowed: a whole number from 2 to 100.'],
  [['--waves', '0'], '`--waves` contains "0"; allowed: a whole number from 1 to 200.'],
  [['--total=-1'], '`--total` is "-1"; allowed: a whole number from 1 to 5000.'],
  [['--peer', 'no/such/index.js'], '`--peer` is "no/such/index.js"; allowed: a file that exists.'],
])('%j is refused', (argv, message) => {
  expect(() => readOptions(argv)).toThrow(message);
});

test('an unknown option is refused', () => {
  expect(() => readOptions(['--cout', '3'])).toThrow('`--cout` is not an option');
});

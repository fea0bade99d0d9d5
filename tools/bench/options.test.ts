import { expect, test } from '@jest/globals';
import { readOptions } from './options.js';

test('without options everything is measured', () => {
  expect(readOptions([])).toEqual({
    sections: ['overhead', 'launched', 'stop', 'growth', 'bundle', 'act', 'waves'],
    boots: [7, 25, 60],
    starts: 10,
    pairs: 20,
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

test('what is measured in part is not written in place of a whole run, unless told to', () => {
  expect(readOptions(['--only', 'bundle'])).toMatchObject({ out: undefined });
  expect(readOptions(['--only', 'bundle', '--out', '/here'])).toMatchObject({ out: '/here' });
});

test('help goes before everything else', () => {
  expect(readOptions(['--help', '--counts', 'abc'])).toBe('help');
});

test.each([
  [['--only', 'speed'], '--only has "speed"; allowed: overhead, launched, stop, growth, bundle, act, waves.'],
  [['--boots', '20,'], '--boots has ""; allowed: a whole number from 2 to 240.'],
  [['--starts', '4'], '--starts has "4"; allowed: a whole number from 5 to 100.'],
  [['--pairs', '1e3'], '--pairs has "1e3"; allowed: a whole number from 15 to 1000.'],
  [['--rounds', '2'], '--rounds has "2"; allowed: a whole number from 3 to 100.'],
  [['--counts', '10,101'], '--counts has "101"; allowed: a whole number from 2 to 100.'],
  [['--waves', '0'], '--waves has "0"; allowed: a whole number from 1 to 200.'],
  [['--total=-1'], '--total has "-1"; allowed: a whole number from 1 to 5000.'],
  [['--peer', 'no/such/index.js'], '--peer is "no/such/index.js", which is no file.'],
])('%j is refused', (argv, message) => {
  expect(() => readOptions(argv)).toThrow(message);
});

test('an unknown option is refused', () => {
  expect(() => readOptions(['--cout', '3'])).toThrow('--cout');
});

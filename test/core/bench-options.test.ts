import { expect, test } from '@jest/globals';
import { readOptions } from '../../scripts/bench/options.js';

test('without options everything is measured', () => {
  expect(readOptions([])).toEqual({
    sections: ['overhead', 'requests', 'bundle'],
    boots: [20],
    starts: 8,
    pairs: 20,
    count: 50,
    peer: undefined,
    json: undefined,
  });
});

test('lists may have spaces', () => {
  expect(readOptions(['--only', 'bundle, overhead', '--boots=7, 20,60'])).toMatchObject({
    sections: ['bundle', 'overhead'],
    boots: [7, 20, 60],
  });
});

test('help goes before everything else', () => {
  expect(readOptions(['--help', '--count', 'abc'])).toBe('help');
});

test.each([
  [['--only', 'speed'], '--only has "speed"; allowed: overhead, requests, bundle.'],
  [['--boots', '20,'], '--boots has ""; allowed: a whole number from 2 to 240.'],
  [['--starts', '4'], '--starts has "4"; allowed: a whole number from 5 to 100.'],
  [['--pairs', '1e3'], '--pairs has "1e3"; allowed: a whole number from 15 to 1000.'],
  [['--count', '101'], '--count has "101"; allowed: a whole number from 2 to 100.'],
  [['--peer', 'no/such/index.js'], '--peer is "no/such/index.js", which is no file.'],
])('%j is refused', (argv, message) => {
  expect(() => readOptions(argv)).toThrow(message);
});

test('an unknown option is refused', () => {
  expect(() => readOptions(['--cout', '3'])).toThrow('--cout');
});

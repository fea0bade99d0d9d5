import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { expand, IS_LEFT_OUT, ROOMS, TARGETS } from '../../mutants/targets.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(root + path, 'utf8');

test('Every source that decides what is terminated is in one target', () => {
  const decisive = expand(ROOMS, '.ts').filter((path) => !IS_LEFT_OUT.test(path));
  const sources = TARGETS.flatMap((target) => target.sources);
  expect(sources).toEqual(expect.arrayContaining(decisive));
  expect(sources.toSorted()).toEqual([...new Set(sources)].toSorted());
});

test.each(TARGETS)('Every file of the target $name exists', ({ sources, tests }) => {
  expect(sources).not.toEqual([]);
  expect(tests).not.toEqual([]);
  expect([...sources, ...tests].filter((path) => !existsSync(root + path))).toEqual([]);
});

test('Every mutation that is called equivalent changes a line of a target', () => {
  const equivalents = JSON.parse(read('test/mutants/equivalent.json')) as readonly { file: string; line: string }[];
  const sources = TARGETS.flatMap((target) => target.sources);
  const stale = equivalents.filter(({ file, line }) => {
    return (
      !sources.includes(file) ||
      !read(file)
        .split('\n')
        .some((one) => one.trim() === line)
    );
  });
  expect(stale).toEqual([]);
});

import { describe, expect, test } from '@jest/globals';
import { BadValue } from '../../../../src/core/inputs/inputs.js';
import { parseResultPaths } from '../../../../src/core/judgement/result-paths.js';

const read = (text: string) => parseResultPaths(text).map(({ root, patterns }) => [root, ...patterns.texts]);

describe('The patterns of files with results', () => {
  test.each([
    ['out/*.json', [['', 'out/*.json']]],
    ['a.json, b.json\nc.json,\n', [['', 'a.json', 'b.json', 'c.json']]],
    ['out/{a,b}.json, !out/c.json', [['', 'out/{a,b}.json', '!out/c.json']]],
    ['/tmp/art/x.json', [['/tmp/art', 'x.json']]],
    ['/tmp/art/**/*.json', [['/tmp/art', '**/*.json']]],
    [
      'a.json\n/tmp/b.json',
      [
        ['', 'a.json'],
        ['/tmp', 'b.json'],
      ],
    ],
  ])('%j', (text, expected) => expect(read(text)).toEqual(expected));

  test.each(['../a.json', '/tmp//a.json', '/tmp/../a.json', 'out/', '!a.json'])('not %s', (text) =>
    expect(() => parseResultPaths(text)).toThrow(BadValue),
  );
});

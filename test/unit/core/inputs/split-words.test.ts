import { describe, expect, test } from '@jest/globals';
import { parseInputs } from '../../../../src/core/inputs/inputs.js';
import { words } from '../../../../src/core/inputs/split-words.js';

const split = (text: string) => parseInputs({ posargs: words('Words.') }, { posargs: { text } });

describe('Words', () => {
  test.each([
    ['-k "a or b" -x', ['-k', 'a or b', '-x']],
    ["'it''s' it\\'s \"it's\"", ['its', "it's", "it's"]],
    ['a\\ b "\\"c\\"" \'\\d\' "\\d"', ['a b', '"c"', '\\d', '\\d']],
    ['\'\' ""', ['', '']],
    ['a\n\tb  c', ['a', 'b', 'c']],
    ['$HOME *', ['$HOME', '*']],
    ['a\\\nb', ['ab']],
  ])('of %j are split as a shell splits them', (text, expected) => {
    expect(split(text)).toMatchObject({ problems: [], values: { posargs: expected } });
  });

  test.each([
    ['-k "a or b', 'the quote " is not closed'],
    ["it's", "the quote ' is not closed"],
    ['a\\', 'nothing follows the last backslash'],
  ])('of %j are refused', (text, said) => {
    expect(split(text).problems).toEqual([expect.stringContaining(said)]);
  });
});

import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../../src/core/inputs/inputs.js';
import { tagsInput } from '../../../../src/core/inputs/tags.js';

function parse(text: string) {
  const { values, problems } = parseInputs({ tags: tagsInput('') }, { tags: { text } });
  return problems[0] ?? values.tags;
}

test('Tags are read from JSON or from lines', () => {
  const tags = { Team: 'ml', Purpose: 'a=b' };
  expect(parse('[{"Key":"Team","Value":"ml"},{"Key":"Purpose","Value":"a=b"}]')).toEqual(tags);
  expect(parse('Team=ml\n Purpose = a=b \n')).toEqual(tags);
  expect(parse('[]')).toEqual({});
});

test.each([
  ['[{"Key":"a" "Value":"b"}]', /malformed \(CommaExpected at line 1, column 13\)/],
  ['[\n{"Key":"a",\n"Value":}]', /malformed \(ValueExpected at line 3, column 9\)/],
  ['[{"Key":"a"', /malformed/],
  ['{"Key":"a","Value":"b"}', /JSON list/],
  ['[{"Key":"a"}]', /entry 1 lacks/],
  ['[{"Key":"aws:x","Value":"b"}]', /reserves/],
  ['AWS:x=b', /reserves/],
  ['ci-actions:run-id=1', /do not begin with/],
  ['CI-Actions:Repository=octo-org/other', /do not begin with/],
  ['Ci-actions:anything=1', /do not begin with/],
  [`${'k'.repeat(129)}=1`, /1 to 128/],
  [`k=${'v'.repeat(257)}`, /256/],
  ['a=1\na=2', /each key once/],
  ['just text', /JSON list/],
  [Array.from({ length: 36 }, (_, index) => `k${index}=v`).join('\n'), /at most 35/],
])('%s is refused', (text, why) => {
  expect(parse(text)).toMatch(why);
});

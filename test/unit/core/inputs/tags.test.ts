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

test('JSON may be an object, and values may be what expressions give', () => {
  expect(parse('{"Team": "ml", "PR": 12}')).toEqual({ Team: 'ml', PR: '12' });
  expect(parse('{"Key": "Team", "Value": "ml"}')).toEqual({ Team: 'ml' });
  expect(parse('[{"Key":"PR","Value":12},{"Key":"Draft","Value":false},{"Key":"Head","Value":null}]')).toEqual({
    PR: '12',
    Draft: 'false',
    Head: '',
  });
  expect(parse('{}')).toEqual({});
});

test.each([
  ['[{"Key":"a" "Value":"b"}]', /malformed \(CommaExpected at line 1, column 13\)/],
  ['[\n{"Key":"a",\n"Value":}]', /malformed \(ValueExpected at line 3, column 9\)/],
  ['[{"Key":"a"', /malformed/],
  ['[{"Key":"a","Value":["b"]}]', /entry 1 lacks/],
  ['[{"Key":1,"Value":"b"}]', /entry 1 lacks/],
  ['{"Build": 12345678901234567890}', /entry 1 lacks/],
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
  [Array.from({ length: 34 }, (_, index) => `k${index}=v`).join('\n'), /at most 33/],
])('%s is refused', (text, why) => {
  expect(parse(text)).toMatch(why);
});

import { describe, expect, test } from '@jest/globals';
import { variables } from '../../../../src/core/inputs/environment-variables.js';
import { parseInputs } from '../../../../src/core/inputs/inputs.js';

describe('Environment variables', () => {
  const read = (text: string) => {
    const { values, problems } = parseInputs({ env: variables('Some.') }, { env: { text } });
    return problems[0] ?? values.env;
  };

  test('come as one object or several, and later ones override earlier ones', () => {
    expect(read('{"A": "1", "B": 2}')).toEqual({ A: '1', B: '2' });
    expect(read('[{"A": "1", "B": true}, {"A": "3"}]')).toEqual({ A: '3', B: 'true' });
  });

  test('that are null or empty count as not given, because a missing secret arrives as an empty text', () => {
    expect(read('[{}, {"A": null, "B": ""}]')).toEqual({});
  });

  test('are none for the null that `toJSON` makes of a missing value', () => {
    expect(read('null')).toEqual({});
  });

  test.each(['A=1', '[1]', '"A"', '[null]'])('are not %j', (text) => {
    expect(read(text)).toContain('allowed: a JSON object of environment variables');
  });

  test.each(['{"A-B": "1"}', '{"": "1"}', '{"A": {"B": 1}}'])('are not in %j', (text) => {
    expect(read(text)).toMatch(/allowed: (names of|text, a number)/);
  });
});

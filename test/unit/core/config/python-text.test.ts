import { expect, test } from '@jest/globals';
import { pythonText } from '../../../../src/core/config/python-text.js';

test.each([
  [null, 'None'],
  [true, 'True'],
  [false, 'False'],
  ['plain\ntext', 'plain\ntext'],
  [0.2, '0.2'],
  [0.00001, '1e-05'],
  [2.5e-12, '2.5e-12'],
  [512, '512'],
  [['a', 1, null], "['a', 1, None]"],
  [{ a: { b: 'c' }, d: [] }, "{'a': {'b': 'c'}, 'd': []}"],
  [["it's", 'say "x"', `'"`, 'a\nb\\', '\u0001'], `["it's", 'say "x"', '\\'"', 'a\\nb\\\\', '\\x01']`],
])('%j is %s in Python', (value, text) => {
  expect(pythonText(value)).toBe(text);
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonElements, type JsonElement } from '../../../../src/core/figures/json-elements.js';

function split(text: string, size = text.length || 1): { keys: string[]; elements: JsonElement[] } {
  const keys: string[] = [];
  const elements: JsonElement[] = [];
  const reader = new JsonElements({ key: (key) => keys.push(key), element: (one) => elements.push(one) });
  for (let at = 0; at < text.length; at += size) reader.write(text.slice(at, at + size));
  reader.close();
  return { keys, elements };
}

/** The document, put together from its elements. */
function join(text: string, size: number): unknown {
  const { keys, elements } = split(text, size);
  if (text.trimStart().startsWith('[')) return elements.map((one) => JSON.parse(one.text));
  return Object.fromEntries(
    keys.map((key) => {
      const own = elements.filter((one) => one.key === key);
      if (own[0]?.label === key) return [key, JSON.parse(own[0].text)];
      if (own.every(({ label }) => label.startsWith(`${key}[`)) && own.length > 0)
        return [key, own.map((one) => JSON.parse(one.text))];
      return [key, Object.fromEntries(own.map((one) => [one.name, JSON.parse(one.text)]))];
    }),
  );
}

describe('A JSON document is split into', () => {
  test('the elements of lists and objects, and the values of keys, each with its place', () => {
    const { keys, elements } = split('{"a": [1, {"b": "]"}], "c": {"d\\"e": [2], "f": null}, "g": "x,y", "h": []}');
    expect(keys).toEqual(['a', 'c', 'g', 'h']);
    expect(elements).toEqual([
      { key: 'a', name: '', text: '1', label: 'a[0]' },
      { key: 'a', name: '', text: '{"b": "]"}', label: 'a[1]' },
      { key: 'c', name: 'd"e', text: '[2]', label: 'c.d"e' },
      { key: 'c', name: 'f', text: 'null', label: 'c.f' },
      { key: 'g', name: '', text: '"x,y"', label: 'g' },
    ]);
  });

  test('the elements of a list', () => {
    expect(split('[{"a":[1]},2]').elements.map(({ text, label }) => [label, text])).toEqual([
      ['[0]', '{"a":[1]}'],
      ['[1]', '2'],
    ]);
  });

  test('the same, however the text is cut into pieces', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const keyed = fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
      fc.oneof(fc.array(value, { minLength: 1 }), fc.string(), fc.integer()),
    );
    fc.assert(
      fc.property(
        fc.oneof(keyed, fc.array(value)),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (given, size, wide) => {
          const text = JSON.stringify(given, null, wide ? 2 : 0);
          expect(join(text, size)).toEqual(JSON.parse(text));
        },
      ),
    );
  });
});

test.each([
  ['', 'is empty'],
  [' \n', 'is empty'],
  ['{"a": [1, 2', 'is cut off in a[1]'],
  ['{"a": {"b": 2', 'is cut off in a.b'],
  ['{"a": "b', 'is cut off in a'],
  ['[', 'is cut off'],
  ['{"a": 1}, {', 'goes on after its end in ", {"'],
  ['"a"', 'is neither a JSON object nor a JSON list'],
  [']', 'closes what it did not open'],
  ['['.repeat(2_000), 'is nested deeper than 1000 levels'],
])('%j %s', (text, message) => {
  expect(() => split(text)).toThrow(message);
});

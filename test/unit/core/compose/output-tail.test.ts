import { describe, expect, test } from '@jest/globals';
import { OutputTail } from '../../../../src/core/compose/output-tail.js';

function lastOf(lines: readonly string[], mostBytes?: number): string | undefined {
  const tail = new OutputTail(mostBytes);
  for (const line of lines) tail.write(line);
  return tail.findLastJson();
}

describe('The last JSON object of an output', () => {
  test.each<[string, readonly string[], string | undefined]>([
    ['is a line', ['{"a":1}', 'log', '{"b":2}', 'bye'], '{"b":2}'],
    [
      'has several lines',
      ['start', '{', '  "a": {', '    "b": 1', '  }', '}', 'end'],
      '{\n  "a": {\n    "b": 1\n  }\n}',
    ],
    ['has inner objects at the beginning of lines', ['{"a":', '{"b":', '{}', '}', '}'], '{"a":\n{"b":\n{}\n}\n}'],
    ['has braces in texts', ['{"a": "}', '"}', '{"a": "{}}"}'], '{"a": "{}}"}'],
    ['stands before lines that only look like JSON', ['{"a":1}', '{not json}', '}'], '{"a":1}'],
    ['is not inside another line', ['result: {"a":1}'], undefined],
    ['is no list and no text', ['[1]', '"{}"'], undefined],
    ['is missing', [], undefined],
    ['is not finished', ['{"a":1'], undefined],
    ['may have blanks and CR around it', ['  {"a":1}\r'], '{"a":1}'],
  ])('%s', (_, lines, expected) => expect(lastOf(lines)).toBe(expected));

  test('is found in the end of an output of any length', () => {
    const tail = new OutputTail(10_000);
    for (let line = 0; line < 100_000; line++) tail.write(`line ${line} of a long output`);
    for (const line of ['{', '"n": 1', '}']) tail.write(line);
    expect(tail.findLastJson()).toBe('{\n"n": 1\n}');
    expect(JSON.stringify(tail).length).toBeLessThan(30_000);
  });

  test('is found among very many objects inside of it', () => {
    const items = Array.from({ length: 30_000 }, (_, n) => ({ n }));
    const text = JSON.stringify({ items }, null, 1);
    expect(lastOf(text.split('\n'))).toBe(text);
  });

  test('is not found before that end', () => {
    const lines = ['{"a":1}', ...Array.from({ length: 100 }, () => 'x'.repeat(100))];
    expect(lastOf(lines, 1000)).toBeUndefined();
  });

  test('is given up where an output only looks like JSON', () => {
    const tail = new OutputTail();
    for (let line = 0; line < 200_000; line++) tail.write(line % 2 ? '{ x' : 'y }');
    expect(tail.findLastJson()).toBeUndefined();
  });
});

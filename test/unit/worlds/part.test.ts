import { describe, expect, test } from '@jest/globals';
import { takePart } from '../../worlds/part.js';

describe('A part of a table', () => {
  const rows = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

  test('three parts have all rows, each once', () => {
    const parts = ['0/3', '1/3', '2/3'].map((part) => takePart(rows, part));
    expect(parts.flat().toSorted()).toEqual(rows);
    expect(parts.map((part) => part.length)).toEqual([3, 2, 2]);
  });

  test('a table of fewer rows than parts is never left out as a whole', () => {
    for (const part of ['0/3', '1/3', '2/3']) expect(takePart(['a'], part)).toEqual(['a']);
    expect(takePart([], '1/3')).toEqual([]);
  });

  test('without a part, all rows', () => expect(takePart(rows, '')).toEqual(rows));

  test.each(['3/3', '1', 'a/b', '-1/3'])('%s is no part', (part) => expect(() => takePart(rows, part)).toThrow(part));
});

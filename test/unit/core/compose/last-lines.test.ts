import { expect, test } from '@jest/globals';
import { LastLines } from '../../../../src/core/compose/last-lines.js';

function keep(lines: readonly string[], count?: number): LastLines {
  const last = new LastLines(count);
  for (const line of lines) last.add(line);
  return last;
}

test('The last lines that say something are kept, and long ones are cut', () => {
  expect(keep(['a', ' ', 'b', 'c'], 2).all()).toEqual(['b', 'c']);
  expect(keep(['x'.repeat(600)]).text()).toBe(`${'x'.repeat(500)}…`);
  expect(keep(Array.from({ length: 50 }, (_, at) => `${at}`)).all()).toHaveLength(20);
});

test('Progress explains nothing, unless there is nothing else', () => {
  const progress = [' Container p-db-1  Creating', ' Network p_default  Created'];
  expect(keep([...progress, 'manifest unknown']).meaningful()).toEqual(['manifest unknown']);
  expect(keep(progress).meaningful()).toEqual(progress);
  expect(keep(['a', 'b', 'c']).meaningful(2)).toEqual(['b', 'c']);
});

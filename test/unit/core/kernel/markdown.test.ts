import { describe, expect, test } from '@jest/globals';
import { byteLength, fitBytes, shortenMiddle } from '../../../../src/core/kernel/markdown.js';

test('a name is shortened in its middle, because parameters stand at its end', () => {
  expect(shortenMiddle('abcdefghij', 10)).toBe('abcdefghij');
  expect(shortenMiddle('test_a[1]-xxxxxxxxxx-test_b[2]', 13)).toBe('test_a…t_b[2]');
});

describe('A text that has to fit', () => {
  test('stays as it is when it does', () => {
    expect(fitBytes('a\nb', 3)).toBe('a\nb');
  });

  test('ends with a whole line, an end of what is folded, and a word about the rest', () => {
    const text = fitBytes(`<details>\n${'ä row\n'.repeat(100)}</details>\n`, 300);
    expect(byteLength(text)).toBeLessThanOrEqual(300);
    expect(text).toMatch(/^<details>\n(ä row\n)+ä row\n<\/details>\n\n… The rest did not fit/);
  });

  test.each([0, 5, 60])('is never larger than %i bytes and its last words', (bytes) => {
    expect(byteLength(fitBytes('x'.repeat(1_000), bytes))).toBeLessThanOrEqual(Math.max(bytes, 80));
  });
});

import { describe, expect, test } from '@jest/globals';
import {
  byteLength,
  cell,
  code,
  details,
  fence,
  fitBytes,
  markdown,
  shorten,
  shortenMiddle,
  table,
} from '../../../../src/core/kernel/markdown.js';

describe('A table', () => {
  test('has a rule below its headings, and aligns a column of numbers to the right', () => {
    expect(table(['Test', { right: 'Seconds' }], [['a', '1.0']])).toBe(
      '| Test | Seconds |\n| --- | ---: |\n| a | 1.0 |',
    );
  });

  test('shows plain text as it is, whatever it holds', () => {
    const text = 'a | b\n<img src=x> & [x](http://evil) `c` *d* e_f ~g~ \\';
    expect(table(['What'], [[text]]).split('\n')[2]).toBe(
      '| a \\| b &lt;img src=x&gt; &amp; \\[x\\](http://evil) \\`c\\` \\*d\\* e\\_f \\~g\\~ \\\\ |',
    );
  });

  test('keeps Markdown of our own, which cannot end its cell either', () => {
    expect(cell(markdown('**bold** `a|b` c \\| d\ne'))).toBe('**bold** `a\\|b` c \\| d e');
  });

  test('shows a name as code, without the backticks that would end it', () => {
    expect(cell(code('a`b|c'))).toBe('`ab\\|c`');
  });
});

describe('A folded section', () => {
  test('has an empty line around its body, without which GitHub shows Markdown as text', () => {
    expect(details('More', ['- a'])).toEqual(['<details><summary>More</summary>', '', '- a', '', '</details>', '']);
    expect(details('Log', fence(['x']))).toEqual([
      '<details><summary>Log</summary>',
      '',
      '``````text',
      'x',
      '``````',
      '',
      '</details>',
      '',
    ]);
  });
});

test('a text is shortened at its end, and not within a character', () => {
  expect(['abcd', 'abcde', 'ab😀d'].map((text) => shorten(text, 4))).toEqual(['abcd', 'abc…', 'ab…']);
});

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

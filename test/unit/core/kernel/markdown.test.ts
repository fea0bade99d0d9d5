import { describe, expect, test } from '@jest/globals';
import { cell, code, details, fence, markdown, table } from '../../../../src/core/kernel/markdown.js';

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

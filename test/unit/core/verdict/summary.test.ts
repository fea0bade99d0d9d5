import { describe, expect, test } from '@jest/globals';
import { byteLength } from '../../../../src/core/kernel/markdown.js';
import type { TestCase } from '../../../../src/core/verdict/results.js';
import { summarizeTests } from '../../../../src/core/verdict/summary.js';
import { one, resultsOf } from '../../../worlds/test-cases.js';

function summarize(verdict: string, cases: readonly TestCase[], title = 'tox -e a'): string {
  return summarizeTests(title, verdict, resultsOf(cases));
}

describe('The summary', () => {
  test('lists failures first, and the other tests in folded sections', () => {
    const text = summarize('failed', [
      one('passed'),
      one('skipped', { message: 'no GPU' }),
      one('failed', { message: 'x' }),
    ]);
    expect(text).toContain('### tox -e a: failed\n\n1 failed, 1 passed, 1 skipped, in 3.0 s.\n\n| Failed |');
    expect(text.indexOf('test\\_failed')).toBeLessThan(text.indexOf('<details>'));
    expect(text.indexOf('test\\_skipped')).toBeLessThan(text.indexOf('test\\_passed'));
  });

  test('escapes the text of tests: no HTML, no Markdown, no end of a cell', () => {
    const text = summarize('failed', [one('failed', { name: 'a|b', message: '<img src=x>\n`*_[x](y)' })]);
    expect(text).toContain('a\\|b | &lt;img src=x&gt; \\`\\*\\_\\[x\\](y) | 1.0 |');
  });

  test.each<[string, TestCase]>([
    ['long messages', one('failed', { message: 'x'.repeat(5_000) })],
    ['names of 12 kB', one('failed', { name: `test[${'<'.repeat(12_000)}]` })],
    ['names of four bytes a letter', one('failed', { name: '😀'.repeat(6_000), message: '😀'.repeat(6_000) })],
    ['passed tests only', one('passed', { name: '&'.repeat(12_000) })],
  ])('stays below the limit of GitHub with many tests: %s', (_, each) => {
    const text = summarize(
      'failed',
      Array.from({ length: 5_000 }, () => each),
    );
    expect(byteLength(text)).toBeLessThan(1_000_000);
    expect(text).toMatch(/… and \d+ more\./);
  });

  test('has room for failures before any other test', () => {
    const name = '<'.repeat(1_000);
    const many = Array.from({ length: 1_000 }, () => one('passed', { name }));
    const text = summarize('failed', [...many, ...Array.from({ length: 400 }, () => one('failed', { name }))]);
    expect(text.split('\n').filter((line) => line.startsWith('| tests.a: '))).toHaveLength(500);
    expect(text).toContain('400 failed');
    expect(text).not.toMatch(/… and \d+ more\.\n\n<details>/);
  });
});

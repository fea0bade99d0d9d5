import { describe, expect, test } from '@jest/globals';
import { joinComments, LONGEST_COMMENT, markerOf, renderComment } from '../../../../src/core/judgement/comment.js';
import { fitMarkdown } from '../../../../src/core/judgement/fit.js';
import type { Judgement } from '../../../../src/core/judgement/judgement.js';
import { interleavedRun, judge, mixedRun, plainMetric } from '../../../worlds/judgements.js';

const comment = (judgement: Judgement): string => renderComment(judgement, { plots: 'changed' });
const passed = (name: string): Judgement => judge({ metrics: [{ name: 'a', head: [1] }], more: { name } });

describe('A comment', () => {
  test('begins with its marker, then the verdict, and links to the run and the report', () => {
    const run = 'https://github.com/acme/shop/actions/runs/42';
    const lines = renderComment(mixedRun(), { plots: 'changed', run, report: `${run}/artifacts/7` }).split('\n');
    expect(lines.slice(0, 2)).toEqual([
      markerOf('shop'),
      '### 🔴 shop: failed. 1 metric cannot be judged: gpu.utilization. Its value is NaN; allowed: finite numbers.',
    ]);
    expect(lines).toContain(`[The run](${run}) · [The report](${run}/artifacts/7)`);
    expect(comment(mixedRun())).not.toContain('The run');
  });

  test.each([
    ['shop', '<!-- ci-actions judge-results: shop -->'],
    ['a --> b\n<!-- c', '<!-- ci-actions judge-results: a%20%2D%2D%3E%20b%0A%3C!%2D%2D%20c -->'],
    ['\ud800', '<!-- ci-actions judge-results: %EF%BF%BD -->'],
  ])('of %j has a marker of its own in one line', (name, marker) => {
    expect(markerOf(name)).toBe(marker);
  });

  test('fits into what GitHub takes, whatever the names are', () => {
    const nasty = '\u202e|`<@#'.repeat(300);
    const metrics = Array.from({ length: 5_000 }, (_, at) =>
      plainMetric(`${nasty}${at}`, { state: at < 2_500 ? 'missed' : 'passed', threshold: nasty, reasons: [nasty] }),
    );
    const texts = Array.from({ length: 100 }, () => nasty);
    const text = comment(mixedRun({ metrics, problems: texts, notes: texts, name: nasty.slice(0, 100) }));
    expect(text.length).toBeLessThanOrEqual(LONGEST_COMMENT);
    expect(text).toContain('Measured on');
  });
});

describe('Comments of several judgements', () => {
  const headings = (text: string): readonly string[] => text.split('\n').filter((line) => line.startsWith('### '));

  test('are one comment with one marker, those that did not pass first, those that passed folded', () => {
    const joint = joinComments([comment(passed('a')) + comment(passed('b')), comment(interleavedRun())], 'all');
    expect(joint.startsWith(`${markerOf('all')}\n### 🔴 shop: failed.`)).toBe(true);
    expect(joint.split('<!-- ')).toHaveLength(2);
    expect(headings(joint).map((line) => line.slice(0, 10))).toEqual(['### 🔴 sho', '### 🟢 a: ', '### 🟢 b: ']);
    expect(joint.indexOf('<details><summary>2 passed')).toBeLessThan(joint.indexOf('🟢 a'));
    expect(joint.trimEnd().endsWith('</details>')).toBe(true);
  });

  test('are not folded if all of them passed', () => {
    expect(joinComments([comment(passed('a')), comment(passed('b'))], 'all')).not.toContain('<details>');
    expect(joinComments([], 'all')).toBe(`${markerOf('all')}\n\n`);
  });

  test('fit together, each with its verdict', () => {
    const one = mixedRun();
    const many = Array.from({ length: 40 }, (_, at) => comment({ ...one, name: `n${at}` }));
    const joint = joinComments([...many, comment(passed('last'))], 'all');
    expect(joint.length).toBeLessThanOrEqual(LONGEST_COMMENT);
    expect(joint.length).toBeGreaterThan(LONGEST_COMMENT * 0.7);
    expect(headings(joint)).toHaveLength(41);
    expect(joint.split('```').length % 2).toBe(1);
  });
});

describe('The beginning of a Markdown text', () => {
  const text = 'a\n\n```mermaid\nb\nc\n```\n\n<details><summary>d</summary>\n\ne\n\n</details>\n\nf\n';
  const END = '… The rest has no room here.\n';

  test('is all of it if there is room', () => expect(fitMarkdown(text, text.length)).toBe(text));

  test('ends between lines, and closes what is open', () => {
    const closed = new Set<string>();
    for (let room = 32; room < text.length; room++) {
      const fitted = fitMarkdown(text, room);
      expect(fitted.length).toBeLessThanOrEqual(room);
      expect(fitted.endsWith(END)).toBe(true);
      expect(fitted.split('```').length % 2).toBe(1);
      expect(fitted.split('<details>')).toHaveLength(fitted.split('</details>').length);
      closed.add(fitted);
    }
    expect(closed.size).toBeGreaterThan(3);
    expect(fitMarkdown(`\`\`\`\`text\n\`\`\`\n</details>\n${'x\n'.repeat(50)}`, 62)).toBe(
      `\`\`\`\`text\n\`\`\`\n</details>\nx\n\`\`\`\`\n\n${END}`,
    );
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Judgement } from '../../../../src/core/judgement/judgement.js';
import { drawPlots } from '../../../../src/core/judgement/plots.js';
import { renderReport } from '../../../../src/core/judgement/report.js';
import { contrast } from '../../../worlds/contrast.js';
import { interleavedRun, judge, mixedRun, plainMetric, plotOf } from '../../../worlds/judgements.js';

const report = (judgement: Judgement): string => renderReport(judgement, drawPlots(judgement));
const html = report(mixedRun());

describe('The report', () => {
  test('has the verdict and why, where it was measured, all metrics, and every plot', () => {
    expect(html).toContain(
      '<h1>shop: <span>failed</span></h1>\n<p>1 metric cannot be judged: gpu.utilization. Its value is NaN; allowed: finite numbers. 1 metric is missing',
    );
    expect(html).toContain('<p>4 of 9 metrics passed. Compared with 38 runs of main.</p>');
    expect(html).toContain('<code>ami-0123456789abcdef0</code>');
    expect(html.match(/<tr><td>/g)).toHaveLength(9);
    expect(html.match(/<figure class="history"><svg /g)).toHaveLength(6);
    expect(report(interleavedRun()).match(/<figure class="sides"><svg /g)).toHaveLength(4);
  });

  test('leads from each row to what it says of the metric', () => {
    const targets = [...html.matchAll(/<a href="#(\w+)"/g)].map(([, id]) => id);
    expect(targets).toHaveLength(8);
    for (const id of targets) expect(html).toContain(`id="${id}"`);
    expect(html).toContain('<td>errors</td>');
  });

  test('opens what did not pass or changed, and folds the rest', () => {
    const open = [...html.matchAll(/<details class="m" id="\w+" open><summary><h3>([^<]*)/g)].map(([, name]) => name);
    expect(open).toContain('memory.peak');
    expect(open).not.toContain('startup');
    expect(html).toContain(
      '<p>Let the benchmark write the metric again, or correct its name in <code>thresholds</code>.</p>',
    );
  });

  test('loads nothing, and runs its own script alone', () => {
    const script = /<script>([^]*?)<\/script>/.exec(html)![1]!;
    const hash = createHash('sha256').update(script).digest('base64');
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'"`);
    expect(html.split('<script')).toHaveLength(2);
    const addresses = html
      .replaceAll('http://www.w3.org/2000/svg', '')
      .match(/(https?:)?\/\/[\w.]+\.\w+|url\(|@import|\bsrc=/g);
    expect(addresses).toBeNull();
  });

  test('shows texts of others as they are', () => {
    const nasty = '</title></script><img src=x onerror=alert(1)>" onload="x" \u0000\ud800 & `a<b`';
    const metrics = [plainMetric(nasty, { state: 'missed', reasons: [nasty], unit: nasty, threshold: nasty })];
    const page = report(
      mixedRun({
        metrics,
        name: nasty,
        problems: [nasty],
        notes: [nasty],
        comparedWith: nasty,
        commit: nasty,
        machine: { type: nasty },
      }),
    );
    expect(page).not.toMatch(/<img|<\/script>[^]*<\/script>|"\s*onload=/);
    expect(page).toContain('<code>a&lt;b</code>');
    // oxlint-disable-next-line no-control-regex
    expect(page).not.toMatch(/\u0000|[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  test('folds more than 50 metrics', () => {
    const bad = plainMetric('bad', { state: 'missed' });
    const page = report(mixedRun({ metrics: [bad, ...Array.from({ length: 60 }, (_, at) => plainMetric(`m${at}`))] }));
    expect(page).toContain('<summary>60 metrics, passed or not judged</summary>');
    const all = Array.from({ length: 60 }, (_, at) => plainMetric(`m${at}`, { state: 'missed' }));
    expect(report(mixedRun({ metrics: all }))).toContain('<summary>10 more metrics</summary>');
    const good = Array.from({ length: 60 }, (_, at) => plainMetric(`m${at}`));
    expect(report(mixedRun({ metrics: good }))).toContain('<p>All metrics passed, or are not judged.</p>');
  });

  test('of a million metrics is a page that a browser opens, and says what is left out', () => {
    const metrics = Array.from({ length: 1_000_000 }, (_, at) =>
      plainMetric(`m${at}`, { state: at < 9 ? 'missed' : 'passed' }),
    );
    const began = performance.now();
    const page = renderReport(mixedRun({ metrics }), [plotOf('m0', 15e6), plotOf('m1', 15e6)]);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(page.length).toBeLessThan(25 * 1024 * 1024);
    expect(page).toMatch(/<p>And \d+ more metrics, for which this page has no room\.<\/p>/);
    expect(page).toContain('<p>Some plots are only in their files, for which this page has no room.</p>');
  });

  test('has headings, heads of columns and captions', () => {
    expect([...html.matchAll(/<th scope="col"[^>]*>([^<]*)/g)].map(([, name]) => name)).toEqual([
      'Metric',
      'Verdict',
      'Now',
      'Baseline',
      'Change',
      'Interval',
      'Threshold',
      'History',
    ]);
    expect([...html.matchAll(/<h([1-6])/g)].map(([, level]) => level).slice(0, 4)).toEqual(['1', '2', '2', '3']);
    expect(html).toContain('<caption>The worst first</caption>');
    expect(html.match(/<svg [^>]*role="img">\n<title>[^<]+:/g)).toHaveLength(6);
  });
});

test.each(['light', 'dark'] as const)('All colors of text have a contrast of 4.5 in %s', (scheme) => {
  const rules = (text: string): readonly [string, string][] =>
    [...text.matchAll(/--([\w-]+):(#\w{3,6})/g)].map(([, name, color]) => [name!, color!]);
  const style = /<style>(:root[^]*?)<\/style>/.exec(html)![1]!;
  const dark = style.match(/@media\(prefers-color-scheme:dark\)\{:root\{[^}]*\}\}/g)!.join('');
  const colors = new Map(rules(scheme === 'dark' ? dark : style.replaceAll(dark, '').replace(/@media[^\n]*/g, '')));
  const texts = ['text', 'faint', 'link', 'passed', 'failed', 'undecided', 'suspected'];
  for (const name of texts) {
    for (const back of ['back', 'row']) {
      const ratio = contrast(colors.get(name)!, colors.get(back)!);
      expect([name, back, ratio >= 4.5]).toEqual([name, back, true]);
    }
  }
});

test('A run without metrics has a report, too', () => {
  expect(report(judge({ metrics: [] }))).toContain('<h1>shop: <span>failed</span></h1>');
});

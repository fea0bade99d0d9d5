import { describe, expect, test } from '@jest/globals';
import type { Judgement } from '../../../../src/core/judgement/judgement.js';
import { renderSummary } from '../../../../src/core/judgement/summary.js';
import { byteLength } from '../../../../src/core/kernel/markdown.js';
import { around, interleavedRun, judge, mixedRun, plainMetric, steady } from '../../../worlds/judgements.js';

const summarize = (judgement: Judgement): string => renderSummary(judgement, { plots: 'changed' });
const firstLine = (judgement: Judgement): string => summarize(judgement).split('\n')[0]!;
const slower = { name: 'a', unit: 'ms', better: 'lower', runs: [...around(steady(10, 20), 0.01, 1), 15] } as const;
const few = { name: 'b', better: 'lower', runs: [10, 11] } as const;

describe('The first line of a summary is the verdict in words:', () => {
  test.each([
    ['passed', [{ name: 'a', head: [1] }], {}, '### 🟢 shop: passed. 1 metric: 1 passed.'],
    ['failed', [slower], {}, '### 🔴 shop: failed. 1 metric became worse: a.'],
    ['undecided', [few], {}, '### 🟡 shop: undecided. 1 metric is undecided: b.'],
    [
      'suspected',
      [slower],
      { suspected: ['a'], conclusion: { passed: true, code: 0, reasons: [] } },
      '### 🟠 shop: suspected. 1 metric may have become worse; a second run on a fresh machine decides.',
    ],
  ] as const)('%s', (_, metrics, more, line) => {
    expect(firstLine(judge({ metrics, thresholds: { '^[ab]': '> 0' }, more }))).toBe(line);
  });
});

describe('A summary', () => {
  test('has a table, the worst first, with the limits of thresholds in readable units', () => {
    const rows = summarize(mixedRun())
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const verdicts = rows.slice(2).map((row) => row.split(' | ')[1]);
    expect(verdicts).toEqual([
      '🔴\u00a0**no number**',
      '🔴\u00a0**missing** `>\u00a00.9`',
      '🔴\u00a0**missed** `<\u00a0350\u00a0ms`',
      '🔴\u00a0**worse**',
      '🟡\u00a0**undecided**',
      '🟢\u00a0passed `==\u00a00`',
      '🟢\u00a0**better**',
      '🟢\u00a0passed',
      '🟢\u00a0passed `>\u00a01650\u00a01/s`',
    ]);
    expect(rows[4]).toContain('| 375.5\u00a0ms | 278.4\u00a0ms | +34.9\u00a0% | +30.2\u00a0…\u00a0+39.2\u00a0% |');
  });

  test('says of every metric that did not pass why, and what to do', () => {
    const summary = summarize(mixedRun());
    for (const name of ['gpu.utilization', 'cache.hits', 'checkout.latency.p99', 'search.latency.p50', 'queue.depth']) {
      expect(summary).toMatch(new RegExp(`^- \`${name}\`: [A-Z].*\\.$`, 'm'));
    }
    expect(summary).not.toMatch(/^- `startup`/m);
    expect(summary).toContain('**1 missing.** Let the benchmark write the metric again');
  });

  test('has problems, notes, the machine, and with what the run was compared', () => {
    const summary = summarize(mixedRun({ problems: ['12 of 300 requests failed'] }));
    expect(summary).toContain('**Doubtful results**\n\n- 12 of 300 requests failed\n');
    expect(summary).toContain('**Notes**\n\n- 4 runs on c7g.4xlarge are left out');
    expect(summary).toContain('4 of 9 metrics passed. Compared with 38 runs of main.');
    expect(summary).toContain(
      'Measured on `m7g.xlarge` (image `ami-0123456789abcdef0`, kernel `6.8.0-1021-aws`) at commit `4f1c0de9a7b6`, 2026-02-10 23:40 UTC.',
    );
    expect(summarize(mixedRun({ machine: {} }))).toContain('Measured on a machine of unknown type at commit');
  });

  test('folds what passed if there are many metrics', () => {
    const bad = plainMetric('bad', { state: 'missed', reasons: ['It does not pass.'] });
    const metrics = [bad, ...Array.from({ length: 30 }, (_, at) => plainMetric(`m${at}`))];
    const summary = summarize(mixedRun({ metrics }));
    expect(summary.indexOf('`bad`')).toBeLessThan(summary.indexOf('<details>'));
    expect(summary).toContain('<summary>30 other metrics, passed or not judged</summary>');
    expect(summary.indexOf('`m0`')).toBeGreaterThan(summary.indexOf('<details>'));
  });

  test('fits into what GitHub takes, whatever the names are, and quickly', () => {
    const nasty = '\u202e|`<@#'.repeat(300);
    const metrics = Array.from({ length: 1_000_000 }, (_, at) =>
      plainMetric(`${nasty}${at}`, { state: at < 500_000 ? 'missed' : 'passed', threshold: nasty, unit: nasty }),
    );
    const reasons = Array.from({ length: 1_000 }, () => nasty);
    const began = performance.now();
    const summary = summarize(mixedRun({ metrics, problems: reasons, notes: reasons, comparedWith: nasty }));
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(summary).toMatch(/And \d+ more metrics, which the report lists/);
  });

  test('has no line that a name broke', () => {
    const name = 'a\nb | c `d` <img src=x>\r\n# x @octocat';
    const lines = summarize(judge({ metrics: [{ ...slower, name }], more: { name } })).split('\n');
    expect(lines.filter((line) => line.includes('@octocat') && !line.includes('``a\\nb'))).toEqual([]);
    expect(lines.filter((line) => /^(b |# x)/.test(line))).toEqual([]);
  });
});

describe('The plots of a summary', () => {
  const charts = (text: string): number => text.split('```mermaid').length - 1;

  test('are charts of the metrics that changed or did not pass, at most three', () => {
    expect(charts(summarize(mixedRun()))).toBe(3);
    expect(charts(renderSummary(mixedRun(), { plots: 'none' }))).toBe(0);
    const passed = judge({ metrics: [{ name: 'a', runs: around(steady(5, 20), 0.01, 2) }] });
    expect([charts(summarize(passed)), charts(renderSummary(passed, { plots: 'all' }))]).toEqual([0, 1]);
  });

  test('are pictures where they have addresses', () => {
    const pictureUrl = (file: string): string => `https://github.com/acme/shop/raw/plots/${file}`;
    const summary = renderSummary(mixedRun(), { plots: 'changed', pictureUrl });
    expect(charts(summary)).toBe(0);
    expect(summary).toMatch(
      /!\[The history of the metric\]\(https:\/\/github\.com\/acme\/shop\/raw\/plots\/queue\.depth-[0-9a-f]{10}\.history\.svg\)/,
    );
    expect(charts(renderSummary(mixedRun(), { plots: 'changed', pictureUrl: () => undefined }))).toBe(3);
  });

  test('show how base and head spread', () => {
    const block = /#### `parse`[^]*?``````text\n([^]*?)\n``````/.exec(summarize(interleavedRun()))![1]!.split('\n');
    expect(block).toEqual([
      expect.stringMatching(/^base │.{40}│ median 12\.03 ms, 7 runs$/),
      expect.stringMatching(/^head │.{40}│ median 13\.52 ms, 7 runs$/),
      expect.stringMatching(/^ {6}11\.96 ms +13\.72 ms$/),
    ]);
  });
});

/** Summary, comment and report of judge-results in a browser. Screenshots are in build/judgement/. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { joinComments, renderComment } from '../../src/core/judgement/comment.js';
import type { Judgement } from '../../src/core/judgement/judgement.js';
import { drawPlots } from '../../src/core/judgement/plots.js';
import { renderReport } from '../../src/core/judgement/report.js';
import { renderSummary } from '../../src/core/judgement/summary.js';
import { NASTY_TEXTS } from '../worlds/answers.js';
import { around, interleavedRun, judge, mixedRun, plainMetric } from '../worlds/judgements.js';
import { takePart } from '../worlds/part.js';
import { readFixture } from '../worlds/result-files.js';
import { NARROW, Pages, type ShownMarkdown, WIDE } from './judgement/pages.js';

const RUN = 'https://github.com/acme/shop/actions/runs/42';
/** What a summary or a comment may consist of. */
const ELEMENTS = 'a code details h3 h4 li p pre span strong summary table tbody td th thead tr ul'.split(' ');

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
}, 60_000);
afterAll(() => pages.close());

const summarize = (judgement: Judgement): string =>
  renderSummary(judgement, { plots: 'changed', report: 'judgement/report.html' });
const comment = (judgement: Judgement): string =>
  renderComment(judgement, { plots: 'changed', run: RUN, report: `${RUN}/artifacts/7` });
const report = (judgement: Judgement): string => renderReport(judgement, drawPlots(judgement));

/** Asserts that nothing of a text does more than show itself. */
function expectInert({ elements, links, texts, formulas, error, overflow }: ShownMarkdown): void {
  expect([error, elements.filter((one) => !ELEMENTS.includes(one))]).toEqual(['', []]);
  expect(links.filter((one) => !one.startsWith(RUN))).toEqual([]);
  expect(formulas).toEqual([]);
  const references = /(?<![\w`])@[a-z\d][\w-]*|(?<!\w)#\d+|\bGH-\d+|:[\w+-]+:/gi;
  expect(texts.flatMap((text) => text.match(references) ?? [])).toEqual([]);
  expect(overflow).toBeLessThanOrEqual(0);
}

describe.each([
  ['light', WIDE],
  ['light', NARROW],
  ['dark', WIDE],
  ['dark', NARROW],
] as const)('In %s, %d pixels wide,', (scheme, width) => {
  const look = { scheme, width };

  test('the summary has the verdict first, then a table, why, and charts', async () => {
    const shown = await pages.showMarkdown(summarize(mixedRun()), { picture: 'summary', ...look });
    expectInert(shown);
    expect(shown.charts).toBe(3);
    expect(shown.seen).toMatch(/^🔴 shop: failed\. 1 metric cannot be judged: gpu\.utilization\. /);
    expect(shown.tables[0]!.map(([name, verdict]) => `${name}: ${verdict}`)).toContain(
      'search.latency.p50: 🔴\u00a0worse',
    );
    const passed = judge({ metrics: [{ name: 'a', unit: 's', runs: around(Array<number>(30).fill(4), 0.01, 7) }] });
    await pages.showMarkdown(summarize(passed), { picture: 'summary-passed', ...look });
  });

  test('the comment of several jobs has those that did not pass first', async () => {
    const passed = judge({ metrics: [{ name: 'a', head: [1] }], thresholds: { a: '> 0' }, more: { name: 'smoke' } });
    const parts = [passed, { ...passed, name: 'unit' }, mixedRun({ name: 'load' }), interleavedRun()];
    const shown = await pages.showMarkdown(joinComments(parts.map(comment), 'all'), { picture: 'comment', ...look });
    expectInert(shown);
    expect(shown.seen).toMatch(/^🔴 load: failed[^]*🔴 shop: failed[^]*2 passed/);
  });

  test('the report has every plot, loads nothing, and is no wider than the screen', async () => {
    for (const [picture, judgement] of [
      ['report', mixedRun()],
      ['report-sides', interleavedRun()],
    ] as const) {
      const { page, requests, overflow } = await pages.showPage(report(judgement), { picture, ...look });
      expect([requests.length, overflow]).toEqual([1, 0]);
      const plots = await page.locator('figure svg').count();
      expect(plots).toBe(drawPlots(judgement).length);
      const [back] = await page.evaluate<readonly string[]>('[getComputedStyle(document.body).backgroundColor]');
      expect(back).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(13, 17, 23)');
      await page.close();
    }
  });
});

test('The report sorts by a column, and finds metrics', async () => {
  const { page } = await pages.showPage(report(mixedRun()), { picture: 'report-sorted' });
  const names = (): Promise<string[]> =>
    page.locator('table.metrics tbody tr:not([hidden]) td:first-child').allInnerTexts();
  await page.getByRole('button', { name: 'Change' }).click();
  expect((await names()).slice(-2)).toEqual(['checkout.latency.p99', 'queue.depth']);
  await page.getByRole('button', { name: 'Change' }).click();
  expect((await names())[0]).toBe('queue.depth');
  expect(await page.locator('th[aria-sort=descending]').innerText()).toBe('Change');
  await page.getByLabel('Find metrics').fill('LATENCY');
  expect(await names()).toEqual(['checkout.latency.p99', 'search.latency.p50']);
  await page.getByRole('link', { name: 'search.latency.p50' }).click();
  expect(page.url()).toMatch(/#m\d+$/);
  await page.close();
});

/** What real programs wrote, with their names, units and values. */
const OUTPUTS = [
  'go/run.txt',
  'google-benchmark/run.json',
  'google-benchmark/aggregates.json',
  'hyperfine/run.json',
  'k6/summary-export.json',
  'k6/points.json',
  'k6/handle-summary.json',
  'k6/machine-readable.json',
  'locust/out_stats.csv',
  'locust/out.json',
  'pytest/run.json',
  'pytest/junit.xml',
] as const;

test.each(takePart(OUTPUTS))('The figures of %s are readable in summary and report', async (path) => {
  const { figures, unusable } = await readFixture(path);
  const judgement = judge({
    metrics: figures.map(({ name, unit, better, samples }, at) => ({
      name,
      ...(unit !== undefined && { unit }),
      ...(better && { better }),
      runs: [...around(Array<number>(20).fill(samples[0]!), 0.01, at + 1), samples[0]! * (at % 3 === 0 ? 1.2 : 1)],
    })),
    unusable,
    thresholds: { '.*': '> -1' },
    more: { name: path },
  });
  const picture = path.replace(/\W/g, '-');
  const shown = await pages.showMarkdown(summarize(judgement), { picture: `real-${picture}` });
  expectInert(shown);
  const rows = shown.tables.flatMap((table) => table.slice(1).map(([name]) => name!));
  const names = judgement.metrics.map(({ verdict }) => verdict.name);
  expect(rows).toHaveLength(names.length);
  expect(names.filter((name) => name.length <= 100 && !rows.includes(name))).toEqual([]);
  const { page, overflow } = await pages.showPage(report(judgement), {
    picture: `real-report-${picture}`,
    scheme: 'dark',
  });
  expect(overflow).toBe(0);
  await page.close();
});

test.each(NASTY_TEXTS.filter((text) => text.trim() !== '').map((text) => [text]))(
  'The name %j shows itself and nothing more',
  async (text) => {
    const metrics = [
      { name: text, unit: text, runs: [1, 1, 1, 1, 1, 1, 1, 1, 2] },
      { name: `${text}2`, unit: text, base: [1, 2, 1, 2, 1, 2], head: [5, 6, 5, 6, 5, 6] },
    ];
    const nasty = judge({
      metrics,
      more: {
        name: text,
        problems: [text],
        notes: [text],
        comparedWith: text,
        commit: text,
        machine: { type: text, image: text },
      },
    });
    const missing = plainMetric(text, { state: 'missing', reasons: [text], threshold: text });
    const judgement = { ...nasty, metrics: [missing, ...nasty.metrics] };
    const shown = await pages.showMarkdown(summarize(judgement));
    expectInert(shown);
    expect(shown.tables.map((table) => table.length)).toEqual([4]);
    expectInert(await pages.showMarkdown(comment(judgement)));
    const { page, requests } = await pages.showPage(report(judgement), { picture: 'report-nasty' });
    expect(requests).toHaveLength(1);
    expect(await page.locator('main script, img, iframe, object, link').count()).toBe(0);
    await page.close();
  },
);

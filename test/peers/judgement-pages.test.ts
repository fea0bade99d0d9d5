/** Summary, comment and report of judge-results in a browser. Screenshots are in build/judgement/. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { joinComments, renderComment } from '../../src/core/judgement/comment.js';
import { drawPlots } from '../../src/core/judgement/plots.js';
import { renderReport } from '../../src/core/judgement/report.js';
import { renderSummary } from '../../src/core/judgement/summary.js';
import { interleavedRun, mixedRun } from '../worlds/judgements.js';
import { NARROW, Pages, WIDE } from './judgement/pages.js';

const RUN = 'https://github.com/acme/shop/actions/runs/42';

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
}, 60_000);
afterAll(() => pages.close());

describe.each(['light', 'dark'] as const)('In %s,', (scheme) => {
  test.each([WIDE, NARROW])('the summary %d pixels wide has the verdict first, a table and charts', async (width) => {
    const summary = renderSummary(mixedRun(), { plots: 'changed', report: 'judgement/report.html' });
    const shown = await pages.showMarkdown(summary, { picture: 'summary', scheme, width });
    expect([shown.error, shown.charts]).toEqual(['', 3]);
    expect(shown.overflow).toBeLessThanOrEqual(0);
    expect(shown.seen).toMatch(/^🔴 shop: failed\. /);
  });

  test.each([WIDE, NARROW])('the comment %d pixels wide shows both sides', async (width) => {
    const comments = [interleavedRun(), mixedRun({ name: 'shop, with history' })].map((one) =>
      renderComment(one, { plots: 'changed', run: RUN, report: `${RUN}/artifacts/7` }),
    );
    const shown = await pages.showMarkdown(joinComments(comments, 'all'), { picture: 'comment', scheme, width });
    expect(shown.error).toBe('');
    expect(shown.overflow).toBeLessThanOrEqual(0);
  });

  test.each([WIDE, NARROW])('the report %d pixels wide', async (width) => {
    for (const [picture, judgement] of [
      ['report', mixedRun()],
      ['report-sides', interleavedRun()],
    ] as const) {
      const html = renderReport(judgement, drawPlots(judgement));
      const { page, requests, overflow } = await pages.showPage(html, { picture, scheme, width });
      expect(requests).toHaveLength(1);
      expect(overflow).toBeLessThanOrEqual(0);
      await page.close();
    }
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  renderDifference,
  renderRefusal,
  renderRunning,
  renderVerdict,
  type Asked,
} from '../../src/core/command/answer.js';
import { conclude, type ConcludedJob } from '../../src/core/command/conclusion.js';
import { asked, growPlan, NASTY_TEXTS, plantText, RUN_URL, STARTED_AT, usualPlan } from '../worlds/answers.js';
import { CommentPage, type Rendered } from './answers/rendered.js';

const ENDED_AT = STARTED_AT + 12 * 60_000;
/** What an answer may consist of. */
const ELEMENTS = 'a code details h3 li p span strong summary table tbody td th thead tr ul'.split(' ');

let page: CommentPage;
beforeAll(async () => {
  page = await CommentPage.open();
}, 60_000);
afterAll(() => page.close());

/** A text as code shows it. */
function asShown(text: string): string {
  const hidden = /[\p{Cc}\p{Cs}\p{Bidi_C}\p{Zl}\p{Zp}\u200b\ufeff]/gu;
  const names: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return text.replace(hidden, (one) => names[one] ?? `\\u{${one.codePointAt(0)!.toString(16)}}`) || "''";
}

/** Asserts that nothing of a comment does more than show itself. */
function expectInert(
  { elements, links, texts, formulas }: Rendered,
  allowedLinks: readonly string[] = [RUN_URL],
): void {
  expect(elements.filter((one) => !ELEMENTS.includes(one))).toEqual([]);
  expect(links.filter((one) => !allowedLinks.includes(one))).toEqual([]);
  expect(formulas).toEqual([]);
  const found = texts.flatMap((text) => [
    ...(text.match(/(?<![\w`])@[a-z\d][\w-]*/gi) ?? []),
    ...(text.match(/(?<!\w)#\d+|\bGH-\d+|:[\w+-]+:/gi) ?? []),
  ]);
  expect(found.filter((one) => one !== '@octocat')).toEqual([]);
  expect(found.length).toBeLessThanOrEqual(1);
}

describe('As GitHub renders it,', () => {
  test('the answer shows what runs, and its table has one row per key', async () => {
    const rendered = await page.show(renderRunning(asked, usualPlan, STARTED_AT), 'running');
    expectInert(rendered);
    expect(rendered.tables).toEqual([
      [
        ['Key', 'Value', 'Before', 'From'],
        ['machine.type', 'g4dn.xlarge', 'm6i.xlarge', 'preset gpu, config.yaml, line 12'],
        ['create.keep', 'true', 'false', 'preset keep, config.yaml, line 11'],
        ['rounds', '3', '10', 'the comment, line 2'],
        ['note', '"0777"', 'null', 'the comment, line 4'],
      ],
    ]);
    expect(rendered.seen).toContain('Not run: prepare – /skip (the comment, line 3)');
    expect(rendered.seen).not.toContain('state');
  });

  test('the verdict stands at the top, failed jobs first', async () => {
    const log = `${RUN_URL}/job/42`;
    const tox = { verdict: 'passed', minutes: '11.3', machine: 'm6i.xlarge', cost: '0.0335' };
    const jobs: ConcludedJob[] = [
      { name: 'unit', result: 'success', outputs: tox },
      {
        name: 'all',
        result: 'success',
        outputs: { ...tox, skipped: 's2search (The secret S2SEARCH_URL is not set.)' },
      },
      { name: 'smoke', result: 'failure', outputs: { verdict: 'fail', phase: 'session' }, url: log },
    ];
    const running = renderRunning(asked, usualPlan, STARTED_AT);
    const rendered = await page.show(renderVerdict(running, asked, conclude(jobs, { endedAt: ENDED_AT })), 'failed');
    expectInert(rendered, [RUN_URL, log]);
    expect(rendered.seen).toMatch(/^🔴 Failed in 12 min\n/);
    expect(rendered.tables[0]).toEqual([
      ['Job', 'Verdict', 'Minutes', 'Machine', 'Cost'],
      ['smoke', '🔴 failed in session (log)', '', '', ''],
      [
        'all',
        '⚪ passed, but not run: s2search (The secret S2SEARCH_URL is not set.)',
        '11.3',
        'm6i.xlarge',
        '$0.0335',
      ],
      ['unit', '🟢 passed', '11.3', 'm6i.xlarge', '$0.0335'],
    ]);
    expect(rendered.tables).toHaveLength(2);
    const passed = conclude([jobs[0]!], { endedAt: ENDED_AT });
    expect((await page.show(renderVerdict(running, asked, passed), 'passed')).seen).toMatch(/^🟢 Passed in 12 min\n/);
    expect((await page.show(renderVerdict('', asked, passed), 'passed-afresh')).seen).toContain('@octocat wrote');
  });

  test('a refusal lists its problems, and the answer to /plan its difference', async () => {
    const problems = [
      'the comment, line 1: `cudda` is neither an environment nor a preset; did you mean `cuda`?',
      'the comment, line 2: `/var rounds=3` has `=`; write `key: value`, here `/var rounds: 3`.',
    ];
    const refusal = await page.show(
      renderRefusal(asked, problems, 'Write `/test all`, or `/test` and some of: `unit`, `cuda`.'),
      'refusal',
    );
    expectInert(refusal);
    expect(refusal.codes).toContain('/var rounds: 3');
    const folded = renderRefusal(
      asked,
      Array.from({ length: 30 }, (_, at) => `the comment, line ${at + 2}: \`/var a${at}=1\` has \`=\`.`),
    );
    expect((await page.show(folded, 'refusal-folded')).seen).toMatch(/line 11:[^]*20 more/);
    const plan = { ...asked, command: '/plan light gpu keep' };
    expectInert(await page.show(renderDifference(plan, { ...usualPlan, mode: 'plan' }), 'difference'));
  });

  test('a large plan is folded, and says what is missing', async () => {
    const rendered = await page.show(renderRunning(asked, growPlan('a.b.c'.repeat(20)), STARTED_AT), 'large');
    expectInert(rendered);
    expect(rendered.seen).toContain('500 values of the configuration are changed');
    expect(rendered.seen).not.toContain('Before');
    expect(rendered.tables[0]!.every((row) => row.length === 4)).toBe(true);
    expect(rendered.texts.join('')).toMatch(/… and \d+ more; all of it is in /);
  });
});

describe('As GitHub renders it, a text of others', () => {
  test.each(NASTY_TEXTS.map((text) => [text]))('%j shows itself and nothing more', async (text) => {
    const who: Asked = { ...asked, command: text };
    const plan = plantText(text);
    const running = renderRunning(who, plan, STARTED_AT);
    const rendered = await page.show(running);
    expectInert(rendered);
    expect(rendered.tables).toHaveLength(1);
    expect(rendered.tables[0]!.map((row) => row.length)).toEqual([4, 4, 4]);
    const shown = asShown(text);
    expect(rendered.tables[0]![1]![0]).toBe(shown);
    expect(rendered.codes.filter((one) => one === shown).length).toBeGreaterThanOrEqual(4);

    const problems = [text, `\`${text}\` is wrong`, `It is ${text}`];
    const refusal = await page.show(renderRefusal(who, problems, text));
    expectInert(refusal);
    const outputs = { verdict: 'skipped', reason: text, machine: text || 'x' };
    const jobs = [{ name: text, result: 'success', outputs, url: `https://github.com/${text}` }];
    const verdict = renderVerdict(running, who, conclude(jobs, { endedAt: ENDED_AT }));
    const last = await page.show(verdict);
    const allowed = last.links.filter((href) => new URL(href).origin === 'https://github.com');
    expectInert(last, allowed);
    expect(last.tables.map((table) => table.map((row) => row.length))).toEqual([
      [3, 3],
      [4, 4, 4],
    ]);
    expect(last.tables[0]![1]![0]).toBe(shown);
  });
});

import { describe, expect, test } from '@jest/globals';
import { renderRunning, renderVerdict } from '../../../../src/core/command/answer.js';
import { conclude } from '../../../../src/core/command/conclusion.js';
import { asked, STARTED_AT, usualPlan } from '../../../worlds/answers.js';

const passed = conclude([{ name: 'tests', result: 'success', outputs: { verdict: 'passed', minutes: '11.3' } }], {
  endedAt: STARTED_AT + 12 * 60_000,
});

describe('The verdict', () => {
  const running = renderRunning(asked, usualPlan, STARTED_AT);
  const understood = running.slice(running.indexOf('@octocat'));

  test('takes the place of "Running", and the rest stays', () => {
    const text = renderVerdict(running, asked, passed);
    expect(text).toContain('### 🟢 Passed in 12 min\n');
    expect(text).not.toContain('Running');
    expect(text.endsWith(understood)).toBe(true);
    expect(text.startsWith('<!-- ci-actions plan-run 987654321 -->\n<!-- state ')).toBe(true);
  });

  test('can be replaced by another, and the time still counts from the start', () => {
    const first = renderVerdict(running, asked, passed);
    const failed = conclude([{ name: 'tests', result: 'failure', outputs: {} }], { endedAt: STARTED_AT + 60_000 });
    const text = renderVerdict(first, asked, failed);
    expect(text).toContain('### 🔴 Failed in 60 s\n');
    expect(text).not.toContain('Passed');
    expect(text.endsWith(understood)).toBe(true);
  });

  test('is put into a text that was edited in the browser, which ends lines with CRLF', () => {
    const text = renderVerdict(running.replaceAll('\n', '\r\n'), asked, passed);
    expect(text).toContain('### 🟢 Passed in 12 min');
    expect(text).not.toContain('Running');
    expect(text).toContain('understood as:');
  });

  test.each([
    ['there is none', '', '@octocat wrote'],
    ['its markers are gone', running.replaceAll(/<!-- .?state.*-->\n/g, ''), '\noctocat wrote'],
    ['the last marker is gone', running.replace('<!-- /state -->', ''), '\noctocat wrote'],
    ['it is another comment', `x\n${running}`, '\noctocat wrote'],
    ['somebody filled it up', `${running}${'x'.repeat(65_000)}`, '\noctocat wrote'],
  ])('is a new text where %s', (_, answer, who) => {
    const text = renderVerdict(answer, asked, { ...passed, startedAt: STARTED_AT + 11 * 60_000 });
    expect(text).toContain(`### 🟢 Passed in `);
    expect(text).toContain(`${who} \`/test light gpu keep\`.`);
    expect(text).not.toMatch(/Running|understood/);
    expect(text.length).toBeLessThan(1_000);
    expect(renderVerdict(text, asked, passed)).toContain('Passed');
  });

  test('without the time of the start has no duration', () => {
    expect(renderVerdict('', asked, passed)).toContain('### 🟢 Passed\n');
  });

  test('is not led astray by signs that mean something when a text is replaced', () => {
    const odd = conclude([{ name: "$& $' $` $1", result: 'success', outputs: { verdict: 'passed' } }]);
    expect(renderVerdict(running, asked, odd)).toContain("$& $' $` $1");
  });
});

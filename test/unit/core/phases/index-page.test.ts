import { expect, test } from '@jest/globals';
import type { ListedFile } from '../../../../src/core/phases/host.js';
import { MOST_LISTED, renderIndex } from '../../../../src/core/phases/index-page.js';
import type { PhaseResult } from '../../../../src/core/phases/result.js';
import { judge } from '../../../../src/core/phases/verdict.js';

const passed = (title: string, more: Partial<PhaseResult> = {}): PhaseResult => ({
  title,
  folder: `000__${title}`,
  outcome: 'passed',
  reasons: [],
  ...more,
});

function render(
  results: readonly PhaseResult[],
  files: readonly ListedFile[] = [],
  earlier: readonly PhaseResult[] = [],
) {
  const outcome = { ...judge(results, []), results, beganAt: 0, endedAt: 10_000 };
  return renderIndex({ name: 'shop', outcome, earlier, hasFailures: false, listFiles: () => files });
}

const bar = (page: string): string | undefined => /style="(margin[^"]*)"/.exec(page.split('</style>')[1]!)?.[1];

test('a bar shows when a phase ran, as a part of the time from the first begin to the last end', () => {
  const first = passed('a', { beganAt: 1_000, endedAt: 2_000 });
  expect(bar(render([first, passed('b', { beganAt: 2_000, endedAt: 5_000 })]))).toBe('margin-left:0.0%;width:25.0%');
  const last = passed('b', { beganAt: 3_000, endedAt: 5_000 });
  const page = render([passed('z'), { ...first, beganAt: undefined } as unknown as PhaseResult, last, first]);
  expect([...page.matchAll(/<i /g)]).toHaveLength(2);
  expect(page).toContain('title="after 2.0 s" style="margin-left:50.0%;width:50.0%"');
  expect(bar(render([passed('a', { beganAt: 5, endedAt: 5 })]))).toBe('margin-left:0.0%;width:0.0%');
});

test('a reason on top links to its phase, also if the title of another is the beginning of its title', () => {
  const failed = (title: string, folder: string) =>
    passed(title, { folder, outcome: 'failed', reasons: [`${title} failed: exit code 1.`, 'line <1>'] });
  const page = render([failed('test', '000__test'), failed('test [A=1]', '001__test__A=1'), passed('test2')]);
  expect(page).toContain('<li><a href="#p000">test</a> failed: exit code 1.</li>');
  expect(page).toContain('<tr id="p001"><td>test [A=1]');
  expect(page).toContain('<pre>line &lt;1&gt;</pre>');
  expect(page).toContain('<p>3 phases: 1 passed, 2 failed.</p>');
});

test('of many reasons, the first 20 are on top', () => {
  const many = Array.from({ length: 22 }, (_, at) =>
    passed(`p${at}`, { outcome: 'failed', reasons: [`p${at} failed.`] }),
  );
  const page = render(many);
  expect(page.match(/<li><a /g)).toHaveLength(20);
  expect(page).toContain('<li>… and 2 more</li>');
  expect(render(many.slice(0, 20))).not.toContain('more</li>');
});

test('the marks and the log are first, other files are folded, and too many are cut', () => {
  const files = ['a?b/c.txt', 'run-again.log', 'run.log', 'FAILURE'].map((path) => ({ path, bytes: 7 }));
  const page = render([passed('a')], files);
  const main = ['FAILURE', 'run.log', 'run-again.log'].map(
    (name) => `<a href="000__a/${name}" title="7 bytes">${name}</a>`,
  );
  expect(page).toContain(
    `<td>${main.join(' ')}<details><summary>1 file</summary><a href="000__a/a%3Fb/c.txt" title="7 bytes">a?b/c.txt</a></details>`,
  );
  const many = (count: number) => Array.from({ length: count }, (_, at) => ({ path: `${at}`, bytes: 0 }));
  expect(render([passed('a')], many(200))).toContain('<summary>200 files</summary>');
  expect(render([passed('a')], many(201))).toContain('<summary>200 files and more</summary>');
  expect(render([passed('a')], many(MOST_LISTED)).match(/<a href="000__a/g)).toHaveLength(200);
});

test('phases of earlier steps, remarks, and what the post step did are there', () => {
  const plain = render([passed('a', { isLate: true, remarks: ['look'] })]);
  expect(plain).toContain('✓ passed (by the post step)</b>');
  expect(plain).toContain('<td class="why">look');
  expect(plain).not.toContain('<h2>');
  expect(plain).not.toContain('FAILURES');
  const both = render([passed('a')], [], [passed('old')]);
  expect(both.indexOf('<h2>This step</h2>')).toBeLessThan(both.indexOf('<h2>Earlier steps</h2>'));
  expect(both).toContain('<td>old');
});

test('characters that no page can show are replaced', () => {
  const page = render([passed('a', { outcome: 'failed', reasons: ['a failed.', 'x\0\u001b[31m\ty'] })]);
  expect(page).toContain('<pre>x\ufffd\ufffd[31m\ty</pre>');
});

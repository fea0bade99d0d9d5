import { describe, expect, test } from '@jest/globals';
import {
  renderDifference,
  renderRefusal,
  renderRunning,
  renderVerdict,
  summarizePlan,
  summarizeRefusal,
  type Asked,
} from '../../../../src/core/command/answer.js';
import { conclude } from '../../../../src/core/command/conclusion.js';
import { readCommandLines } from '../../../../src/core/command/lines.js';
import type { Plan } from '../../../../src/core/command/plan.js';
import {
  asked,
  growPlan,
  NASTY_TEXTS,
  plantText,
  RUN_URL,
  SHA,
  STARTED_AT,
  usualPlan,
} from '../../../worlds/answers.js';

const passed = conclude([{ name: 'tests', result: 'success', outputs: { verdict: 'passed', minutes: '11.3' } }], {
  endedAt: STARTED_AT + 12 * 60_000,
});

/** All answers that can have a text in them. */
function renderAll(who: Asked, plan: Plan, problems: readonly string[]): Record<string, string> {
  const running = renderRunning(who, plan, STARTED_AT);
  const jobs = problems.map((name) => ({
    name,
    result: 'success',
    outputs: { verdict: 'skipped', reason: name, machine: name },
    url: `https://x.y/${name}`,
  }));
  const conclusion = conclude(jobs, { endedAt: STARTED_AT + 1 });
  return {
    running,
    refusal: renderRefusal(who, problems, problems[0]),
    difference: renderDifference(who, { ...plan, mode: 'plan' }),
    verdict: renderVerdict(running, who, conclusion),
    afresh: renderVerdict('', who, conclusion),
  };
}

describe('The answer to a command that runs', () => {
  const text = renderRunning(asked, usualPlan, STARTED_AT);
  const lines = text.split('\n');

  test('begins with its marker, and says that it runs, since when, and where', () => {
    expect(lines[0]).toBe('<!-- ci-actions plan-run 987654321 -->');
    expect(lines).toContain('### ⏳ Running');
    expect(lines).toContain(`Since 2026-11-27 20:10 UTC, in [this run](${RUN_URL}).`);
  });

  test('says to whom it answers what', () => {
    expect(lines).toContain('@octocat wrote `/test light gpu keep`, understood as:');
  });

  test('lists what runs, what does not and why, on which commit and machine, with which presets', () => {
    expect(lines.filter((line) => line.startsWith('- '))).toEqual([
      `- **Commit:** ${SHA}`,
      '- **Phases:** `test`, `cleanup`',
      '- **Not run:** `prepare` – \\/skip (the comment, line 3)',
      '- **Presets:** `base`, `gpu`, `keep`',
      '- **Machine:** `ec2-instance-type: g4dn.xlarge`, `aws-region: eu-west-1`, `tags: Project=x, Team=ml`',
      '- the comment, line 4: `0777` is read as text; YAML 1.1 reads a number.',
    ]);
  });

  test('shows what is changed, without what the command and the phases say', () => {
    expect(text).toContain('\n4 values of the configuration are changed:\n');
    expect(lines.filter((line) => line.startsWith('|'))).toEqual([
      '| Key | Value | Before | From |',
      '| --- | --- | --- | --- |',
      '| `machine.type` | `g4dn.xlarge` | `m6i.xlarge` | preset `gpu`, config.yaml, line 12 |',
      '| `create.keep` | `true` | `false` | preset `keep`, config.yaml, line 11 |',
      '| `rounds` | `3` | `10` | the comment, line 2 |',
      '| `note` | `"0777"` | `null` | the comment, line 4 |',
    ]);
  });

  test('shows keys beside the phases, and those of phases where the plan has none', () => {
    const keys = ['exec_list._only_', 'exec_list.test', 'exec_list.other'];
    const changes = keys.map((key) => ({ ...usualPlan.changes[1]!, key }));
    const listKeys = (plan: Plan) => renderRunning(asked, plan, STARTED_AT).match(/(?<=^\| `)[^`]+/gm);
    expect(listKeys({ ...usualPlan, changes })).toEqual(['exec_list.other']);
    expect(listKeys({ ...usualPlan, changes, phases: [] })).toEqual(keys);
    const whole = { ...usualPlan.changes[1]!, key: 'exec_list', before: undefined };
    const values = [{ test: false, _only_: true }, { test: false, other: false }, null];
    expect(values.map((value) => listKeys({ ...usualPlan, changes: [{ ...whole, value }] })?.length ?? 0)).toEqual([
      0, 1, 1,
    ]);
    expect(listKeys({ ...usualPlan, changes: [{ ...whole, value: values[0]!, before: null }] })).toEqual(['exec_list']);
  });

  test('of tox lists environments; phases with one reason stand together', () => {
    const phases = ['a', 'b'].map((name) => ({ name, runs: false, why: 'not in /only' }));
    const plan = { ...usualPlan, environments: ['unit', 'arm64'], phases, composeOverride: { services: { db: null } } };
    expect(renderRunning(asked, plan, STARTED_AT).split('\n')).toEqual(
      expect.arrayContaining([
        '- **Environments:** `unit`, `arm64`',
        '- **Phases:** none',
        '- **Not run:** `a`, `b` – not in /only',
        '- **Compose override:** `{"services": {"db": null}}`',
      ]),
    );
  });

  test('has only what there is', () => {
    const bare: Plan = { ...usualPlan, phases: [], presets: [], machine: {}, changes: [], warnings: [] };
    expect(renderRunning(asked, bare, STARTED_AT)).toMatch(/understood as:\n\n- \*\*Commit:\*\* [0-9a-f]{40}\n$/);
  });

  test('folds a table of more than ten rows', () => {
    const changes = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ ...usualPlan.changes[4]!, key: `k${at}` }));
    const render = (count: number) => renderRunning(asked, { ...usualPlan, changes: changes(count) }, STARTED_AT);
    expect(render(10)).not.toContain('<details>');
    expect(render(11)).toContain(
      '<details><summary>11 values of the configuration are changed</summary>\n\n| Key | Value | Before | From |\n',
    );
    expect(render(1)).toContain('1 value of the configuration is changed:');
  });

  test('does not mention what cannot be mentioned', () => {
    expect(renderRunning({ ...asked, author: 'dependabot[bot]' }, usualPlan, STARTED_AT)).toContain(
      '\n`dependabot[bot]` wrote ',
    );
  });
});

test('the answer to /plan has the difference, and says that nothing runs and how to run it', () => {
  const text = renderDifference({ ...asked, command: '/plan light gpu' }, { ...usualPlan, mode: 'plan' });
  expect(text).toContain('\n### Plan: nothing runs\n\n@octocat wrote `/plan light gpu`, understood as:\n');
  expect(text).toContain('| `rounds` | `3` | `10` | the comment, line 2 |');
  expect(text).toContain('write the same comment with `/test` in place of `/plan`');
  expect(text).not.toContain('state');
});

describe('A refusal', () => {
  test('has all problems, how to write it, and the run', () => {
    const text = renderRefusal(asked, ['There is no `a`.', 'There is no `b`.'], 'Write `/test all`.');
    expect(text.split('\n')).toEqual([
      '<!-- ci-actions plan-run 987654321 -->',
      '### ⚪ Not run',
      '',
      '@octocat wrote `/test light gpu keep`. Nothing was started, because of 2 problems:',
      '',
      '- There is no `a`.',
      '- There is no `b`.',
      '',
      'Write `/test all`.',
      '',
      `[The run that read the command](${RUN_URL})`,
      '',
    ]);
    expect(renderRefusal(asked, ['x'])).toContain('because of this problem:');
  });

  test('shows ten problems and folds the others', () => {
    const text = renderRefusal(
      asked,
      Array.from({ length: 12 }, (_, at) => `p${at}`),
    );
    expect(text).toContain('- p9\n\n<details><summary>2 more</summary>\n\n- p10\n- p11\n\n</details>');
  });

  test('of more than a comment can hold says how many are missing, and where they are', () => {
    const problems = Array.from({ length: 500 }, (_, at) => `${at} ${'x'.repeat(1_000)}`);
    const text = renderRefusal(asked, problems);
    const shown = text.match(/^- \d+ x/gm)!.length;
    expect(shown).toBeGreaterThan(50);
    expect(text).toContain(`… and ${500 - shown} more; all of it is in [the run's summary](${RUN_URL})\n\n</details>`);
    expect(text).toContain('<summary>490 more</summary>');
    expect(summarizeRefusal(asked, problems).match(/^- \d+ x/gm)).toHaveLength(500);
  });
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

describe('An answer with a text of others', () => {
  test.each(NASTY_TEXTS)('%j is no command, has one state, and mentions only its author', (nasty) => {
    for (const text of Object.values(
      renderAll({ ...asked, command: nasty }, plantText(nasty), [nasty, `\`${nasty}\``]),
    )) {
      expect(readCommandLines(text).commands).toEqual([]);
      expect(text).not.toMatch(/^\s*\/\w/m);
      const states = text.match(/^<!-- \/?state.*-->$/gm) ?? [];
      expect(states).toHaveLength(text.startsWith(`${text.split('\n')[0]}\n<!-- state`) ? 2 : 0);
      // All that is not in code.
      const outside = text.replace(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, 'code');
      expect(outside.match(/@\w+/g) ?? []).toEqual(outside.includes('@octocat') ? ['@octocat'] : []);
      expect(outside).not.toMatch(/<(?!!-- |\/?details>|\/?summary>|\/?span>)/);
    }
  });

  test.each([['x'.repeat(100_000)], ['|'.repeat(10_000)], ['<$@`漢😀'.repeat(2_000)], ['`'.repeat(10_000)], ['a']])(
    'stays below 65,536 bytes with 500 of everything (%#)',
    (long) => {
      const problems = Array.from({ length: 500 }, (_, at) => `${at} ${long}`);
      for (const text of Object.values(renderAll({ ...asked, command: long }, growPlan(long), problems))) {
        expect(Buffer.byteLength(text)).toBeLessThan(65_536);
        expect(text.match(/<details>/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0);
      }
    },
  );

  test('of 500 changes says how many have no room; the summary has them all', () => {
    const plan = growPlan('a'.repeat(80));
    const text = renderRunning(asked, plan, STARTED_AT);
    const shown = text.match(/^\| `\d+ a/gm)!.length;
    expect(shown).toBeGreaterThan(20);
    expect(text).toContain(`… and ${500 - shown} more; all of it is in [the run's summary](${RUN_URL})`);
    expect(summarizePlan(asked, plan).match(/^\| `\d+ a/gm)).toHaveLength(500);
    expect(summarizePlan(asked, plan)).toContain('\noctocat wrote'.trim());
  });
});

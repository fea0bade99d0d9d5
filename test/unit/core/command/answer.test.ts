import { describe, expect, test } from '@jest/globals';
import {
  renderDifference,
  renderRefusal,
  renderRunning,
  summarizeRefusal,
} from '../../../../src/core/command/answer.js';
import type { Plan } from '../../../../src/core/command/plan.js';
import { asked, RUN_URL, SHA, STARTED_AT, usualPlan } from '../../../worlds/answers.js';

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

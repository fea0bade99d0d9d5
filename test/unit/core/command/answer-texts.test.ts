import { describe, expect, test } from '@jest/globals';
import {
  renderDifference,
  renderRefusal,
  renderRunning,
  renderVerdict,
  summarizePlan,
  type Asked,
} from '../../../../src/core/command/answer.js';
import { conclude } from '../../../../src/core/command/conclusion.js';
import { readCommandLines } from '../../../../src/core/command/lines.js';
import type { Plan } from '../../../../src/core/command/plan.js';
import { asked, growPlan, NASTY_TEXTS, plantText, RUN_URL, STARTED_AT } from '../../../worlds/answers.js';

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

describe('An answer with a text of others', () => {
  test.each(NASTY_TEXTS)('%j is no command, has one state, and mentions only its author', (nasty) => {
    for (const text of Object.values(
      renderAll({ ...asked, command: nasty }, plantText(nasty), [nasty, `\`${nasty}\``]),
    )) {
      expect(readCommandLines(text)).toMatchObject({ commands: [], doubtful: [] });
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

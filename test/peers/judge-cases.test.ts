/** The collected cases of results, thresholds, histories, pairs and Benchmark Tools, through the bundle of judge-results. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StepResult } from '../../sandbox/step.js';
import { renderRun } from '../../src/core/history/entry.js';
import type { Verdict } from '../../src/core/judge/verdict.js';
import { testRanks } from '../../src/core/judge/rank-test.js';
import { JudgeStage } from '../process/judge-stage.js';
import { codeOf } from '../process/test-stage.js';
import { logOf } from '../worlds/sandbox/scene.js';
import type { History } from '../worlds/judge/histories.js';
import { scoreHistories, type Answer } from '../worlds/judge/score.js';
import { readBpcCases, readHistories, readJudgeCases } from './judge/cases.js';
import { casesFolder } from './judge/python.js';

/** Without `..`, which the step refuses in paths. */
const files = resolve(casesFolder ?? '', 'results');
const inCases = casesFolder === undefined ? describe.skip : describe;

let stage: JudgeStage;
beforeAll(() => void (stage = new JudgeStage()));
afterAll(() => stage.close());

interface Judged {
  readonly result: StepResult;
  readonly passed: string | undefined;
  readonly metrics: ReadonlyMap<string, Verdict & { readonly changes: readonly { readonly run: number }[] }>;
}

/** A step without thresholds passes, unless something is wrong with the results. */
async function judge(inputs: Readonly<Record<string, string>>): Promise<Judged> {
  const result = await stage.judge({ plots: 'none', 'require-thresholds': 'false', ...inputs });
  const { artifacts, passed } = result.outputs;
  const document = artifacts ? readFileSync(join(artifacts, 'verdicts.json'), 'utf8') : '{"metrics":[]}';
  const { metrics } = JSON.parse(document) as {
    metrics: readonly (Verdict & { readonly changes: readonly { readonly run: number }[] })[];
  };
  return { result, passed, metrics: new Map(metrics.map((one) => [one.name, one])) };
}

/** Two steps at a time. @returns the answers in the order of the cases */
async function judgeAll<C, A>(cases: readonly C[], answer: (one: C, index: number) => Promise<A>): Promise<A[]> {
  const answers: A[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < cases.length; index = next++) answers[index] = await answer(cases[index]!, index);
  };
  await Promise.all([work(), work()]);
  return answers;
}

inCases('The collected result files', () => {
  /** Where ours is meant to differ. */
  const DIFFERENCES: Readonly<Record<string, string>> = {
    'criterion-text': 'A text for people. It is refused; the folder beside it has all figures.',
    'go-compare': 'Two sides in one case: below.',
  };
  const { results } = readJudgeCases();

  test('have the right values, and none with a problem is green', async () => {
    const cases = results.filter(({ id }) => DIFFERENCES[id] === undefined);
    const judged = await judgeAll(cases, ({ files: paths }) => {
      const own = paths.filter((file) => !file.endsWith('/benchmarks.json'));
      return judge({ results: own.map((file) => `${files}/${file}`).join('\n') });
    });
    for (const [index, { id, expected }] of cases.entries()) {
      const { passed, metrics, result } = judged[index]!;
      const isWrong = expected.problems.length > 0 || (expected.metrics ?? []).length === 0;
      // Entities are read without being expanded, which is the other right answer.
      if (id !== 'junit-entities')
        expect([id, passed, logOf(result)]).toEqual([id, String(!isWrong), expect.anything()]);
      expect([id, logOf(result)]).toEqual([id, expect.not.stringMatching(/a bug in ci-actions|root:x:0/)]);
      for (const metric of expected.metrics ?? []) {
        const found = metrics.get(metric.name);
        if (found === undefined && (metric.optional || metrics.size === 0)) continue;
        const tolerance = Math.max(Math.abs(metric.value) * 1e-9, /^GET /.test(metric.name) ? 1 : 0);
        expect([id, metric.name, Math.abs((found?.value ?? Number.NaN) - metric.value) <= tolerance]).toEqual([
          id,
          metric.name,
          true,
        ]);
      }
    }
  });

  test('that are meant to differ are refused, or compared', async () => {
    const text = await judge({ results: `${files}/criterion/run2.txt` });
    expect(codeOf(text.result)).toBe('results-unreadable');
    const [base, head] = ['old', 'new'].map((name) => `${files}/go-bench/${name}.txt`);
    const compared = await judge({ results: head!, baseline: base! });
    // One process a side: its -count values are no runs.
    expect([
      compared.passed,
      [...compared.metrics.values()].every(({ state }) => state === 'undecided' || state === 'missing'),
    ]).toEqual(['false', true]);
  });
});

inCases('The collected thresholds', () => {
  const { thresholds, keys, values } = readJudgeCases();
  /** Where ours is meant to differ. */
  const DIFFERENCES: Readonly<Record<string, string>> = { 'thr-60': '`abs`, `min`, `max` and `round` are allowed.' };
  const known = thresholds.filter(({ id }) => DIFFERENCES[id] === undefined);

  test('are refused by name, or give the right answers', async () => {
    const all = Object.fromEntries(known.map(({ id, expression }) => [id, expression]));
    stage.writeLines('one.jsonl', [{ name: 'one', value: 1 }]);
    const { result } = await judge({ results: 'one.jsonl', thresholds: JSON.stringify(all) });
    expect(codeOf(result)).toBe('bad-input');
    const log = logOf(result);
    const isRefused = ({ id }: { id: string }): boolean => new RegExp(`"${id}: `).test(log);
    for (const one of known) {
      if (!one.may_refuse) expect([one.id, isRefused(one)]).toEqual([one.id, one.must_refuse]);
    }
    const usable = known.filter((one) => !isRefused(one));
    const checks = usable.flatMap(({ id, expression, expected, may_refuse }) =>
      expected
        .filter(({ x }) => typeof x === 'number')
        .map((right, index) => ({ name: `${id}/${index}/`, expression, right, may_refuse })),
    );
    stage.writeLines(
      'checks.jsonl',
      checks.map(({ name, right: { x } }) => ({ name, value: x })),
    );
    stage.write(
      'checks.json',
      JSON.stringify(Object.fromEntries(checks.map(({ name, expression }) => [name, expression]))),
    );
    const { metrics } = await judge({ results: 'checks.jsonl', thresholds: 'checks.json' });
    for (const { name, right, may_refuse } of checks) {
      const state = metrics.get(name)?.state;
      if (may_refuse && state === 'refused') continue;
      expect([name, state]).toEqual([name, right.error ? 'refused' : right.passed ? 'passed' : 'missed']);
    }
    expect(checks.length).toBeGreaterThan(40);
  });

  test('are found by name and pattern', async () => {
    const judged = await judgeAll(keys, ({ thresholds: map, metric, value }, index) => {
      stage.writeLines(`key-${index}.jsonl`, [{ name: metric, value }]);
      return judge({ results: `key-${index}.jsonl`, thresholds: JSON.stringify(map) });
    });
    for (const [index, { id, metric, thresholds: map, expected }] of keys.entries()) {
      if (expected.refuse_or_fast) continue;
      const { state, threshold } = judged[index]!.metrics.get(metric)!;
      expect([id, threshold, state]).toEqual([id, map[expected.used!], expected.passed ? 'passed' : 'missed']);
    }
  });

  test('refuse values that are no numbers', async () => {
    stage.writeLines(
      'values.jsonl',
      values.map(({ id, value }) => ({ name: `${id}/`, value })),
    );
    const map = Object.fromEntries(values.map(({ id, expression }) => [`${id}/`, expression]));
    const { metrics, passed } = await judge({ results: 'values.jsonl', thresholds: JSON.stringify(map) });
    expect(passed).toBe('false');
    for (const { id, expected } of values) {
      const state = metrics.get(`${id}/`)?.state;
      expect([id, state]).toEqual([id, expected.error ? 'refused' : expected.passed ? 'passed' : 'missed']);
    }
  });
});

inCases('The collected histories and pairs', () => {
  test('of histories have the right changes', async () => {
    const cases = readHistories();
    const answers = await judgeAll(cases, async (one, index): Promise<Answer> => {
      writeHistory(`history-${index}`, one);
      const { metrics } = await judge({
        results: `history-${index}/newest.jsonl`,
        history: `history-${index}/history.jsonl`,
        record: 'never',
        machine: JSON.stringify({ type: one.machines?.at(-1) ?? 'gen-a' }),
      });
      const { changes, comparison } = metrics.get('metric')!;
      return {
        changePoints: changes.map(({ run }) => run),
        // The step judges the newest run alone.
        ...(one.last === 1 && comparison && { newest: comparison }),
      };
    });
    const places = new Map(cases.map((one, index) => [one, index]));
    const score = scoreHistories(cases, (_, history) => answers[places.get(history)!]!);
    process.stdout.write(`Histories through the bundle: ${JSON.stringify(score)}\n`);
    expect(score.falseAlarms).toBeLessThanOrEqual(0.05);
    expect(score.precision).toBeGreaterThanOrEqual(0.9);
    expect(score.found.clear).toBeGreaterThanOrEqual(0.97);
    expect(score.found.visible).toBeGreaterThanOrEqual(0.7);
    expect(score.newestFalseAlarms).toBeLessThanOrEqual(0.015);
  });

  function writeHistory(folder: string, { values, machines }: History): void {
    const runs = values.slice(0, -1).map((value, index) =>
      renderRun({
        id: `run-${index}`,
        at: Date.UTC(2026, 0, 1, index),
        commit: `c${index}`,
        branch: 'main',
        name: 'benchmark',
        machine: { type: machines?.[index] ?? 'gen-a' },
        figures: new Map([['metric', { value, count: 1, better: 'lower' }]]),
      }),
    );
    stage.write(`${folder}/history.jsonl`, runs.join(''));
    stage.writeLines(`${folder}/newest.jsonl`, [{ name: 'metric', value: values.at(-1), better: 'lower' }]);
  }

  test('of pairs have the right verdicts', async () => {
    const { pairs } = readJudgeCases();
    const judged = await judgeAll(pairs, ({ base, head, direction, min_change }, index) => {
      for (const [name, samples] of [
        ['base', base],
        ['head', head],
      ] as const) {
        const line = { name: 'metric', samples, better: direction, runs: true };
        stage.write(`pair-${index}/${name}.jsonl`, `${JSON.stringify(line)}\n`);
      }
      return judge({
        results: `pair-${index}/head.jsonl`,
        baseline: `pair-${index}/base.jsonl`,
        'minimum-change': String(min_change),
      });
    });
    for (const [index, { id, base, head, expected, reference }] of pairs.entries()) {
      const { state, comparison } = judged[index]!.metrics.get('metric')!;
      // Fewer than five runs are undecided here, whatever they are.
      const right =
        base.length < 5
          ? 'undecided'
          : expected.verdict === 'regression'
            ? 'regression'
            : expected.verdict === 'undecided'
              ? 'undecided'
              : 'passed';
      expect([id, state]).toEqual([id, right]);
      if (comparison?.p === undefined || reference.mannwhitney_exact === undefined) continue;
      const isExact = testRanks(base, head).method === 'exact';
      const distance = Math.abs(comparison.p - reference.mannwhitney_exact);
      expect([id, distance < (isExact ? 1e-6 : 0.03)]).toEqual([id, true]);
    }
  });
});

inCases('The evaluations of Benchmark Tools', () => {
  const cases = readBpcCases();

  test('pass and fail as they did, and false passes do not', async () => {
    const judged = await judgeAll(cases, (one, index) => {
      const [results, thresholds] = [`bpc-${index}/results.json`, `bpc-${index}/thresholds.json`];
      stage.write(results, JSON.stringify(one.results));
      if (one.thresholds !== undefined) stage.write(thresholds, JSON.stringify(one.thresholds));
      return judge({ results, ...(one.thresholds !== undefined && { thresholds }) });
    });
    expect(cases).toHaveLength(20);
    for (const [index, one] of cases.entries()) {
      const { passed, metrics, result } = judged[index]!;
      expect([one.id, passed, codeOf(result) ?? '']).toEqual([
        one.id,
        String(one.passed),
        expect.stringMatching(one.code),
      ]);
      for (const [name, state] of Object.entries(one.states)) {
        expect([one.id, name, metrics.get(name)?.state]).toEqual([one.id, name, state]);
      }
      for (const [name, value] of Object.entries(one.values)) {
        expect([one.id, name, metrics.get(name)?.value]).toEqual([one.id, name, expect.closeTo(value, 9)]);
      }
    }
  });
});

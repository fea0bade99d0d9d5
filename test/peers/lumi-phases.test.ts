/**
 * The graph of LUMI's container workflow as phases of one step: the jobs of its seven runners are phases that take slots.
 * Its builds, transfers and tests are stand-ins that take no time to speak of.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestStage } from '../process/test-stage.js';
import { readGraph, type LumiJob } from './lumi/graph.js';

/** The kind of slot by the label of the runner. Of seven runners, two build, one transfers and four test. */
const KINDS: Readonly<Record<string, string>> = {
  'cpouta-main': 'build',
  cpouta: 'build',
  'cpouta-trf': 'transfer',
  'cpouta-test': 'test',
};
const SLOTS: Readonly<Record<string, number>> = { build: 2, transfer: 1, test: 4 };

let stage: TestStage;
beforeEach(() => {
  stage = new TestStage();
  mkdirSync(join(stage.directory, 'temp'));
});
afterEach(() => stage.close());
afterAll(() => {
  if (graph.size === 0) console.log("LUMI's graph is left out: ../shared/cases does not exist.");
});

const graph = readGraph();
const describeWithLumi = graph.size === 0 ? describe.skip : describe;

interface Result {
  readonly title: string;
  readonly outcome: string;
  readonly beganAt?: number;
  readonly endedAt?: number;
}

function toPhase(name: string, { needs, label }: LumiJob, red: readonly string[]) {
  // The job that gives the verdicts reads what each test left. It runs whatever became of them.
  if (name === 'Verify') return { name, run: 'ls "$ARTIFACTS"/*__test-*/verdict', always: true };
  const isTest = name.startsWith('test-');
  const run = `sleep 0.05; ${red.includes(name) ? 'exit 1' : isTest ? 'echo green > "$ARTIFACT_DIR/verdict"' : 'true'}`;
  return { name, run, needs, slots: KINDS[label], ...(isTest && { 'require-files': '$ARTIFACT_DIR/verdict' }) };
}

async function play(red: readonly string[] = []) {
  const phases = [...graph].map(([name, job]) => toPhase(name, job, red));
  const inputs = { phases: JSON.stringify(phases), slots: JSON.stringify(SLOTS) };
  const environment = { RUNNER_TEMP: join(stage.directory, 'temp') };
  const step = await stage.run('run-phases', inputs, { environment });
  const folder = step.outputs['artifacts']!;
  const results = new Map(
    readFileSync(join(folder, 'phases-000.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"ended"'))
      .map((line) => (JSON.parse(line) as { result: Result }).result)
      .map((result) => [result.title, result] as const),
  );
  const verdicts = readdirSync(folder).filter(
    (name) => /__test-/.test(name) && readdirSync(join(folder, name)).includes('verdict'),
  );
  return { step, results, verdicts };
}

/** The most phases of a kind that were under way at a time. */
function findMost(results: readonly Result[]): number {
  const events = results
    .flatMap(({ beganAt = 0, endedAt = 0 }) => [
      { at: beganAt, by: 1 },
      { at: endedAt, by: -1 },
    ])
    .toSorted((a, b) => a.at - b.at || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of events) most = Math.max(most, (now += by));
  return most;
}

describeWithLumi("LUMI's 92 jobs as phases", () => {
  test('all run, after what they need, and use all slots but no more', async () => {
    const { step, results, verdicts } = await play();
    expect([step.code, results.size, verdicts.length]).toEqual([0, 92, 30]);
    for (const [name, { needs }] of graph)
      for (const need of needs) expect(results.get(name)!.beganAt!).toBeGreaterThanOrEqual(results.get(need)!.endedAt!);
    for (const [kind, count] of Object.entries(SLOTS)) {
      const own = [...results].filter(([name]) => name !== 'Verify' && KINDS[graph.get(name)!.label] === kind);
      const most = findMost(own.map(([, result]) => result));
      expect(most).toBeLessThanOrEqual(count);
      // A single transfer feeds the tests, so that they rarely need all their slots.
      if (kind !== 'test') expect(most).toBe(count);
    }
    expect(results.get('Verify')!.beganAt!).toBeGreaterThanOrEqual(
      Math.max(...[...results.values()].filter(({ title }) => title !== 'Verify').map(({ endedAt }) => endedAt!)),
    );
  });

  test('leave 29 verdicts when one image is red', async () => {
    const image = 'jax-build-rocm-6_2_0-python-3_12-jax-0_4_28';
    const { step, results, verdicts } = await play([`build-${image}`]);
    expect([step.code, verdicts.length]).toEqual([1, 29]);
    expect(step.outputs['failed']).toBe(JSON.stringify([`build-${image}`]));
    const stopped = [...results.values()].filter(({ outcome }) => outcome === 'stopped').map(({ title }) => title);
    expect(stopped.toSorted()).toEqual([`test-${image}`, `trf-${image}`]);
    expect(results.get('Verify')!.outcome).toBe('passed');
  });

  test('leave the verdicts of all images that do not build on a red one', async () => {
    const base = 'build-rocm-build-rocm-6_2_4';
    const { results, verdicts } = await play([base]);
    const on = [...graph].filter(([name, { needs }]) => name.startsWith('build-') && needs.includes(base));
    expect(on.length).toBeGreaterThan(3);
    expect(verdicts).toHaveLength(30 - 1 - on.length);
    for (const [name] of on) expect(results.get(name)!.outcome).toBe('stopped');
  });
});

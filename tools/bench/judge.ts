import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { renderRun, type PastRun } from '../../src/core/history/entry.js';
import { createRandom } from '../../src/core/kernel/random.js';
import { accompany, type Companion, type Figure } from './figures.js';
import { measuredNode } from './node.js';
import { readCpu, readPeak, reportPeak } from './start.js';
import { least } from './statistics.js';

export interface JudgeOptions {
  /** Steps of each kind. */
  readonly judges: number;
  readonly print: (sentence: string) => void;
}

const METRICS = 200;
/** Of a metric on each side: 100,000 in all. */
const SAMPLES = 250;
const SECONDS_BAR = 2;
const CHANGES_BAR_S = 1;
const MEMORY_BAR_MIB = 200;
const RUNS = 1_000;
const LINES = 1_000_000;
/** A comparison by scipy takes half a minute. */
const SCIPY_ROUNDS = 2;

const python = fileURLToPath(new URL('../../.peers/judge/bin/python', import.meta.url));
const [script, scipy] = ['../../dist/judge-results.js', 'scipy-ranks.py'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
) as [string, string];

/** Measures steps of judge-results from start to end. Each time is the least: other programs make it longer only. */
export async function measureJudge({ judges, print }: JudgeOptions): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-judge-'));
  const judge = (inputs: Readonly<Record<string, string>>): Promise<StepResult> => runJudge(folder, inputs);
  const repeat = async (inputs: Readonly<Record<string, string>>): Promise<StepResult[]> => {
    const results: StepResult[] = [];
    for (let round = 0; round < judges; round += 1) results.push(await judge(inputs));
    return results;
  };
  try {
    print(`Judge: ${METRICS} metrics with ${SAMPLES} runs a side, ${judges} times, in alternation with scipy.`);
    const compared = await compareSides(folder, judges);
    print(`Judge: a history of ${RUNS} runs, and one of ${LINES} lines, ${judges} times each.`);
    writeSeries(folder);
    const series = await repeat({ results: 'new.jsonl', history: 'series.jsonl' });
    await writeLong(folder);
    const long = await repeat({ results: 'new.jsonl', history: 'long.jsonl' });
    const small = await repeat({ results: 'new.jsonl' });
    return [...compared, ...describeHistories({ series, long, small })];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runJudge(folder: string, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
  return runStep({
    script,
    node: measuredNode,
    inputs: {
      machine: '{"type": "m7g.xlarge"}',
      'require-thresholds': 'false',
      record: 'never',
      plots: 'none',
      ...inputs,
    },
    environment: {
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'bench',
      GITHUB_SHA: 'f'.repeat(40),
      GITHUB_REF_NAME: 'main',
      GITHUB_WORKSPACE: folder,
      RUNNER_TEMP: folder,
      NODE_OPTIONS: reportPeak,
    },
  });
}

async function compareSides(folder: string, judges: number): Promise<Figure[]> {
  const random = createRandom(1);
  const files = ['base', 'head'].map((side, shift) => {
    const lines = Array.from({ length: METRICS }, (_, metric) => {
      const samples = Array.from({ length: SAMPLES }, () => 100 + random() + (metric % 10 === 0 ? shift * 5 : 0));
      return JSON.stringify({ name: `metric ${metric}`, better: 'lower', samples, runs: true });
    });
    const path = join(folder, `${side}.jsonl`);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  });
  const [ours, theirs]: [StepResult[], number[]] = [[], []];
  for (let round = 0; round < judges; round += 1) {
    const result = await runJudge(folder, { baseline: 'base.jsonl', results: 'head.jsonl' });
    if (result.code !== METRICS / 10)
      throw new Error(`The step ended with ${result.code}:\n${result.lines.slice(-20).join('\n')}`);
    ours.push(result);
    if (round >= SCIPY_ROUNDS || !existsSync(python)) continue;
    const began = performance.now();
    execFileSync(python, [scipy, ...files], { env: process.env });
    theirs.push((performance.now() - began) / 1_000);
  }
  const seconds = ours.map((one) => one.seconds);
  const peaks = ours.map(readPeak);
  const about = { measure: '100,000 samples of 200 metrics, 10,000 permutations each', unit: 's' } as const;
  return [
    {
      ...about,
      id: 'judge-compare',
      value: least(seconds),
      samples: seconds,
      bar: SECONDS_BAR,
      beside: [...describeCpu(ours), ...(theirs.length > 0 ? [accompany('scipy', theirs, least)] : [])],
    },
    ...(theirs.length > 0
      ? [
          {
            id: 'judge-ratio',
            measure: '  of it, over scipy',
            unit: '',
            value: least(seconds) / least(theirs),
            bar: 1,
          } as const,
        ]
      : []),
    {
      id: 'judge-memory',
      measure: '  its peak memory',
      unit: 'MiB',
      value: least(peaks),
      samples: peaks,
      bar: MEMORY_BAR_MIB,
    },
  ];
}

/** What a machine without other work would need at most. */
function describeCpu(steps: readonly StepResult[]): Companion[] {
  return [accompany('its CPU time', steps.map(readCpu), least)];
}

function describeHistories(steps: Readonly<Record<'series' | 'long' | 'small', readonly StepResult[]>>): Figure[] {
  const seconds = (kind: keyof typeof steps): number[] => steps[kind].map((one) => one.seconds);
  const whole = (id: string, measure: string, kind: keyof typeof steps, bar?: number): Figure => ({
    id,
    measure,
    unit: 's',
    value: least(seconds(kind)),
    samples: seconds(kind),
    beside: describeCpu(steps[kind]),
    ...(bar !== undefined && { bar }),
  });
  return [
    whole('judge-small', 'A step with one metric', 'small'),
    whole('judge-changes', `The same with the change points of ${RUNS} runs`, 'series', CHANGES_BAR_S),
    whole('judge-history', `The same with a history of ${LINES} lines`, 'long', SECONDS_BAR),
  ];
}

function writeSeries(folder: string): void {
  const random = createRandom(2);
  const level = (index: number): number => (Math.floor(index / 100) % 2 === 0 ? 100 : 110);
  const lines = Array.from({ length: RUNS - 1 }, (_, index) => renderRun(runOf(index, level(index) + random())));
  writeFileSync(join(folder, 'series.jsonl'), lines.join(''));
  writeFileSync(join(folder, 'new.jsonl'), `${JSON.stringify({ name: 'latency', value: 110, better: 'lower' })}\n`);
}

/** Of ten branches, of which the step reads one. */
async function writeLong(folder: string): Promise<void> {
  const file = await open(join(folder, 'long.jsonl'), 'w');
  try {
    for (let from = 0; from < LINES; from += 10_000) {
      const lines = Array.from({ length: 10_000 }, (_, index) => {
        const run = from + index;
        return renderRun({ ...runOf(run, 100 + (run % 7)), branch: run % 10 === 0 ? 'main' : `dev-${run % 10}` });
      });
      await file.write(lines.join(''));
    }
  } finally {
    await file.close();
  }
}

function runOf(index: number, value: number): PastRun {
  return {
    id: `${index}-1-benchmark`,
    at: Date.UTC(2020, 0, 1) + index * 60_000,
    commit: 'f'.repeat(40),
    branch: 'main',
    name: 'benchmark',
    machine: { type: 'm7g.xlarge' },
    figures: new Map([['latency', { value, count: 5, better: 'lower' }]]),
  };
}

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { budget, code as files } from './budget.js';
import { ours, type Contender } from './contenders.js';
import { measureDownload } from './download.js';
import { accompany, compare, type Figure, type Series } from './figures.js';
import { measuredNode } from './node.js';
import { withSandbox } from './sandboxes.js';

export interface BundleOptions {
  readonly pairs: number;
  readonly peers: readonly Contender[];
  readonly print: (sentence: string) => void;
}

const CODE_BAR_KB = budget.bundleBytes / 1_000;
const COLD_START_BAR_MS = 60;
/** Our cold start divided by ec2-github-runner's. */
const COLD_START_RATIO_BAR = 0.2;
const bareRequestScript = fileURLToPath(new URL('bare-request.mjs', import.meta.url));
const empty = fileURLToPath(new URL('empty.mjs', import.meta.url));

/** Measures how much a job downloads, and the time and memory that it needs before the first request. */
export async function measureBundle({ pairs, peers, print }: BundleOptions): Promise<Figure[]> {
  const bundles = [ours, ...peers.slice(0, 1)] as const;
  print(`Bundle: its size, and ${pairs} cold starts in alternation with bare Node.`);
  const measure = (pattern: RegExp) =>
    atLeastOne(bundles.map(({ name, script }) => ({ name, samples: [measureSize(dirname(script), pattern)] })));
  const code = {
    id: 'bundle-code',
    measure: "JavaScript in dist/ but run-compose's, run-phases', plan-run's and judge-results' own",
    unit: 'kB',
    bar: CODE_BAR_KB,
  } as const;
  const compose = {
    id: 'bundle-compose',
    measure: 'JavaScript that run-compose alone reads',
    unit: 'kB',
    bar: budget.composeBytes / 1_000,
  } as const;
  const exported = {
    id: 'bundle-export',
    measure: 'JavaScript that run-phases reads only for an export',
    unit: 'kB',
    bar: budget.exportBytes / 1_000,
  } as const;
  const phases = {
    id: 'bundle-phases',
    measure: 'JavaScript that run-phases alone reads',
    unit: 'kB',
    bar: budget.phasesBytes / 1_000,
  } as const;
  const plan = {
    id: 'bundle-plan',
    measure: 'JavaScript that plan-run alone reads',
    unit: 'kB',
    bar: budget.planBytes / 1_000,
  } as const;
  const results = {
    id: 'bundle-results',
    measure: 'JavaScript that only judge-results and collect-results read',
    unit: 'kB',
    bar: budget.resultsBytes / 1_000,
  } as const;
  const all = { id: 'bundle-size', measure: 'All of dist/', unit: 'kB' } as const;
  const download = { id: 'download', measure: 'A job downloads (archive of HEAD)', unit: 'kB' } as const;
  const inKb = (bytes: number): number => bytes / 1e3;
  return [
    compare(code, measure(files.ofAll), inKb),
    { ...compose, value: inKb(measureSize(dirname(ours.script), files.ofCompose)) },
    { ...exported, value: inKb(measureSize(dirname(ours.script), files.ofExport)) },
    { ...phases, value: inKb(measureSize(dirname(ours.script), files.ofPhases)) },
    { ...plan, value: inKb(measureSize(dirname(ours.script), files.ofPlan)) },
    { ...results, value: inKb(measureSize(dirname(ours.script), files.ofResults)) },
    compare(all, measure(/./), inKb),
    { ...download, value: inKb(measureDownload()) },
    ...(await measureColdStarts(bundles, pairs)),
  ];
}

/** The size in bytes of all files below a folder whose names match. */
export function measureSize(folder: string, pattern: RegExp): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => statSync(join(folder, name)))
    .reduce((bytes, file) => bytes + (file.isFile() ? file.size : 0), 0);
}

interface Round {
  /** From spawn to the arrival of the first request, in ms. */
  readonly action: number;
  readonly bareRequest: number;
  /** From spawn to exit. */
  readonly empty: number;
}

/** A step whose first request is waited for. */
export interface ColdStart extends Pick<Contender, 'script' | 'inputs'> {
  /** In addition to the variables of every step. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The times until the first request in ms, of the action and of bare Node in alternation. */
export async function timeColdStarts(
  pairs: number,
  step: ColdStart = ours,
): Promise<{ action: number[]; bareRequest: number[] }> {
  const rounds = (await runRounds([step], pairs)).flat();
  return {
    action: rounds.map(({ action }) => action),
    bareRequest: rounds.map(({ bareRequest }) => bareRequest),
  };
}

async function measureColdStarts(bundles: readonly Contender[], pairs: number): Promise<Figure[]> {
  const rounds = await runRounds(bundles, pairs);
  const series = atLeastOne(
    bundles.map(({ name }, place) => ({ name, samples: rounds.map((round) => round[place]!) })),
  );
  return describeColdStarts(series, rounds.flat());
}

function runRounds(bundles: readonly ColdStart[], pairs: number): Promise<Round[][]> {
  return withSandbox(startSandbox({ machines: false }), async (sandbox) => {
    // The first round fills the disk cache and is not counted.
    const all: Round[][] = [];
    for (let round = 0; round <= pairs; round += 1) all.push(await runRound(sandbox, bundles, round % 2 === 1));
    return all.slice(1);
  });
}

function describeColdStarts(series: readonly [Series<Round>, ...Series<Round>[]], rounds: readonly Round[]): Figure[] {
  const whole = { id: 'cold-start', measure: 'From process start to first request', unit: 'ms' } as const;
  const figure = compare(whole, series, (round) => round.action);
  const bare = [
    accompany(
      'the same by bare Node',
      rounds.map((round) => round.bareRequest),
    ),
    accompany(
      'an empty program, start to end',
      rounds.map((round) => round.empty),
    ),
  ];
  const over = { unit: 'ms', bar: COLD_START_BAR_MS } as const;
  const overRequest = { ...over, id: 'cold-start-over-request', measure: "  of it beyond bare Node's first request" };
  const overEmpty = { ...over, id: 'cold-start-over-empty', measure: "  of it beyond an empty program's whole run" };
  const beyond = compare(overRequest, series, (round) => round.action - round.bareRequest);
  return [
    { ...figure, beside: [...bare, ...(figure.beside ?? [])] },
    beyond,
    compare(overEmpty, series, (round) => round.action - round.empty),
    ...(beyond.beside ?? []).map((peer): Figure => {
      const details = {
        id: 'cold-start-ratio',
        measure: `  of it beyond bare Node, over ${peer.name}'s`,
        unit: '',
      } as const;
      return { ...details, value: beyond.value / peer.value, bar: COLD_START_RATIO_BAR };
    }),
  ];
}

/** Each bundle between the two programs that it is compared with. The order is reversed in every other round. */
async function runRound(sandbox: Sandbox, bundles: readonly ColdStart[], reversed: boolean): Promise<Round[]> {
  const results: Round[] = [];
  for (const contender of reversed ? bundles.toReversed() : bundles) {
    const one = { action: 0, bareRequest: 0, empty: 0 };
    const tasks = [
      async () => (one.bareRequest = await timeFirstRequest(sandbox, { script: bareRequestScript, inputs: {} })),
      async () => (one.action = await timeFirstRequest(sandbox, contender)),
      async () => (one.empty = await timeWholeRun()),
    ];
    for (const task of reversed ? tasks.toReversed() : tasks) await task();
    results.push(one);
  }
  return reversed ? results.toReversed() : results;
}

/**
 * The ms from spawn until the sandbox has read the first request, without those that the program waited for a processor
 * because other programs had them all. The program is ended then.
 */
async function timeFirstRequest(sandbox: Sandbox, { script, inputs, environment }: ColdStart): Promise<number> {
  const given = { ...inputs, 'github-token': sandbox.token };
  const began = performance.now();
  const child = spawn(measuredNode, [script], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      ...sandbox.environment,
      ...Object.fromEntries(Object.entries(given).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])),
      GITHUB_OUTPUT: devNull,
      GITHUB_STATE: devNull,
      GITHUB_STEP_SUMMARY: devNull,
      ...environment,
    },
  });
  const exited = new Promise<void>((resolve, reject) => child.once('error', reject).once('close', () => resolve()));
  const arrived = new Promise<number>((resolve) => {
    sandbox.intercept = () => {
      sandbox.intercept = undefined;
      resolve(performance.now() - began - readWaitMs(child.pid));
      return undefined;
    };
  });
  const taken = await Promise.race([arrived, exited]);
  child.kill('SIGKILL');
  await exited;
  if (taken === undefined) throw new Error(`${script} ended without a request.`);
  return taken;
}

/** How many ms the main thread of a program has waited for a processor, from proc_pid_schedstat(5). 0 where there is none. */
function readWaitMs(id: number | undefined): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${id}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs ?? 0) / 1e6;
  } catch {
    return 0;
  }
}

async function timeWholeRun(): Promise<number> {
  const began = performance.now();
  const child = spawn(measuredNode, [empty], { stdio: 'ignore', env: { PATH: process.env['PATH'] } });
  await new Promise<void>((resolve, reject) => child.once('error', reject).once('close', () => resolve()));
  return performance.now() - began;
}

function atLeastOne<T>(list: readonly Series<T>[]): readonly [Series<T>, ...Series<T>[]] {
  const [first, ...others] = list;
  if (!first) throw new Error('Nothing was measured.');
  return [first, ...others];
}

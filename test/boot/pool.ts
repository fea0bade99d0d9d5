/** `npm run lab -- bench-pool`: compares starts from a pool with cold starts, on virtual machines. See `--help`. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { readOrExit } from '../../src/terminal/command-line.js';
import { decimalNumber, list, value, wholeNumber, withDefault } from '../../src/terminal/options.js';
import { median } from '../../tools/bench/statistics.js';
import { findNode24 } from '../node24/nodes.js';
import { createBoot } from './booted-machine.js';
import { tellProcessor } from './booted-vm.js';
import { EbsVm } from './ebs-vm.js';
import { CLOUD_ADDRESS } from './network.js';
import { Snapshot } from './snapshot.js';
import { findTree } from './stage.js';

/** The budget: the share of a cold start's time that a start from the pool may take at most. */
const BAR = 0.5;
/** EC2's response times, roughly, and the same for both: see tools/measure-pool/main.ts. */
const PENDING_MS = 3_000;
const POOL = { pool: 'ready' };

interface Start {
  /** From the request, as start-runner reports it, in s. */
  readonly online: number;
  /** From the kernel's first line, in s. */
  readonly fromKernel: number;
  /** First reads of blocks until then. */
  readonly fetched: number;
}

class Cloud {
  private constructor(
    private readonly sandbox: Sandbox,
    private readonly machines: ReadonlyMap<string, EbsVm>,
    private readonly snapshot: Snapshot,
  ) {}

  static async open(tree: string, directory: string, snapshot: Snapshot): Promise<Cloud> {
    const boot = createBoot(EbsVm, { tree, directory, snapshot });
    const timeline = { pendingMs: PENDING_MS, bootMs: 0, resumeMs: 0 };
    const sandbox = await startSandbox({ address: CLOUD_ADDRESS, machines: boot, timeline, directory });
    return new Cloud(sandbox, boot.machines, snapshot);
  }

  async fill(): Promise<number> {
    this.snapshot.forgetReads();
    await this.step('fill-pool', { ...POOL, size: '1' });
    return this.snapshot.countFetched();
  }

  async start(inputs: Readonly<Record<string, string>>): Promise<Start> {
    this.snapshot.forgetReads();
    let seen: { at: number; fetched: number } | undefined;
    const forget = this.sandbox.on(({ name, at }) => {
      if (name === 'runner-online') seen = { at, fetched: this.snapshot.countFetched() };
    });
    const { outputs } = await this.step('start-runner', { 'startup-timeout-minutes': '15', ...inputs });
    forget();
    const [row] = JSON.parse(outputs['runners'] ?? '[]') as { instance: string; pool?: string; toOnline: number }[];
    const startedAt = row && this.machines.get(row.instance)?.startedAt;
    if (!row || !seen || startedAt === undefined) throw new Error('Nobody saw the kernel start.');
    if ((row.pool ?? '') !== (inputs['pool'] ?? '')) throw new Error(`It was not started as asked: ${row.pool}`);
    await this.step('stop-runner', { label: outputs['label'] ?? '', wait: 'true' });
    return { online: row.toOnline, fromKernel: (seen.at - startedAt) / 1000, fetched: seen.fetched };
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }

  private async step(action: string, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
    const { sandbox } = this;
    const result = await runStep({
      script: `dist/${action}.js`,
      inputs: { 'github-token': sandbox.token, ...inputs },
      environment: sandbox.environment,
      node: findNode24(),
    });
    if (result.code === 0) return result;
    const consoles = [...this.machines.values()].map((machine) => machine.readConsole().slice(-4000));
    throw new Error([...consoles, ...result.lines].join('\n'));
  }
}

function describe(delay: number, cold: readonly Start[], pool: readonly Start[]): { line: string; ratio: number } {
  const of = (starts: readonly Start[], what: keyof Start) => median(starts.map((start) => start[what]));
  const ratioOf = (what: keyof Start) => of(pool, what) / of(cold, what);
  const both = (what: keyof Start, digits: number) => [cold, pool].map((starts) => of(starts, what).toFixed(digits));
  const cells = [
    ...both('online', 1),
    ratioOf('online').toFixed(2),
    ...both('fromKernel', 1),
    ratioOf('fromKernel').toFixed(2),
    ...both('fetched', 0),
  ];
  return { line: `| ${delay} | ${cells.join(' | ')} |`, ratio: ratioOf('online') };
}

const { values } = readOrExit({
  command: 'npm run lab -- bench-pool',
  description:
    'Compares starts from a pool with cold starts, in pairs, by the real bundles, on virtual machines that boot. All\n' +
    'delays take over an hour with an emulated processor; one pair at one delay takes 5 to 10 minutes.',
  options: {
    pairs: withDefault(value('How many pairs at each delay.', wholeNumber(1, 1_000)), 3),
    delays: withDefault(
      list("By how many ms a block's first touch takes longer than a later one.", decimalNumber(0, 60_000)),
      [0, 2, 5, 10, 20],
    ),
  },
});
const { pairs, delays } = values;
const tree = findTree('amd64', 'kernel');
const directory = mkdtempSync(join(tmpdir(), 'ci-actions-pool-'));
const disks = join(directory, 'disks');
mkdirSync(disks);
const snapshot = new Snapshot(directory);
const results: { delay: number; line: string; ratio: number }[] = [];
try {
  await snapshot.take(tree);
  const cloud = await Cloud.open(tree, disks, snapshot);
  for (const delay of delays) {
    await snapshot.serve(delay);
    const [cold, pool]: [Start[], Start[]] = [[], []];
    for (let pair = 1; pair <= pairs; pair++) {
      const hydrated = await cloud.fill();
      cold.push(await cloud.start({}));
      pool.push(await cloud.start(POOL));
      console.error(`${delay} ms, ${pair}/${pairs}: filled with ${hydrated} blocks`, cold.at(-1), pool.at(-1));
    }
    results.push({ delay, ...describe(delay, cold, pool) });
  }
  await cloud.close();
} finally {
  await snapshot.close();
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

console.log(`Medians of ${pairs}. ${tellProcessor()}\n`);
console.log(
  '| first touch, ms | cold, s | pool, s | ratio | cold from kernel | pool from kernel | ratio | blocks, cold | pool |',
);
console.log(`|${'---:|'.repeat(9)}`);
for (const { line } of results) console.log(line);
const met = results.filter(({ ratio }) => ratio <= BAR).map(({ delay }) => `${delay} ms`);
console.log(`\nThe bar, ${BAR} from the request on, is met at: ${met.join(', ') || 'none of these'}.`);
process.exit(0);

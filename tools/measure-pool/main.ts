/** `npm run lab -- measure-pool`: starts from a pool against cold starts, in pairs, on the sandbox. See `--help`. */
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { readOrExit } from '../../src/terminal/command-line.js';
import { value, wholeNumber, withDefault } from '../../src/terminal/options.js';
import { findNode24 } from '../../test/node24/nodes.js';
import { median } from '../bench/statistics.js';

const { values } = readOrExit({
  command: 'npm run lab -- measure-pool',
  description:
    'Compares starts from a pool with cold starts, in pairs, on the sandbox. How long an instance boots and resumes is\n' +
    "an input; the result is the time that this project's code adds, and the number of its requests.",
  options: {
    boot: withDefault(value('Seconds of a boot.', wholeNumber(0, 600)), 20),
    resume: withDefault(value('Seconds of a resumption.', wholeNumber(0, 600)), 8),
    pairs: withDefault(value('How many pairs.', wholeNumber(1, 100)), 3),
  },
});
const { boot, resume, pairs } = values;
/** About as long as EC2 takes: without it, the requests of a claim would cost nothing. */
const PENDING_MS = 3_000;
const POOL = { pool: 'ready' };

interface Start {
  readonly toOnline: number;
  readonly requests: number;
}

async function measure(): Promise<void> {
  const timeline = { pendingMs: PENDING_MS, bootMs: boot * 1_000, resumeMs: resume * 1_000 };
  const sandbox = await startSandbox({ timeline });
  try {
    const filled = await step(sandbox, 'fill-pool', { ...POOL, size: String(pairs) });
    console.log(`Filled with ${filled.outputs['ready']} in ${filled.seconds.toFixed(1)} s.`);
    const rows: { cold: Start; pooled: Start; empty: Start }[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      rows.push({
        cold: await start(sandbox, {}),
        pooled: await start(sandbox, POOL),
        // There is no pool of this name.
        empty: await start(sandbox, { pool: 'empty' }),
      });
    }
    for (const kind of ['cold', 'pooled', 'empty'] as const) {
      const online = median(rows.map((row) => row[kind].toOnline));
      const requests = median(rows.map((row) => row[kind].requests));
      const ratio = median(rows.map((row) => row[kind].toOnline / row.cold.toOnline));
      console.log(
        `${kind.padEnd(7)} online after ${online.toFixed(1)} s (× ${ratio.toFixed(2)}), ${requests} requests`,
      );
    }
  } finally {
    await sandbox.close();
  }
}

async function start(sandbox: Sandbox, inputs: Readonly<Record<string, string>>): Promise<Start> {
  const from = sandbox.requests.length;
  const main = await step(sandbox, 'start-runner', inputs);
  const requests = sandbox.requests.length - from;
  const [runner] = JSON.parse(main.outputs['runners'] ?? '[]') as { toOnline: number }[];
  await step(sandbox, 'stop-runner', { label: main.outputs['label'] ?? '', wait: 'true' });
  return { toOnline: runner!.toOnline, requests };
}

async function step(sandbox: Sandbox, action: string, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
  const result = await runStep({
    script: `dist/${action}.js`,
    inputs: { 'github-token': sandbox.token, ...inputs },
    environment: sandbox.environment,
    node: findNode24(),
  });
  if (result.code !== 0) throw new Error(result.lines.join('\n'));
  return result;
}

await measure();

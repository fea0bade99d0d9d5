/** `npm run lab -- bench`: the bundles in dist/ against the sandbox, figure by figure. See `--help` and docs/inside/bench.md. */
import { availableParallelism, loadavg } from 'node:os';
import { runCommandLine } from '../../src/terminal/command-line.js';
import { Progress } from '../../src/terminal/progress.js';
import { findMissing } from '../../test/peers/act/world.js';
import { measureAct } from './act.js';
import { measureBundle } from './bundle.js';
import { listPeers } from './contenders.js';
import { measureCompose } from './compose.js';
import { missesBar, renderTable, type Figure } from './figures.js';
import { measureGrowth } from './growth.js';
import { measureJudge } from './judge.js';
import { measureLaunched } from './launched.js';
import { readNodeVersion } from './node.js';
import { benchCommandLine, toBenchOptions, type BenchOptions, type Section } from './options.js';
import { measureOverhead } from './overhead.js';
import { writeResults } from './results.js';
import { closeAll } from './sandboxes.js';
import { measureStop } from './stop.js';
import { measureWaves } from './waves.js';

const [MISSED, BROKEN, INTERRUPTED] = [1, 3, 130];

async function bench(options: BenchOptions): Promise<number> {
  const began = performance.now();
  const elapsed = () => ((performance.now() - began) / 1000).toFixed(0);
  const progress = new Progress({ what: 'sections', total: options.sections.length, estimate: false });
  // Only the table goes to stdout.
  const print = (sentence: string) => progress.above(() => console.error(`${elapsed().padStart(4)} s  ${sentence}`));
  const peers = options.peer === undefined ? [] : listPeers(options.peer);
  const measures: Record<Section, () => Promise<Figure[]>> = {
    overhead: () => measureOverhead({ ...options, peers, print }),
    launched: () => measureLaunched({ ...options, print }),
    stop: () => measureStop({ ...options, peers, print }),
    growth: () => measureGrowth({ ...options, peers, print }),
    bundle: () => measureBundle({ ...options, peers, print }),
    act: () => measureAct({ ...options, print }),
    waves: () => measureWaves({ ...options, print }),
    compose: () => measureCompose({ pairs: options.composes, print }),
    judge: () => measureJudge({ ...options, print }),
  };
  const missing = options.sections.includes('act') ? findMissing() : undefined;
  const unmeasured = missing === undefined ? [] : [`NOT MEASURED: from dispatch to first test line. ${missing}`];
  unmeasured.forEach(print);
  const loads = [readLoad()];
  const figures = await measureSections(options.sections, { measures, missing, progress });
  loads.push(readLoad());
  const machine: Machine = {
    node: readNodeVersion(),
    platform: `${process.platform}-${process.arch}`,
    cores: availableParallelism(),
    loads,
  };
  const table = [renderTable(figures), ...unmeasured, describeMachine(machine, elapsed())].join('\n\n');
  console.log(table);
  if (options.out !== undefined) await writeResults(options.out, { figures, machine, table });
  if (unmeasured.length > 0) return BROKEN;
  return figures.some(missesBar) ? MISSED : 0;
}

interface Measuring {
  readonly measures: Readonly<Record<Section, () => Promise<Figure[]>>>;
  /** Why `act` cannot be measured. */
  readonly missing: string | undefined;
  readonly progress: Progress;
}

/** One section after the other, because sections would disturb each other. */
async function measureSections(
  sections: readonly Section[],
  { measures, missing, progress }: Measuring,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [at, section] of sections.entries()) {
    const rest = sections.slice(at + 1);
    progress.begin(rest.length > 0 ? `${section}, then ${rest.join(', ')}` : section);
    if (section !== 'act' || missing === undefined) figures.push(...(await measures[section]()));
    progress.finish();
  }
  progress.close();
  return figures;
}

interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly loads: readonly number[];
}

function describeMachine({ node, platform, cores, loads }: Machine, seconds: string): string {
  const [before, after] = loads.map((load) => load.toFixed(1));
  const details = `Node ${node}, ${platform}, ${cores} cores, ${seconds} s.`;
  if (Math.max(...loads) <= cores) return details;
  return `${details}\nThe machine was busy (load ${before} before, ${after} after), so the times are longer than necessary.`;
}

/** The load average of the last minute. */
function readLoad(): number {
  return loadavg()[0] ?? 0;
}

/** @returns the exit code */
async function runSafely(options: BenchOptions): Promise<number> {
  // An interrupted bench leaves no process behind either.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void closeAll().then(() => process.exit(INTERRUPTED)));
  try {
    return await bench(options);
  } catch (error) {
    console.error(error);
    await closeAll();
    return BROKEN;
  }
}

process.exitCode = await runCommandLine(benchCommandLine, process.argv.slice(2), ({ values }) =>
  runSafely(toBenchOptions(values)),
);

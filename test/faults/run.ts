/** `npm run test:faults`: breaks a start, a post step, a stop, a sweep and a fill at every request. See `--help`. */
import { factor, realNow } from './accelerate.mjs';
import { runCommandLine } from '../../src/terminal/command-line.js';
import { Progress } from '../../src/terminal/progress.js';
import { nameCell, type Cell } from './cell.js';
import { findBases, listBases, listCells } from './cells.js';
import { matrixCommandLine, toMatrixOptions, type MatrixOptions } from './options.js';
import { play } from './play.js';
import type { Played } from './played.js';
import { Report } from './report.js';

async function runMatrix(options: MatrixOptions): Promise<number> {
  const began = realNow();
  const bases = options.only === undefined ? listBases() : findBases(options.only);
  const report = new Report(factor);
  const plays = new Map<string, Played>();
  await eachOf(bases, options.jobs, async (base) => {
    const played = await playSafely(base);
    plays.set(nameCell(base), played);
    report.addBase(played);
  });
  const all = bases.flatMap((base) => listCells(base, plays.get(nameCell(base))!.requests));
  const cells = options.choose(all, nameCell);
  if (options.list) {
    for (const cell of cells) console.log(nameCell(cell));
    return 0;
  }
  console.log(`${all.length} cells, of which ${cells.length} are run, ${options.jobs} at a time.`);
  const progress = new Progress({ what: 'cells', total: cells.length, now: realNow });
  await eachOf(cells, options.jobs, async (cell) => {
    const played = await playSafely(cell);
    progress.finish();
    progress.above(() => {
      report.add(played);
      if (options.verbose) report.print(played);
    });
  });
  progress.close();
  return report.close((realNow() - began) / 1000);
}

async function playSafely(cell: Cell): Promise<Played> {
  try {
    return await play(cell);
  } catch (error) {
    throw new Error(`${nameCell(cell)} could not be played`, { cause: error });
  }
}

/** As many at a time as there are jobs. */
async function eachOf<T>(items: readonly T[], jobs: number, act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lanes = Array.from({ length: jobs }, async () => {
    for (const item of queue) await act(item);
  });
  await Promise.all(lanes);
}

process.exitCode = await runCommandLine(matrixCommandLine, process.argv.slice(2), ({ values }) =>
  runMatrix(toMatrixOptions(values)),
);

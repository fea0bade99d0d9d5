import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FormatName } from '../src/core/figures/formats.js';
import type { MeasuringMachine } from '../src/core/figures/machine.js';
import { readFigures } from '../src/core/figures/read-figures.js';
import { renderRun, toPast } from '../src/core/history/entry.js';
import { isHistory } from '../src/core/history/read-history.js';
import { combineFiles, type ReadFile } from '../src/core/judgement/combine.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { Log } from '../src/core/ports/process.js';

/** What the files do not say of a run. */
export interface RunFacts {
  readonly name: string;
  readonly branch: string;
  readonly commit: string;
  readonly tag: string | undefined;
  readonly machine: MeasuringMachine;
  /** Epoch ms. Undefined: a date in the path, or when the file was written. */
  readonly at: number | undefined;
  readonly format: FormatName | undefined;
}

const LINE_END = Buffer.from('\n');

/** The files of one run. In a folder, files that are no results are left out. */
interface RunFiles {
  readonly path: string;
  readonly files: readonly string[];
  readonly isInFolder: boolean;
}

/**
 * The lines of a history from files: another history, or files with results. Each file is a run; in a folder, each file
 * and each folder is one, in the order of their names.
 *
 * @throws Failure `results-unreadable`, `results-missing`
 */
export async function readLines(paths: readonly string[], facts: RunFacts, log: Log): Promise<Buffer> {
  const lines: Buffer[] = [];
  const times = new Map<number, number>();
  for (const run of paths.flatMap(listRuns)) {
    const bytes = run.isInFolder ? undefined : readFileSync(run.path);
    if (bytes && isHistory(bytes)) lines.push(bytes, LINE_END);
    else lines.push(...(await readRun(run, { facts, log, times })));
  }
  if (lines.length > 0) return Buffer.concat(lines);
  throw new Failure('results-missing', `There are no results in ${paths.join(', ')}.`, {
    hint: 'docs/result-formats.md lists the files that are read.',
  });
}

function listRuns(path: string): readonly RunFiles[] {
  if (!statSync(path).isDirectory()) return [{ path, files: [path], isInFolder: false }];
  return readdirSync(path, { withFileTypes: true })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((entry) => {
      const own = join(path, entry.name);
      return { path: own, files: entry.isDirectory() ? listFiles(own) : [own], isInFolder: true };
    });
}

function listFiles(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

interface Around {
  readonly facts: RunFacts;
  readonly log: Log;
  /** How many runs there are of each moment, in epoch ms: each is a millisecond later, so that they keep their order. */
  readonly times: Map<number, number>;
}

/** @returns a line; none if the files of a folder are no results */
async function readRun(
  { path, files, isInFolder }: RunFiles,
  { facts, log, times }: Around,
): Promise<readonly Buffer[]> {
  const read: ReadFile[] = [];
  const hash = createHash('sha256');
  for (const file of files) {
    try {
      const reading = await readFigures({ name: file, chunks: createReadStream(file) }, facts.format);
      read.push({ name: file, reading });
      hash.update(JSON.stringify([basename(file), reading.figures]));
    } catch (error) {
      if (!isInFolder || !(error instanceof Failure)) throw error;
      log.info(`Left out: ${error.message}`);
    }
  }
  const { figures, unusable, problems } = combineFiles(read);
  for (const { name, given } of unusable) log.warning(`${path}: ${name} is ${given}, and is left out.`);
  for (const problem of problems) log.warning(`${path}: ${problem}.`);
  if (figures.length === 0) {
    if (read.length > 0) log.warning(`${path} has no figures, and is left out.`);
    return [];
  }
  const { format: _, at, tag, ...about } = facts;
  const said = at ?? readDate(path);
  const when = said ?? Math.round(statSync(files[0]!).mtimeMs);
  const order = times.get(when) ?? 0;
  times.set(when, order + 1);
  // The same file imported again gives the same line. When a file was written is not the same in each clone.
  const id = `import-${hash
    .update(JSON.stringify([basename(path), said ?? null]))
    .digest('hex')
    .slice(0, 16)}`;
  return [
    Buffer.from(
      renderRun({ ...about, id, at: when + order, ...(tag !== undefined && { tag }), figures: toPast(figures) }),
    ),
  ];
}

/** `2026-01-31`, `20260131-120000`, `2026-01-31T12:00:00Z`, `2026-01-31_12-00-00`; in UTC. The last one of a path. */
const DATE = /(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?:[T_ -]+([0-2]\d)[:h-]?([0-5]\d)(?:[:m-]?([0-5]\d))?)?(?!\d)/g;

function readDate(path: string): number | undefined {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = [...path.matchAll(DATE)].at(-1) ?? [];
  if (year === undefined) return undefined;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isFinite(at) ? at : undefined;
}

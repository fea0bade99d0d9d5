import { createReadStream, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FormatName } from '../src/core/figures/formats.js';
import { readFigures } from '../src/core/figures/read-figures.js';
import type { Reading } from '../src/core/figures/reading.js';
import type { MeasuringMachine } from '../src/core/figures/machine.js';
import type { Interleaved } from '../src/core/interleave/manifest.js';
import { readInterleaved } from '../src/core/interleave/read-manifest.js';
import { compilePatterns } from '../src/core/inputs/file-patterns.js';
import { plural } from '../src/core/kernel/plural.js';
import { Failure } from '../src/core/kernel/failure.js';
import * as resultAdvice from '../src/core/kernel/result-advice.js';
import { combineFiles, type ReadFile } from '../src/core/judgement/combine.js';
import type { Measured } from '../src/core/judgement/measured.js';
import type { ResultPaths } from '../src/core/judgement/result-paths.js';
import type { Log } from '../src/core/ports/process.js';
import { findFiles } from '../src/host/find-files.js';
import { readGivenFile } from '../src/host/given-file.js';
import type { GivenResults } from './judge-request.js';

/** The name of the file of an interleaved measurement. */
const INTERLEAVED = 'interleaved.json';

/** What was measured, and where. */
export interface FoundResults {
  readonly measured: Measured;
  /** Of an interleaved measurement. */
  readonly machine?: MeasuringMachine;
}

/** A file, and how messages name it. */
interface Named {
  readonly path: string;
  readonly name: string;
}

interface Around {
  readonly workspace: string;
  readonly log: Log;
}

/** Finds and reads the results. @throws Failure `results-missing`, `results-unreadable` */
export async function readResults(given: GivenResults, around: Around): Promise<FoundResults> {
  const { baseline, format } = given;
  const files = await list('results', given.paths, around);
  const manifest = files.find(({ path }) => basename(path) === INTERLEAVED);
  if (manifest) return readSides(manifest, { files, given, log: around.log });
  const ofBase = baseline.kind === 'files' ? await list('baseline', baseline.paths, around) : undefined;
  refuseTwice(
    [...files, ...(ofBase ?? [])],
    'The file is of both sides: `results` and `baseline` must name other files.',
  );
  const head = await readAll(files, format);
  const base = ofBase && (await readAll(ofBase, format));
  return { measured: { head, ...(base && { base }), labels: ['base', 'head'], isInterleaved: false } };
}

async function list(
  input: 'results' | 'baseline',
  paths: readonly ResultPaths[],
  { workspace, log }: Around,
): Promise<readonly Named[]> {
  const found: Named[] = [];
  for (const { root, patterns } of paths) {
    const folder = root || workspace;
    const { files, unreadable } = await findFiles(folder, patterns);
    if (unreadable.length > 0) log.warning(`Not searched for \`${input}\`: ${unreadable.join(', ')}.`);
    found.push(...files.map(({ path }) => ({ path: join(folder, path), name: root ? join(root, path) : path })));
    // A benchmark that wrote nothing is not covered by another one that did.
    const unmet = patterns.texts.filter((text) => !text.startsWith('!') && !hasMatch(text, files));
    if (unmet.length > 0)
      throw missing(
        input,
        unmet.map((text) => join(folder, text)),
      );
  }
  return found;
}

function hasMatch(pattern: string, files: readonly { readonly path: string }[]): boolean {
  const compiled = compilePatterns([pattern]);
  return files.some(({ path }) => compiled.matches(path));
}

function missing(input: 'results' | 'baseline', paths: readonly string[]): Failure {
  return new Failure('results-missing', `No file matches \`${input}\`: ${paths.join(', ')}.`, {
    hint: resultAdvice.WRITE_RESULTS,
  });
}

async function readAll(files: readonly Named[], format: FormatName | undefined): Promise<readonly ReadFile[]> {
  const read: ReadFile[] = [];
  // One after the other: each may be large.
  for (const { path, name } of files) {
    read.push({ name, reading: await readOne({ path, name }, format) });
  }
  return read;
}

/** @throws Failure `results-unreadable`, also for what the file system refuses */
async function readOne({ path, name }: Named, format: FormatName | undefined): Promise<Reading> {
  try {
    return await readFigures({ name, chunks: createReadStream(path) }, format);
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new Failure('results-unreadable', `${name} cannot be read: ${error.message}.`, {
      hint: resultAdvice.WRITE_RESULTS,
      cause: error,
    });
  }
}

async function readSides(
  { path, name }: Named,
  { files, given, log }: { readonly files: readonly Named[]; readonly given: GivenResults; readonly log: Log },
): Promise<FoundResults> {
  const others = files.length - 1;
  if (others > 0 || given.baseline.kind === 'files') {
    const what = others > 0 ? plural(others, 'other file') : '`baseline` with files';
    throw new Failure(
      'bad-input',
      `\`results\` has ${name}, which has base and head, and there is ${what} beside it.`,
      {
        hint: 'Give that file alone: it names the files of both sides.',
      },
    );
  }
  const manifest = readInterleaved(readGivenFile('/', path)!, name);
  const { sides, machine, seed, runs } = manifest;
  log.info(`${plural(runs.length, 'run')} of ${sides.join(' and ')} in turn, in the order of the seed ${seed}.`);
  const named = runs.flatMap(({ results }) =>
    results.map((result) => ({ path: join(dirname(path), result), name: result })),
  );
  const missing = named.find((one) => !statSync(one.path, { throwIfNoEntry: false })?.isFile());
  if (missing) {
    throw new Failure('results-missing', `${missing.name} is missing, which ${INTERLEAVED} names.`, {
      hint: resultAdvice.WRITE_RESULTS,
    });
  }
  refuseTwice(named, `Give ${INTERLEAVED} as run-compose or run-phases wrote it: each run has files of its own.`);
  const [base, head] = [
    await readSide(manifest, { side: sides[0], folder: dirname(path), format: given.format }),
    await readSide(manifest, { side: sides[1], folder: dirname(path), format: given.format }),
  ];
  return { measured: { base, head, labels: sides, isInterleaved: true }, machine };
}

/** @throws Failure `bad-input` for a file that counts twice: it would be compared with itself */
function refuseTwice(files: readonly Named[], hint: string): void {
  const seen = new Set<string>();
  for (const { path, name } of files) {
    const real = realpathSync(path);
    if (seen.has(real)) throw new Failure('bad-input', `${name} is given twice.`, { hint });
    seen.add(real);
  }
}

/** Each run of a side as one file: what one process measured counts once. */
async function readSide(
  { runs }: Interleaved,
  { side, folder, format }: { readonly side: string; readonly folder: string; readonly format: FormatName | undefined },
): Promise<readonly ReadFile[]> {
  const read: ReadFile[] = [];
  for (const { results, run } of runs.filter((one) => one.side === side)) {
    const files = results.map((path) => ({ path: join(folder, path), name: path }));
    read.push({ name: `run ${run} of ${side}`, reading: combineFiles(await readAll(files, format)) });
  }
  return read;
}

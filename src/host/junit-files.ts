import { closeSync, createReadStream, openSync, readSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { FilePatterns } from '../core/inputs/file-patterns.js';
import { messageOf } from '../core/kernel/failure.js';
import { JunitReader } from '../core/verdict/junit.js';
import type { ReportFiles } from '../core/verdict/report-files.js';
import { TestResults } from '../core/verdict/results.js';
import { decodeXml } from '../core/verdict/xml-text.js';
import { findFiles } from './find-files.js';

/** File systems with coarse time stamps may date a file up to a second too early. */
export const CLOCK_GRACE_MS = 1_000;
/** The beginning of a report that holds the start time of its run. */
const HEAD_BYTES = 4_096;

/** The files that match before the tests start, and when each was written. `setup` may have just copied them. */
export async function listReports(patterns: FilePatterns, folder: string): Promise<ReadonlyMap<string, number>> {
  const { files } = await findFiles(folder, patterns);
  return new Map(files.map(({ path, modifiedAt }) => [path, modifiedAt]));
}

/**
 * Reads the JUnit files in a folder that changed since `before`. A broken file is listed, and its cases before the
 * break count. A file with several names counts once.
 */
export async function readReports(
  patterns: FilePatterns,
  folder: string,
  before: ReadonlyMap<string, number>,
): Promise<ReportFiles> {
  const { files, unreadable } = await findFiles(folder, patterns);
  const changed = files.filter(({ path, modifiedAt }) => before.get(path) !== modifiedAt);
  const fresh = [...new Map(changed.map((one) => [realpathSync(join(folder, one.path)), one])).values()];
  const results = new TestResults();
  const broken: string[] = [];
  for (const { path } of fresh) {
    try {
      await readJunit(join(folder, path), results);
    } catch (error) {
      broken.push(`${path}: ${messageOf(error)}`);
    }
  }
  const stale = files.filter((one) => !changed.includes(one)).map(({ path }) => path);
  return {
    pattern: patterns.texts.join(', '),
    results,
    files: fresh.map(({ path }) => path),
    stale,
    broken,
    unreadable,
  };
}

/** The tests of one file; `undefined` when the file is not JUnit to its end. */
export async function readJunitFile(file: string): Promise<TestResults | undefined> {
  const results = new TestResults();
  try {
    await readJunit(file, results);
    return results;
  } catch {
    return undefined;
  }
}

/** The first kilobytes of a file. */
export function readHead(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    return bytes.subarray(0, readSync(descriptor, bytes)).toString();
  } finally {
    closeSync(descriptor);
  }
}

/** @throws Error when the file is not JUnit, or is broken. The cases before the break are in `results` */
async function readJunit(file: string, results: TestResults): Promise<void> {
  const reader = new JunitReader(results);
  for await (const text of decodeXml(createReadStream(file))) reader.write(text);
  reader.close();
}

import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf } from '../src/core/failure.js';
import { parseJunit, type TestCase } from '../src/core/junit.js';
import { leaveOutNested } from '../src/core/own-reports.js';
import type { Reports } from '../src/core/test-verdict.js';
import { findFiles } from '../src/host/find-files.js';
import type { OwnFolder } from '../src/host/own-reports.js';

/** Files that were written in the second before the tests began may have a coarse time stamp. */
const CLOCK_GRACE_MS = 1_000;
/** So much of a report is looked at for when its run began. */
const HEAD_LENGTH = 4_096;

export interface EnvironmentReport {
  readonly environment: string;
  readonly path: string;
  readonly cases: readonly TestCase[];
}

/** The files of the input `report`. */
export async function readReports(patterns: readonly string[], cwd: string, beganAt: number): Promise<Reports> {
  const found = await findFiles(cwd, patterns);
  const fresh = found.filter(({ modifiedAt }) => modifiedAt >= beganAt - CLOCK_GRACE_MS);
  const unreadable: string[] = [];
  const cases: TestCase[] = [];
  for (const { path } of fresh) {
    try {
      for (const one of parseJunit(await readFile(join(cwd, path), 'utf8'))) cases.push(one);
    } catch (error) {
      unreadable.push(`${path}: ${messageOf(error)}`);
    }
  }
  const stale = found.filter((one) => !fresh.includes(one)).map(({ path }) => path);
  return { pattern: patterns.join(', '), cases, files: fresh.map(({ path }) => path), stale, unreadable };
}

/** What pytest wrote for this action. A file that cannot be read proves nothing, and is left out. */
export async function readOwnReports(folder: OwnFolder): Promise<readonly EnvironmentReport[]> {
  const reports = await Promise.all(
    folder.list().map(async (one) => {
      const text = await readFile(one.path, 'utf8');
      return { ...one, text, head: text.slice(0, HEAD_LENGTH) };
    }),
  );
  return leaveOutNested(reports).flatMap(({ text, ...one }) => parse(text).map((cases) => ({ ...one, cases })));
}

/** The files that commands or pytest's configuration name, as far as this run wrote them. */
export async function readNamedReports(
  named: readonly { readonly environment: string; readonly path: string }[],
  about: { readonly cwd: string; readonly beganAt: number; readonly except: readonly string[] },
): Promise<readonly EnvironmentReport[]> {
  const found = named
    .map((one) => ({ ...one, path: resolve(about.cwd, one.path) }))
    .filter(({ path }) => {
      const at = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      return at >= about.beganAt - CLOCK_GRACE_MS && !about.except.some((one) => resolve(about.cwd, one) === path);
    });
  const read = found.map(async (one) => parse(await readFile(one.path, 'utf8')).map((cases) => ({ ...one, cases })));
  return (await Promise.all(read)).flat();
}

function parse(text: string): [] | [readonly TestCase[]] {
  try {
    return [parseJunit(text)];
  } catch {
    return [];
  }
}

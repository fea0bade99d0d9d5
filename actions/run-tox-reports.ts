import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { leaveOutNested } from '../src/core/tox/own-reports.js';
import type { TestResults } from '../src/core/verdict/test-results.js';
import type { OwnFolder } from '../src/host/own-reports.js';
import { CLOCK_GRACE_MS, readHead, readWhole } from '../src/host/read-reports.js';

export interface EnvironmentReport {
  readonly environment: string;
  readonly path: string;
  readonly results: TestResults;
}

/** What pytest wrote for this action. A file that cannot be read proves nothing, and is left out. */
export async function readOwnReports(folder: OwnFolder): Promise<readonly EnvironmentReport[]> {
  const reports = folder.list().map((one) => ({ ...one, head: readHead(one.path) }));
  return readAll(leaveOutNested(reports));
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
  return readAll(found);
}

async function readAll(
  files: readonly { readonly environment: string; readonly path: string }[],
): Promise<EnvironmentReport[]> {
  const read: EnvironmentReport[] = [];
  for (const { environment, path } of files) {
    const results = await readWhole(path);
    if (results) read.push({ environment, path, results });
  }
  return read;
}

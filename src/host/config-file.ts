import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes the resolved configuration into a new folder outside the workspace. @returns its path */
export function writeConfigFile(text: string, env: NodeJS.ProcessEnv = process.env): string {
  const path = join(mkdtempSync(join(env['RUNNER_TEMP'] || tmpdir(), 'plan-run-')), 'config.yaml');
  writeFileSync(path, text);
  return path;
}

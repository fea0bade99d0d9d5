import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of this name for artifacts, outside the workspace. Later steps of the job can read it. */
export function locateArtifacts(name: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(env['RUNNER_TEMP'] || tmpdir(), 'ci-actions', name);
}

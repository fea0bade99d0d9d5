import { spawn } from 'node:child_process';
import type { SandboxValues } from './options.js';
import { checkEventsFile, IN_BACKGROUND, type Report } from './start.js';
import { prepareEnvFile, renderExports } from './variables.js';

/**
 * Starts this program once more in the background, and prints what to export once it is ready.
 *
 * @param argv the arguments, without `--detach`
 * @returns the exit code
 * @throws UsageError for a file that cannot be used: nobody sees what the program in the background prints
 */
export async function startInBackground(argv: readonly string[], values: SandboxValues): Promise<number> {
  prepareEnvFile(values['env-file']);
  checkEventsFile(values.events);
  const [, script = ''] = process.argv;
  // The two dashes keep Node from reading `--env-file` itself.
  const child = spawn(process.execPath, [...process.execArgv, '--', script, ...argv], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, [IN_BACKGROUND]: 'true' },
  });
  const report = await new Promise<Report>((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (message) => resolve(message as Report));
    child.once('exit', (code) => resolve({ error: `The sandbox ended with exit code ${code} before it was ready.` }));
  });
  child.unref();
  if ('error' in report) {
    console.error(report.error);
    return 1;
  }
  process.stdout.write(renderExports(report.variables));
  if (!values.quiet) {
    const { SANDBOX_URL: url } = report.variables;
    console.error(`The sandbox runs as process ${child.pid}. Its page: ${url}/. \`npm run sandbox -- stop\` ends it.`);
  }
  return 0;
}

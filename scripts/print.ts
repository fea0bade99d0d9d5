import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import * as reap from '../actions/reap-runners.inputs.js';
import * as start from '../actions/start-runner.inputs.js';
import * as stop from '../actions/stop-runner.inputs.js';
import { buildDist } from './build.js';
import { renderAction, type ActionDefinition } from './print/action-yml.js';
import { renderErrors } from './print/errors.js';
import { fillTables } from './print/tables.js';

/**
 * Prints everything that is generated, after wiping it: what is no longer printed must not linger.
 * With `--check`, fails when that changes anything that git knows or should know.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

const ERRORS = 'docs/errors.md';

const actions: Readonly<Record<string, ActionDefinition>> = {
  'start-runner': { ...start, steps: { main: 'start-runner.js', post: 'start-runner-post.js' } },
  'reap-runners': { ...reap, steps: { main: 'reap-runners.js' } },
  'stop-runner': { ...stop, steps: { main: 'stop-runner.js' } },
};

async function print(): Promise<void> {
  for (const [folder, definition] of Object.entries(actions)) {
    await mkdir(join(root, folder), { recursive: true });
    await rm(join(root, folder, 'action.yml'), { force: true });
    await writeFile(join(root, folder, 'action.yml'), renderAction(folder, definition));
    await printTables(join(root, folder, 'README.md'), definition);
  }
  await printErrors();
  await buildDist();
}

async function printErrors(): Promise<void> {
  const path = join(root, ERRORS);
  await writeFile(path, await format(renderErrors(), { ...(await resolveConfig(path)), parser: 'markdown' }));
}

async function printTables(path: string, definition: ActionDefinition): Promise<void> {
  const filled = fillTables(await readFile(path, 'utf8'), definition);
  await writeFile(path, await format(filled, { ...(await resolveConfig(path)), parser: 'markdown' }));
}

function refuseChanges(): void {
  const printed = [
    'dist',
    ERRORS,
    ...Object.keys(actions).flatMap((folder) => [`${folder}/action.yml`, `${folder}/README.md`]),
  ];
  const options = { cwd: root, encoding: 'utf8' } as const;
  const changes = execFileSync('git', ['status', '--porcelain', '--', ...printed], options);
  if (changes === '') return;
  process.stderr.write(`Printed files differ from what is committed. Commit what \`npm run print\` wrote:\n${changes}`);
  process.exitCode = 1;
}

await print();
if (process.argv.includes('--check')) refuseChanges();

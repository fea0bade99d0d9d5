import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import * as check from '../actions/check-tests.inputs.js';
import * as fill from '../actions/fill-pool.inputs.js';
import * as reap from '../actions/reap-runners.inputs.js';
import * as report from '../actions/report-tests.inputs.js';
import * as tox from '../actions/run-tox.inputs.js';
import * as start from '../actions/start-runner.inputs.js';
import * as stop from '../actions/stop-runner.inputs.js';
import { commands } from '../ami/cli/commands.js';
import { buildDist } from './build.js';
import { fillCommands } from './print/ami-commands.js';
import { renderAction, type ActionDefinition } from './print/action-yml.js';
import { AGENT, joinAgent } from './print/agent.js';
import { renderErrors } from './print/errors.js';
import { composePolicyFiles, POLICY_FILES } from './print/policies.js';
import { readWorkflowSources } from './print/workflow-sources.js';
import { fillWorkflowTables } from './print/workflow-tables.js';
import { renderWorkflows } from './print/workflows.js';
import { fillTables } from './print/tables.js';
import { runCommandLine } from './terminal/command-line.js';
import { flag } from './terminal/options.js';

/**
 * Prints everything that is generated, after wiping it: what is no longer printed must not linger.
 * With `--check`, fails when that changes anything that git knows or should know.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

const ERRORS = 'docs/errors.md';

const actions: Readonly<Record<string, ActionDefinition>> = {
  'start-runner': { ...start, steps: { main: 'start-runner.js', post: 'start-runner-post.js' } },
  'check-tests': { ...check, steps: { main: 'check-tests.js' } },
  'report-tests': { ...report, steps: { main: 'report-tests.js' } },
  'run-tox': { ...tox, steps: { main: 'run-tox.js' } },
  'fill-pool': { ...fill, steps: { main: 'fill-pool.js' } },
  'reap-runners': { ...reap, steps: { main: 'reap-runners.js' } },
  'stop-runner': { ...stop, steps: { main: 'stop-runner.js' } },
};

const WORKFLOWS = 'docs/workflows.md';
const AMI = 'ami/README.md';
const sources = readWorkflowSources((path) => readFileSync(join(root, path), 'utf8'));
const workflows = renderWorkflows(sources);

async function print(): Promise<void> {
  for (const [folder, definition] of Object.entries(actions)) {
    await mkdir(join(root, folder), { recursive: true });
    await rm(join(root, folder, 'action.yml'), { force: true });
    await writeFile(join(root, folder, 'action.yml'), renderAction(folder, definition));
    await printTables(`${folder}/README.md`, definition);
  }
  await writeFormatted(ERRORS, renderErrors());
  for (const name of readdirSync(join(root, 'iam'))) if (name.endsWith('.json')) await rm(join(root, 'iam', name));
  const policies = composePolicyFiles((path) => readFileSync(join(root, path), 'utf8'));
  for (const [path, text] of Object.entries(policies)) await writeFormatted(path, text);
  for (const [path, text] of Object.entries(workflows)) await writeFormatted(path, text);
  await writeFormatted(WORKFLOWS, fillWorkflowTables(await readFile(join(root, WORKFLOWS), 'utf8'), sources));
  await writeFormatted(AMI, fillCommands(await readFile(join(root, AMI), 'utf8'), commands));
  await writeFile(
    join(root, AGENT),
    joinAgent((path) => readFileSync(join(root, path), 'utf8')),
    { mode: 0o755 },
  );
  await buildDist();
}

async function printTables(path: string, definition: ActionDefinition): Promise<void> {
  await writeFormatted(path, fillTables(await readFile(join(root, path), 'utf8'), definition));
}

async function writeFormatted(path: string, text: string): Promise<void> {
  const filepath = join(root, path);
  await writeFile(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }));
}

/** @returns the exit code */
function refuseChanges(): number {
  const printed = [
    'dist',
    AGENT,
    ERRORS,
    WORKFLOWS,
    AMI,
    ...POLICY_FILES,
    ...Object.keys(workflows),
    ...Object.keys(actions).flatMap((folder) => [`${folder}/action.yml`, `${folder}/README.md`]),
  ];
  const options = { cwd: root, encoding: 'utf8' } as const;
  const changes = execFileSync('git', ['status', '--porcelain', '--', ...printed], options);
  if (changes === '') return 0;
  process.stderr.write(`Printed files differ from what is committed. Commit what \`npm run print\` wrote:\n${changes}`);
  return 1;
}

const commandLine = {
  command: 'npm run print --',
  description:
    'Prints every file that is generated, after removing it: action.yml, tables, policies, workflows, dist/.',
  options: { check: flag('Fail if that changes any file that git has or should have.') },
};
process.exitCode = await runCommandLine(commandLine, process.argv.slice(2), async ({ values }) => {
  await print();
  return values.check ? refuseChanges() : 0;
});

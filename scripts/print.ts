import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { actions } from '../actions/index.js';
import { commands } from '../ami/cli/commands.js';
import { buildDist } from './build.js';
import { renderAction } from './print/action-yml.js';
import { AGENT, DATA_VOLUME, joinParts } from './print/agent.js';
import { fillCommands } from './print/ami-commands.js';
import { renderErrors } from './print/errors.js';
import { EXAMPLE, printExample } from './print/example-lumi.js';
import { formatAs } from './print/formatted.js';
import { drawJudging, JUDGING, JUDGING_PLOT } from './print/judging-plot.js';
import { fillActionList, fillGitAttributes, fillPrettierIgnore } from './print/lists.js';
import { fillMigration } from './print/migration.js';
import { alignPins } from './print/pins.js';
import { composePolicyFiles, MODULE, POLICY_FILES } from './print/policies.js';
import { fillTables } from './print/tables.js';
import { readWorkflowSources } from './print/workflow-sources.js';
import { fillWorkflowTables } from './print/workflow-tables.js';
import { renderWorkflows } from './print/workflows.js';
import { runCommandLine } from '../src/terminal/command-line.js';
import { flag } from '../src/terminal/options.js';

/**
 * Prints everything that is generated, and removes what is no longer generated. With `--check`, fails when that changes
 * a file that is committed or should be.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** All files whose actions are pinned. */
const pinned = ['.github/workflows', 'workflows'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => `${folder}/${name}`),
);
// Before anything is printed, because a pin that Dependabot changed in a printed workflow would be lost.
for (const [path, text] of Object.entries(alignPins(Object.fromEntries(pinned.map((path) => [path, read(path)])))))
  writeFileSync(join(root, path), text);

const sources = readWorkflowSources({ read, list: (folder) => readdirSync(join(root, folder)) });
const workflows = renderWorkflows(sources);

const ERRORS = 'docs/errors.md';
const actionFiles = actions.map(({ name }) => `${name}/action.yml`);
/** The files that are printed as a whole, as git's pathspecs. */
const whole = [
  ...actionFiles,
  AGENT,
  DATA_VOLUME,
  ERRORS,
  'iam/*.json',
  MODULE,
  ...Object.keys(workflows),
  EXAMPLE,
  JUDGING_PLOT,
];
/** The files in which the blocks between markers are printed. */
const filled = {
  'README.md': (text: string) => fillActionList(text, actions),
  'docs/workflows.md': (text: string) => fillWorkflowTables(text, sources),
  'docs/migrating.md': fillMigration,
  'ami/README.md': (text: string) => fillCommands(text, commands),
  ...Object.fromEntries(
    actions.map(({ name, definition }) => [`${name}/README.md`, (text: string) => fillTables(text, definition)]),
  ),
};
/** The same for files that prettier does not format. */
const filledLists = {
  '.gitattributes': (text: string) => fillGitAttributes(text, whole),
  '.prettierignore': (text: string) => fillPrettierIgnore(text, [...actionFiles, AGENT, DATA_VOLUME]),
};

async function print(): Promise<void> {
  for (const [path, fill] of Object.entries(filledLists)) await writeFile(join(root, path), fill(read(path)));
  for (const action of actions) await writeFile(join(root, action.name, 'action.yml'), renderAction(action));
  await writeFormatted(ERRORS, renderErrors());
  for (const name of readdirSync(join(root, 'iam'))) if (name.endsWith('.json')) await rm(join(root, 'iam', name));
  for (const [path, text] of Object.entries(composePolicyFiles(read))) await writeFormatted(path, text);
  for (const [path, text] of Object.entries(workflows)) await writeFormatted(path, text);
  printExample(root);
  await writeFile(join(root, JUDGING_PLOT), drawJudging(read(JUDGING)));
  for (const [path, fill] of Object.entries(filled))
    await writeFormatted(path, fill(await readFile(join(root, path), 'utf8')));
  for (const path of [AGENT, DATA_VOLUME]) await writeFile(join(root, path), joinParts(path, read), { mode: 0o755 });
  await buildDist();
}

async function writeFormatted(path: string, text: string): Promise<void> {
  const filepath = join(root, path);
  await writeFile(filepath, await formatAs(filepath, text));
}

/** @returns the exit code */
function refuseChanges(): number {
  const printed = ['dist', ...whole, ...pinned, ...POLICY_FILES, ...Object.keys({ ...filled, ...filledLists })];
  const changes = execFileSync('git', ['status', '--porcelain', '--', ...printed], { cwd: root, encoding: 'utf8' });
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

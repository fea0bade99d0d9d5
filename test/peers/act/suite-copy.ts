import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listActions, SUITE, substituteAction, substituteWorkflow, type Substitutions } from './substitute.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const standIns = fileURLToPath(new URL('./stand-ins', import.meta.url));
const WORKFLOWS = '.github/workflows';

/** The printed ones: what this repository runs for itself, or others of it, may use actions that have no stand-in. */
export function listPrinted(): string[] {
  const texts = readdirSync(join(root, WORKFLOWS)).map((name) => [
    name,
    readFileSync(join(root, WORKFLOWS, name), 'utf8'),
  ]);
  return texts
    .filter(([, text]) => text!.startsWith('# Printed from workflows/environments.yml'))
    .map(([name]) => name!);
}

export interface CopyOptions extends Omit<Substitutions, 'read'> {
  /** Texts of workflows of a user's own that call these, by file name. */
  readonly callers?: Readonly<Record<string, string>>;
}

/**
 * Writes the workflows as of one who has them in their own repository.
 *
 * @param workflows names of files in .github/workflows
 */
export function copyWorkflows(folder: string, workflows: readonly string[], how: CopyOptions): void {
  mkdirSync(join(folder, WORKFLOWS), { recursive: true });
  const read = (path: string) => readFileSync(join(root, path.replace(/^(\.|\$)\//, '')), 'utf8');
  const texts = Object.fromEntries(workflows.map((name) => [name, read(`${WORKFLOWS}/${name}`)]));
  for (const [name, text] of Object.entries({ ...texts, ...how.callers }))
    writeFileSync(join(folder, WORKFLOWS, name), substituteWorkflow(text, { ...how, read }));
}

/**
 * Lays out what act finds in place of GitHub's repositories: this suite's actions, and stand-ins for the actions of
 * others that the workflows use.
 *
 * @returns act's options for them
 */
export function copyActions(folder: string, workflows: readonly string[]): string[] {
  const texts = workflows.map((name) => readFileSync(join(root, WORKFLOWS, name), 'utf8'));
  const suite = copySuite(join(folder, 'suite'));
  const used = new Set([...texts, ...suite.actions].flatMap(listActions));
  return [
    '--local-repository',
    `${SUITE}@act=${suite.folder}`,
    ...[...used, 'act/call@act'].flatMap((action) => [
      '--local-repository',
      `${action}=${copyStandIn(folder, action)}`,
    ]),
  ];
}

/** The folders with an action.yml, and what the actions read at run time. */
function copySuite(folder: string): { folder: string; actions: string[] } {
  const names = readdirSync(root).filter((name) => existsSync(join(root, name, 'action.yml')));
  for (const read of ['dist', 'ami']) cpSync(join(root, read), join(folder, read), { recursive: true });
  const actions = names.map((name) => {
    const text = readFileSync(join(root, name, 'action.yml'), 'utf8');
    cpSync(join(root, name), join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'action.yml'), substituteAction(text));
    return text;
  });
  return { folder, actions };
}

/** act copies an action into the job's folder, so this one only leads to the file in the source tree. */
function copyStandIn(folder: string, action: string): string {
  const [name = ''] = action.split('@');
  const source = join(standIns, name);
  if (!existsSync(source)) throw new Error(`${name} has no stand-in in ${standIns}, and act cannot fetch it here.`);
  const copy = join(folder, 'stand-ins', name);
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(source, copy, { recursive: true });
  writeFileSync(join(copy, 'main.mjs'), `import ${JSON.stringify(join(source, 'main.mjs'))};\n`);
  return copy;
}

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listActions, SUITE, substituteAction, substituteWorkflow, type Substitutions } from './substitute.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const standIns = fileURLToPath(new URL('./stand-ins', import.meta.url));
const WORKFLOWS = '.github/workflows';

/** The printed workflows only, because this repository's other workflows may use actions without a stand-in. */
export function listPrinted(): string[] {
  const texts = readdirSync(join(root, WORKFLOWS)).map((name) => [
    name,
    readFileSync(join(root, WORKFLOWS, name), 'utf8'),
  ]);
  return texts.filter(([, text]) => text!.startsWith('# Printed from workflows/')).map(([name]) => name!);
}

export interface CopyOptions extends Omit<Substitutions, 'read'> {
  /** The texts of a user's own workflows that call the printed ones, by file name. */
  readonly callers?: Readonly<Record<string, string>>;
}

/**
 * Writes the workflows as if they were in a user's own repository.
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
 * Copies the actions that act reads from local folders instead of GitHub: this suite's actions, and stand-ins for the
 * other actions that the workflows use.
 *
 * @returns act's options for these folders
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

/** Copies the folders with an action.yml, and the files that the actions read at run time. */
function copySuite(folder: string): { folder: string; actions: string[] } {
  const names = readdirSync(root).filter((name) => existsSync(join(root, name, 'action.yml')));
  for (const name of ['dist', 'ami']) cpSync(join(root, name), join(folder, name), { recursive: true });
  const actions = names.map((name) => {
    const text = readFileSync(join(root, name, 'action.yml'), 'utf8');
    cpSync(join(root, name), join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'action.yml'), substituteAction(text));
    return text;
  });
  return { folder, actions };
}

/** act copies an action into the job's folder, so the copy only imports the file in the source tree. */
function copyStandIn(folder: string, action: string): string {
  const [name = ''] = action.split('@');
  const source = join(standIns, name);
  if (!existsSync(source))
    throw new Error(`${name} has no stand-in in ${standIns}, and act downloads no actions here.`);
  const copy = join(folder, 'stand-ins', name);
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(source, copy, { recursive: true });
  writeFileSync(join(copy, 'main.mjs'), `import ${JSON.stringify(join(source, 'main.mjs'))};\n`);
  return copy;
}

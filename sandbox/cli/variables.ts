import { appendFileSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { misuse } from '../../src/terminal/usage-error.js';
import { sandboxCommandLine } from './options.js';

type Variables = Readonly<Record<string, string>>;

/** The first line of every file of variables. By it the next sandbox knows that it may replace the file. */
const MARK = '# Written by `npm run sandbox`, and removed when it ends.';

/** The path as the user means it: npm changes to the folder of its package, and keeps the user's. */
export function resolveHere(file: string): string {
  return resolve(process.env['INIT_CWD'] || '.', file);
}

/** For a shell. No value contains a quotation mark. */
export function renderExports(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join('');
}

/** The file that `--env-file` names. */
export interface EnvFile {
  write(variables: Variables): void;
  remove(): void;
}

/** @throws UsageError for a file that somebody else wrote, or that cannot be written */
export function prepareEnvFile(file: string | undefined): EnvFile {
  if (file === undefined) return { write: () => {}, remove: () => {} };
  const path = resolveHere(file);
  const render = (variables: Variables) =>
    Object.entries(variables)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  if (isGitHubEnv(path)) {
    return { write: (variables) => appendFileSync(path, render(variables)), remove: () => {} };
  }
  refuseForeign(file, path);
  return {
    write(variables) {
      // Whoever waits for the file finds it complete. Only its owner may read the token.
      writeFileSync(`${path}.new`, `${MARK}\n${render(variables)}`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
}

/** The value of SANDBOX_URL in a file of variables. */
export function readSandboxUrl(file: string): string | undefined {
  try {
    return /^SANDBOX_URL=(.+)$/m.exec(readFileSync(resolveHere(file), 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function isGitHubEnv(path: string): boolean {
  const given = process.env['GITHUB_ENV'];
  return given !== undefined && given !== '' && resolve(given) === path;
}

function refuseForeign(file: string, path: string): void {
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  const found = statSync(path, { throwIfNoEntry: false });
  const what = `\`--env-file\` is "${file}"`;
  if (!folder?.isDirectory()) throw misuse(sandboxCommandLine, `${what}; its folder does not exist.`);
  if (found && !found.isFile()) throw misuse(sandboxCommandLine, `${what}, which is not a file.`);
  if (!found || found.size === 0 || readFileSync(path, 'utf8').startsWith(MARK)) return;
  const why = 'which exists and was not written by a sandbox; allowed: a new file, or one that a sandbox wrote.';
  throw misuse(sandboxCommandLine, `${what}, ${why}`);
}

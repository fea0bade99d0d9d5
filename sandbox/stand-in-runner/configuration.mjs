import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The runner's root: the folder of this program. */
export const HOME = dirname(fileURLToPath(import.meta.url));

const FILES = ['.runner', '.credentials', '.credentials_rsaparams'];

/** The version of the package. The sandbox's own copy has no version file. */
export function readVersion() {
  const file = join(HOME, 'version');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '2.336.0';
}

/** Writes the files of a just-in-time configuration: base64 of JSON, by file name the content in base64. */
export function writeConfiguration(encoded) {
  const files = JSON.parse(Buffer.from(encoded, 'base64').toString());
  for (const name of FILES) writeFileSync(join(HOME, name), Buffer.from(files[name], 'base64'), { mode: 0o600 });
}

/** `undefined` if the runner is not configured. */
export function readConfiguration() {
  if (!FILES.every((name) => existsSync(join(HOME, name)))) return undefined;
  const [runner, credentials, key] = FILES.map((name) => JSON.parse(readFileSync(join(HOME, name), 'utf8')));
  return { runner, credentials, key };
}

export function removeConfiguration() {
  for (const name of FILES) rmSync(join(HOME, name), { force: true });
  console.log('√ Removed .credentials');
  console.log('√ Removed .runner');
}

/** Adds the `KEY=VALUE` lines of `.env` to the environment, as a real runner does. */
export function loadDotEnv() {
  const file = join(HOME, '.env');
  if (!existsSync(file)) return;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) process.env[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
}

const INPUT = 'ACTIONS_RUNNER_INPUT_';

/** The variables that stand for arguments. They are unset when this file is loaded, so that no job sees them. */
const inputs = takeInputs();

function takeInputs() {
  const found = Object.entries(process.env).filter(([name]) => name.startsWith(INPUT));
  for (const [name] of found) delete process.env[name];
  return new Map(found.map(([name, value]) => [name.slice(INPUT.length).toLowerCase(), value]));
}

/** `--name value` from the command line, or else the variable for it. */
export function readArgument(name) {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : inputs.get(name);
}

/** `--name` on the command line, or a variable for it that is true. */
export function hasFlag(name) {
  return process.argv.includes(`--${name}`) || /^(true|1)$/i.test(inputs.get(name) ?? '');
}

/** The part of GitHub's protocol between an action and its runner that all stand-ins use. */
import { appendFileSync } from 'node:fs';

export function input(name) {
  return (process.env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? '').trim();
}

export function fail(message) {
  console.log(`::error::${message}`);
  process.exit(1);
}

export const setOutput = (name, text) => append('GITHUB_OUTPUT', name, text);
export const exportVariable = (name, text) => append('GITHUB_ENV', name, text);

/** Adds a folder at the front of PATH for all later steps. */
export function addPath(folder) {
  appendFileSync(process.env.GITHUB_PATH, `${folder}\n`);
}

function append(file, name, text) {
  const end = `end-of-${name}`;
  appendFileSync(process.env[file], `${name}<<${end}\n${text}\n${end}\n`);
}

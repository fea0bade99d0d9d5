/** Programs of others that the peers of judge-results ask, in Python. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = `${root}test/peers/judge`;

/** The cases of the seed systems, which a clone of this project does not have. */
export const casesFolder = [`${root}../shared/cases/judge`, `${root}../../shared/cases/judge`].find((path) =>
  existsSync(path),
);

/** @param path below the folder of the cases */
export function readCaseFile(path: string): unknown {
  return JSON.parse(readFileSync(`${casesFolder}/${path}`, 'utf8'));
}

/** Gives a script in this folder JSON on its input, and reads JSON from its output. */
export function askPython(script: string, input: unknown): unknown {
  const output = execFileSync(`${root}.peers/judge/bin/python`, [`${folder}/${script}`], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: process.env,
  });
  return JSON.parse(output);
}

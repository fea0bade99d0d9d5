/** Copies the files that match the patterns into one folder per artifact. */
import { cpSync, globSync, mkdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fail, input, setOutput } from '../../action.mjs';

const { ACT_ARTIFACTS, GITHUB_WORKSPACE } = process.env;
const name = input('name') || 'artifact';
const patterns = input('path')
  .split('\n')
  .flatMap((line) => line.trim() || []);
const excluded = patterns.flatMap((pattern) => (pattern.startsWith('!') ? [pattern.slice(1)] : []));
const files = globSync(
  patterns.filter((pattern) => !pattern.startsWith('!')),
  { cwd: GITHUB_WORKSPACE, exclude: excluded },
);
if (files.length === 0) {
  const message = `No files were found with the provided path: ${patterns.join(', ')}. No artifacts will be uploaded.`;
  if (input('if-no-files-found') === 'error') fail(message);
  if (input('if-no-files-found') !== 'ignore') console.log(`::warning::${message}`);
}
for (const file of files) {
  const from = resolve(GITHUB_WORKSPACE, file);
  // The artifact has a folder outside of the workspace as its root.
  const root = isAbsolute(file) ? file : GITHUB_WORKSPACE;
  const to = join(ACT_ARTIFACTS, name, relative(root, from));
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: statSync(from).isDirectory() });
}
console.log(`Artifact ${name} has ${files.length} files.`);
if (files.length > 0) setOutput('artifact-id', '1');

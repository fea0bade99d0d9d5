import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { actions } from '../../actions/index.js';
import { ownRepository } from '../worlds/own-repository.js';
import { listActionErrors, listWorkflowErrors } from './github-parser.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const listYaml = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yml') && name !== 'ec2-runners.yml')
    .map((name) => `${folder}/${name}`);

/** Copies the workflows for another owner into a repository's .github/workflows. */
function withCopies<T>(check: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'copied-'));
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  for (const path of listYaml('workflows/starter/other-owner')) {
    writeFileSync(join(folder, '.github/workflows', path.split('/').at(-1)!), read(path));
  }
  return check(folder).finally(() => rmSync(folder, { recursive: true }));
}

/** Makes remote calls of workflows local, because the parser has no other repository. Contract tests check remote calls. */
const withLocalCalls = (text: string): string =>
  text.replaceAll(`${ownRepository}/.github/`, './.github/').replace(/(\.yml)@v1/g, '$1');

describe("GitHub's own parser", () => {
  test.each([
    ...listYaml('.github/workflows'),
    ...listYaml('workflows/starter'),
    ...listYaml('workflows/starter/all-environments'),
    ...listYaml('workflows/example-marqo/after'),
    ...listYaml('workflows/example-lumi/after'),
    ...listYaml('workflows/example-concert/after'),
    ...listYaml('workflows/example-topsail/after'),
  ])('accepts %s and its calls of other workflows', async (path) => {
    expect(await listWorkflowErrors(withLocalCalls(read(path)), root)).toEqual([]);
  });

  test.each(listYaml('workflows/starter/other-owner'))('accepts a copy of %s in .github/workflows', async (path) => {
    expect(await withCopies((folder) => listWorkflowErrors(read(path), folder))).toEqual([]);
  });

  test.each(actions.map(({ name }) => name))('accepts %s/action.yml', (action) => {
    expect(listActionErrors(read(`${action}/action.yml`))).toEqual([]);
  });

  test('finds planted mistakes: unknown keys and contexts, a cycle, an undeclared input', async () => {
    const all = read('.github/workflows/all_environments.yml');
    expect(await listWorkflowErrors(all.replace('needs: choose', 'need: choose'), root)).toEqual([
      expect.stringContaining("'need'"),
    ]);
    expect(await listWorkflowErrors(all.replace('needs: choose', 'needs: summary'), root)).not.toEqual([]);
    expect(await listWorkflowErrors(all.replace('preset: cuda', 'profile: cuda'), root)).toEqual([
      expect.stringContaining('profile'),
    ]);
    expect(
      await listWorkflowErrors(all.replace('${{ needs.choose.outputs.sha }}', '${{ need.choose.outputs.sha }}'), root),
    ).toEqual([expect.stringContaining("'need'")]);
    expect(listActionErrors(read('run-tox/action.yml').replace('description:', 'descriptions:'))).not.toEqual([]);
  });
});

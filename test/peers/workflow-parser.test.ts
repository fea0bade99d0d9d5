import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { actions } from '../../actions/index.js';
import { readAction, readWorkflow } from './github-parser.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const listYaml = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yml') && name !== 'ec2-runners.yml')
    .map((name) => `${folder}/${name}`);

/** Those for another owner, where they are to lie. */
function asCopied<T>(play: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'copied-'));
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  for (const path of listYaml('workflows/starter/other-owner')) {
    writeFileSync(join(folder, '.github/workflows', path.split('/').at(-1)!), read(path));
  }
  return play(folder).finally(() => rmSync(folder, { recursive: true }));
}

/** What is called in another repository, the parser has not got: the contract tests look at that. */
const withoutRemote = (text: string): string =>
  text.replaceAll('org/ci-actions/.github/', './.github/').replace(/(\.yml)@v1/g, '$1');

describe("GitHub's own parser", () => {
  test.each([
    ...listYaml('.github/workflows'),
    ...listYaml('workflows/starter'),
    ...listYaml('workflows/example-marqo/after'),
  ])('has nothing against %s, nor against how it calls others', async (path) => {
    expect(await readWorkflow(withoutRemote(read(path)), root)).toEqual([]);
  });

  test.each(listYaml('workflows/starter/other-owner'))('has nothing against %s where it is copied to', async (path) => {
    expect(await asCopied((folder) => readWorkflow(read(path), folder))).toEqual([]);
  });

  test.each(actions.map(({ name }) => name))('has nothing against %s/action.yml', (action) => {
    expect(readAction(read(`${action}/action.yml`))).toEqual([]);
  });

  test('finds planted mistakes: a key, a cycle, an input that the called workflow does not declare', async () => {
    const all = read('.github/workflows/all_environments.yml');
    expect(await readWorkflow(all.replace('needs: choose', 'need: choose'), root)).toEqual([
      expect.stringContaining("'need'"),
    ]);
    expect(await readWorkflow(all.replace('needs: choose', 'needs: summary'), root)).not.toEqual([]);
    expect(await readWorkflow(all.replace('preset: cuda', 'profile: cuda'), root)).toEqual([
      expect.stringContaining('profile'),
    ]);
    expect(
      await readWorkflow(all.replace('${{ needs.choose.outputs.sha }}', '${{ need.choose.outputs.sha }}'), root),
    ).toEqual([expect.stringContaining("'need'")]);
    expect(readAction(read('run-tox/action.yml').replace('description:', 'descriptions:'))).not.toEqual([]);
  });
});

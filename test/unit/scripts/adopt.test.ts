import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { format } from 'prettier';
import { repositoryName } from '../../../scripts/adopt/name.js';
import { planRenaming, rename } from '../../../scripts/adopt/rename.js';
import { readRepositoryName } from '../../../scripts/print/repository-name.js';

const packageJson = '{\n  "name": "ci-actions",\n  "repository": "github:org/ci-actions",\n  "scripts": {}\n}\n';

function adopt(texts: Record<string, string>, to: string): Record<string, string> {
  const all = { 'package.json': packageJson, ...texts };
  return { ...all, ...rename(all, planRenaming(all['package.json'], to)) };
}

describe('A name', () => {
  test.each(['my-org/ci-actions', 'me/x', 'octocat_acme/ci.actions_2', 'My-Org/CI'])('%s is accepted', (name) =>
    expect(repositoryName.parse(name)).toBe(name),
  );

  test.each([
    'my-org',
    'my-org/',
    '/ci-actions',
    'a/b/c',
    'https://github.com/my-org/ci-actions',
    'git@github.com:my-org/ci-actions.git',
    'my-org/ci-actions.git',
    '@my-org/ci-actions',
    '-org/ci-actions',
    'my--org/ci-actions',
    'my org/ci-actions',
    'my-org/..',
    `${'o'.repeat(40)}/ci-actions`,
    `my-org/${'n'.repeat(101)}`,
    "my-org/ci'actions",
  ])('%s is refused', (name) => expect(repositoryName.parse(name)).toBeUndefined());
});

describe('Adopting', () => {
  test('replaces whole names in what users read and run', () => {
    const before =
      'uses: org/ci-actions/start-runner@v1\nhttps://github.com/org/ci-actions.git, org/ci-actions. `org/ci-actions`\n* @org/ci-actions\n';
    expect(adopt({ 'README.md': before }, 'my-org/runners')['README.md']).toBe(
      'uses: my-org/runners/start-runner@v1\nhttps://github.com/my-org/runners.git, my-org/runners. `my-org/runners`\n* @my-org/runners\n',
    );
  });

  test.each([
    'octo-org/ci-actions/x@v1',
    'my.org/ci-actions',
    'org/ci-actions-fork',
    'org/ci-actions_2',
    'org/ci-actions.wiki',
    'torg/ci-actions',
    'the org, ci-actions',
  ])('leaves %s alone', (text) => expect(adopt({ 'README.md': text }, 'a/b')['README.md']).toBe(text));

  test.each(['docs/adr/x.txt', 'CHANGELOG.md', 'test/fixtures/ci.yml', 'setup/a.ts', 'dist/LICENSES.txt'])(
    'leaves %s alone',
    (path) => expect(adopt({ [path]: 'org/ci-actions' }, 'a/b')[path]).toBe('org/ci-actions'),
  );

  test('a second time changes nothing', () => {
    const once = adopt({ 'README.md': 'org/ci-actions' }, 'my-org/ci-actions');
    expect(rename(once, planRenaming(once['package.json']!, 'my-org/ci-actions'))).toEqual({});
  });

  test('under another name renames again, and back', () => {
    const names = ['my-org/ci-actions', 'org/ci-actions-fork', 'other-org/ci.actions', 'org/ci-actions'];
    let texts: Record<string, string> = { 'package.json': packageJson, 'README.md': 'x org/ci-actions/a@v1' };
    for (const name of names) {
      texts = adopt(texts, name);
      expect(texts['README.md']).toBe(`x ${name}/a@v1`);
      expect(readRepositoryName(texts['package.json']!)).toBe(name);
    }
  });

  test('after a merge replaces the name of upstream, too', () => {
    const once = adopt({ 'README.md': 'org/ci-actions' }, 'my-org/ci-actions');
    const merged = { ...once, 'docs/n.md': 'uses: org/ci-actions/new@v1' };
    expect(adopt(merged, 'my-org/ci-actions')['docs/n.md']).toBe('uses: my-org/ci-actions/new@v1');
  });

  test('refuses a package.json without the name', () => {
    expect(() => planRenaming('{"repository": "https://example.com"}', 'a/b')).toThrow(
      'package.json: `repository` is "https://example.com"; allowed: `github:<owner>/<name>`.',
    );
  });

  test('keeps the layout of package.json, which prettier checks', async () => {
    let text = readFileSync(fileURLToPath(new URL('../../../package.json', import.meta.url)), 'utf8');
    for (const name of ['some-org/ci-actions', 'other-org/ci-actions']) {
      text = rename({ 'package.json': text }, planRenaming(text, name))['package.json']!;
      expect(await format(text, { filepath: 'package.json', printWidth: 120 })).toBe(text);
      expect(JSON.parse(text)).toMatchObject({ repository: `github:${name}` });
    }
    expect(text.match(/"adoptedFrom"/g)).toHaveLength(1);
  });
});

import { describe, expect, test } from '@jest/globals';
import { findFiles } from '../../../../src/core/compose/find-files.js';
import type { ComposeRequest } from '../../../../src/core/compose/request.js';
import { ComposePlay, defaults } from '../../../worlds/compose-run.js';

function find(files: Readonly<Record<string, string>>, request: Partial<ComposeRequest> = {}, env = {}) {
  const { host } = new ComposePlay({});
  host.files.clear();
  for (const [path, text] of Object.entries(files)) host.write(path, text);
  host.env = env;
  return findFiles({ ...defaults, ...request }, host);
}

const DIRECTORY = '/w/project';

describe('The files of a project', () => {
  test.each([
    ['compose.yaml first', { 'compose.yaml': '', 'compose.yml': '', 'docker-compose.yml': '' }, ['compose.yaml']],
    [
      'the override beside it',
      { 'docker-compose.yml': '', 'compose.override.yaml': '', 'docker-compose.override.yml': '' },
      ['docker-compose.yml', 'compose.override.yaml'],
    ],
    [
      'those of COMPOSE_FILE in .env',
      { '.env': '# a\nCOMPOSE_FILE="a.yml:b.yml"\n', 'a.yml': '', 'b.yml': '', 'compose.yml': '' },
      ['a.yml', 'b.yml'],
    ],
    [
      'those of COMPOSE_FILE with their own separator',
      { '.env': 'COMPOSE_PATH_SEPARATOR=;\nexport COMPOSE_FILE=a.yml;b.yml # both', 'a.yml': '', 'b.yml': '' },
      ['a.yml', 'b.yml'],
    ],
  ])('are %s', (_, files, expected) => {
    expect(find(files).files).toEqual(expected.map((name) => `${DIRECTORY}/${name}`));
  });

  test('are those of the environment before those of .env', () => {
    const files = { '.env': 'COMPOSE_FILE=a.yml\nCOMPOSE_PROFILES=one', 'a.yml': '', 'b.yml': '' };
    expect(find(files, {}, { COMPOSE_FILE: 'b.yml' })).toMatchObject({
      files: [`${DIRECTORY}/b.yml`],
      profiles: ['one'],
    });
    expect(find(files, {}, { COMPOSE_PROFILES: 'two, three' }).profiles).toEqual(['two', 'three']);
  });

  test('are those of the input before all others, and give the folder', () => {
    const found = find(
      { 'compose.yml': '', 'docker/test.yml': '', '../base.yml': '', '.env': 'COMPOSE_FILE=x.yml' },
      {
        files: ['docker/test.yml', '../base.yml'],
        profiles: ['p'],
      },
    );
    expect(found).toEqual({
      files: [`${DIRECTORY}/docker/test.yml`, '/w/base.yml'],
      envFiles: [],
      profiles: ['p'],
      directory: `${DIRECTORY}/docker`,
    });
  });

  test.each([
    [
      'a list with dashes, as YAML has them',
      { files: ['- no.yml'] },
      {},
      /names - no.yml, which does not exist in .*\. Write `no.yml` without the dash/,
    ],
    [
      'a file that is not there',
      { files: ['no.yml'] },
      {},
      /`files` names no.yml, which does not exist in \/w\/project/,
    ],
    [
      'a file of COMPOSE_FILE that is not there',
      {},
      { '.env': 'COMPOSE_FILE=a.yml:b.yml', 'a.yml': '' },
      /^`COMPOSE_FILE` names b.yml, which does not exist/,
    ],
    ['a folder', { files: ['sub'] }, { 'sub/a': '' }, /which is a folder/],
    ['an env-file that is not there', { envFiles: ['no.env'] }, { 'compose.yml': '' }, /`env-file` names no.env/],
    ['none', {}, { 'README.md': '' }, /There is no Compose file in \/w\/project\.$/],
    [
      'none of the usual names',
      {},
      { 'compose-test.yml': '' },
      /It has compose-test.yml: name what you mean in `files`/,
    ],
  ])('are refused: %s', (_, request, files, message) => {
    expect(() => find(files as Record<string, string>, request)).toThrow(message);
  });
});

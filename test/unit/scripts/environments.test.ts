import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { readEnvironments } from '../../../scripts/print/environments.js';

const presets = ['amd64', 'arm64'];
const line = 'one: { file: one_CI, title: One, tox: py3-one, preset: amd64, minutes: 60 }';

function problemsOf(text: string): string {
  try {
    readEnvironments(text, presets);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('The table of environments', () => {
  test('gives each environment its name, and no secrets if it names none', () => {
    expect(readEnvironments(line, presets)).toEqual([
      { name: 'one', file: 'one_CI', title: 'One', tox: 'py3-one', preset: 'amd64', minutes: 60, secrets: [] },
    ]);
  });

  test('has the environments of the proposal, and s2search has a secret', () => {
    const text = readFileSync(fileURLToPath(new URL('../../../workflows/environments.yml', import.meta.url)), 'utf8');
    const table = readEnvironments(text, [...presets, 'cuda']);
    expect(table.map(({ file, tox }) => `${file} ${tox}`)).toEqual([
      'unit_test_CI py3-local_os_unit_tests_w_requirements',
      'local_os_CI py3-local_os',
      'dind_os_CI py3-dind_os',
      's2search py3-s2search',
      'arm64_local_os py3-arm64_local_os',
      'cuda_local_os py3-cuda_local_os',
    ]);
    expect(table.flatMap(({ name, secrets }) => secrets.map((secret) => [name, secret]))).toEqual([
      ['s2search', 'S2SEARCH_URL'],
    ]);
  });

  test.each([
    [
      'a preset that is not built in',
      line.replace('amd64', 'amd65'),
      'one: `preset` is "amd65"; allowed: amd64, arm64.',
    ],
    [
      'a missing tox environment',
      line.replace('tox: py3-one, ', ''),
      'one: `tox` is missing; allowed: one tox environment.',
    ],
    [
      'a second use of a file',
      `${line}\n${line.replace('one:', 'two:').replace('py3-one', 'py3-two')}`,
      'two: `file` "one_CI" is another environment\'s already.',
    ],
    [
      'a second use of a tox environment',
      `${line}\n${line.replace('one:', 'two:').replace('one_CI', 'two_CI')}`,
      'two: `tox` "py3-one" is another environment\'s already.',
    ],
    ['the file of another workflow', line.replace('one_CI', 'ci'), 'one: `file` "ci" is taken.'],
    [
      'a key that is not known',
      line.replace('minutes', 'timeout'),
      'one: `timeout` is not known.\none: `minutes` is missing',
    ],
    ['a time limit longer than GitHub allows', line.replace('60', '60000'), 'one: `minutes` is 60000'],
    [
      'a secret name that GitHub does not allow',
      line.replace(' }', ', secrets: [GITHUB_X] }'),
      'one: `secrets` is ["GITHUB_X"]',
    ],
    ['the name of another job', line.replace('one:', 'summary:'), 'summary: allowed: lower-case letters'],
    ['an environment that is not a map', 'one: py3-one', 'one: `file` is missing'],
    ['a name that occurs twice', `${line}\n${line}`, 'Map keys must be unique'],
    ['no table', '- one', 'is not a table of environments'],
  ])('refuses %s', (_, text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  test('is refused with all its problems at once', () => {
    expect(problemsOf(line.replace('amd64', 'x86').replace('60', '0')).split('\n')).toHaveLength(3);
  });
});

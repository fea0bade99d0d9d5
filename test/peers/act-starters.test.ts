/** The workflows to copy for everybody, on nektos/act: a list of tox environments, and any command. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { expectNothingIsLeft, instancesOf, openStage, resultsOf } from './act/stage.js';
import type { DispatchedRun } from './act/world.js';

/** The starter names 3.12, which uv would download. .peers/wheels has the wheels of this machine's Python only. */
const PYTHON = execFileSync('.peers/venv/bin/python', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
  encoding: 'utf8',
}).trim();
/** What a user writes into the list of tox.yml. The second line has two environments on one machine. */
const LIST = [
  `{ tox-env: 'py3-local_os_unit_tests_w_requirements', preset: 'amd64', python-version: '${PYTHON}' }`,
  `{ tox-env: 'py3-local_os,py3-dind_os', preset: 'arm64', posargs: '--verbose' }`,
];

const read = (name: string) => readFileSync(`workflows/starter/${name}`, 'utf8');

/** @throws Error if the text lacks the part */
function replace(text: string, part: RegExp | string, by: string): string {
  const replaced = text.replace(part, () => by);
  if (replaced === text) throw new Error(`The starter has no ${part}.`);
  return replaced;
}

/** Replaces the role by keys, because act has no OpenID Connect. */
function withKeys(text: string): string {
  const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const inputs = keys.map((name) => `${name.toLowerCase().replaceAll('_', '-')}: \${{ secrets.${name} }}`);
  return text.replaceAll('role-to-assume: ${{ vars.AWS_ROLE }}', inputs.join('\n          '));
}

const callers = {
  'tox.yml': replace(
    replace(read('tox.yml'), /^( +)- \{ tox-env: 'py3',.*$/m, LIST.map((line) => `          - ${line}`).join('\n')),
    '    secrets:\n',
    [
      '    secrets:',
      ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((name) => `      ${name}: \${{ secrets.${name} }}`),
      '',
    ].join('\n'),
  ),
  'command.yml': withKeys(replace(read('command.yml'), 'run: uname -a', 'run: echo "on $(uname) as $USER"')),
};

const stage = openStage();
let runs: Readonly<Record<keyof typeof callers, DispatchedRun>>;

beforeAll(async () => {
  const names = Object.keys(callers) as (keyof typeof callers)[];
  const dispatched = names.map(
    async (workflow) => [workflow, await stage.dispatch({ workflow, callers, calls: 'apart' })] as const,
  );
  runs = Object.fromEntries(await Promise.all(dispatched)) as typeof runs;
}, 180_000);

test('tox.yml tests every line of its list on a machine of its own, of the preset in the line', () => {
  const run = runs['tox.yml'];
  expect(run.code).toBe(0);
  const types = instancesOf(stage.world, run).map(({ type }) => type);
  expect(types.toSorted()).toEqual(['t3.xlarge', 't4g.xlarge']);
  const log = run.log.lines.join('\n');
  expect(log).toMatch(/8 passed/);
  expect(log).toContain(`uv tool run --python ${PYTHON} --from=tox tox -e py3-local_os_unit_tests_w_requirements`);
  expect(log).toContain('tox -e py3-local_os,py3-dind_os');
  expect(log).not.toMatch(/Nothing was tested/);
});

test('command.yml runs its command on the machine, and stops it', () => {
  const run = runs['command.yml'];
  expect(run.code).toBe(0);
  expect(resultsOf(run)).toMatchObject({ start: 'success', job: 'success', stop: 'success' });
  expect(run.log.find('job')!.lines.join('\n')).toContain('on Linux as');
  expect(instancesOf(stage.world, run)).toHaveLength(1);
});

test('the runs leave nothing behind', () => expectNothingIsLeft(stage.world));

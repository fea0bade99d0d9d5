/** docs/example-marqo.md, followed step by step on the workflow that the proposal starts from, on nektos/act. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Marqo } from './act/example.js';
import { startSearchService, type SearchService } from './act/search-service.js';
import { expectNothingIsLeft, instancesOf, openStage, resultsOf } from './act/stage.js';
import type { Dispatch, DispatchedRun } from './act/world.js';

const ENVIRONMENTS = {
  unit: 'LOCAL_MARQO_OS_UNIT_TESTS',
  local_os: 'LOCAL_MARQO_OS',
  dind_os: 'DIND_MARQO_OS',
  s2search: 'S2SEARCH_OS',
  arm64: 'ARM64_LOCAL_MARQO_OS',
  cuda: 'CUDA_LOCAL_MARQO_OS',
};
const JOB = 'Test-Marqo';
/** The interpreters that uv brings lie where this machine cannot fetch them: its own takes the place of 3.8. */
const PYTHON = execFileSync('.peers/venv/bin/python', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
  encoding: 'utf8',
}).trim();

const stage = openStage();
let elsewhere: SearchService;
let marqo: Marqo;

beforeAll(async () => {
  elsewhere = await startSearchService();
  const [owner = ''] = stage.world.sandbox.github.repository.split('/');
  marqo = new Marqo(join(stage.world.folder, 'git', owner));
  marqo.follow((text) => {
    const edited = text.replace("python-version: '3.8'", `python-version: '${PYTHON}'`);
    if (edited === text) throw new Error('The example does not ask for Python 3.8 any more.');
    return edited;
  });
});
afterAll(() => elsewhere.close());

/** The secrets that the repository had, and the keys that it keeps where there is no OpenID Connect. */
function dispatch(inputs: Dispatch['inputs'], more: Partial<Dispatch> = {}): Promise<DispatchedRun> {
  const secrets = {
    GH_PERSONAL_ACCESS_TOKEN: stage.world.sandbox.token,
    RUNNER_TOKEN: undefined,
    S2SEARCH_URL: elsewhere.url,
  };
  const callers = marqo.workflows();
  return stage.dispatch({ workflow: 'CI.yml', branch: 'mainline', inputs, secrets, callers, calls: 'apart', ...more });
}

function linesOf(run: DispatchedRun, environment: string): string {
  return run.log.find(`${JOB}/${environment}/test`)?.lines.join('\n') ?? '';
}

test('before the steps the repository has the one old workflow, and after them the new one and reap.yml', () => {
  expect(Object.keys(marqo.workflows())).toEqual(['CI.yml', 'reap.yml']);
});

test(`all six environments are green on machines of their own, with tox 3.26 (on Python ${PYTHON} in place of 3.8)`, async () => {
  const run = await dispatch({});
  expect(run.code).toBe(0);
  for (const [name, configuration] of Object.entries(ENVIRONMENTS)) {
    expect(resultsOf(run)).toMatchObject({ [`${JOB}/${name}/test`]: 'success', [`${JOB}/${name}/stop`]: 'success' });
    expect(linesOf(run, name)).toContain(
      `tested image=marqo_docker_0 branch=mainline configuration=${configuration} py-marqo=mainline api-tests=mainline`,
    );
    expect(linesOf(run, name)).toContain(`uv tool run --python ${PYTHON} --from=tox==3.26 tox -e `);
  }
  expect(instancesOf(stage.world, run)).toHaveLength(6);
  expect(run.log.find(`${JOB}/summary`)!.summary).toMatch(/\| s2search \| t3\.xlarge \| [\d.]+ \| passed \|/);
  await expectNothingIsLeft(stage.world);
});

test(`py_marqo_branch, api_tests_branch and image_to_test each reach the tests (on Python ${PYTHON})`, async () => {
  const run = await dispatch({
    environments: 'local_os',
    py_marqo_branch: 'faster',
    api_tests_branch: 'wider',
    image_to_test: 'marqoai/marqo:2.0',
  });
  expect(run.code).toBe(0);
  expect(linesOf(run, 'local_os')).toContain(
    'tested image=marqoai/marqo:2.0 branch=mainline configuration=LOCAL_MARQO_OS py-marqo=faster api-tests=wider',
  );
});

test.each([
  ['Marqo', { branch: 'ghost' }, {}],
  ['py-marqo', {}, { py_marqo_branch: 'ghost' }],
])('a branch of %s that does not exist is red, and nothing is tested in its place', async (_, more, inputs) => {
  const run = await dispatch({ environments: 'local_os', ...inputs }, more);
  expect(run.code).toBe(1);
  expect(resultsOf(run)).toMatchObject({ [`${JOB}/local_os/test`]: 'failure', [`${JOB}/local_os/stop`]: 'success' });
  expect(linesOf(run, 'local_os')).not.toMatch(/tested image|tox -e/);
  expect(run.log.find(`${JOB}/local_os/test`)!.summary).toMatch(/Code: `setup-failed`/);
  await expectNothingIsLeft(stage.world);
});

test('a branch of marqo-api-tests that does not exist is red before a machine starts', async () => {
  const run = await dispatch({ api_tests_branch: 'ghost' });
  expect(run.code).toBe(1);
  expect(instancesOf(stage.world, run)).toEqual([]);
});

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
/** uv would fetch 3.8 from GitHub, and .peers/wheels has the wheels of one Python: the machine's takes the place of 3.8. */
const PYTHON = execFileSync('.peers/venv/bin/python', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
  encoding: 'utf8',
}).trim();

const stage = openStage();
let elsewhere: SearchService;
let marqo: Marqo;
let before: Readonly<Record<string, string>>;
let runs: Readonly<Record<keyof typeof requests, DispatchedRun>>;

/** Side by side, as of several people. */
const requests = {
  all: {},
  chosen: {
    inputs: {
      environments: 'local_os',
      py_marqo_branch: 'faster',
      api_tests_branch: 'wider',
      image_to_test: 'marqoai/marqo:2.0',
    },
  },
  'without such a branch of Marqo': { branch: 'ghost', inputs: { environments: 'local_os' } },
  'without such a branch of py-marqo': { inputs: { environments: 'local_os', py_marqo_branch: 'ghost' } },
  'without such a branch of marqo-api-tests': { inputs: { environments: 'local_os', api_tests_branch: 'ghost' } },
} satisfies Record<string, Partial<Dispatch>>;

beforeAll(async () => {
  elsewhere = await startSearchService();
  const [owner = ''] = stage.world.sandbox.github.repository.split('/');
  marqo = new Marqo(join(stage.world.folder, 'git', owner));
  before = marqo.workflows();
  marqo.follow((text) => {
    const edited = text.replace("python-version: '3.8'", `python-version: '${PYTHON}'`);
    if (edited === text) throw new Error('The example does not ask for Python 3.8 any more.');
    return edited;
  });
  const dispatched = Object.entries(requests).map(async ([name, request]) => [name, await dispatch(request)] as const);
  runs = Object.fromEntries(await Promise.all(dispatched)) as typeof runs;
}, 180_000);
afterAll(() => elsewhere.close());

/** With the secrets that the repository had, and the keys that it keeps where there is no OpenID Connect. */
function dispatch(request: Partial<Dispatch>): Promise<DispatchedRun> {
  const secrets = {
    GH_PERSONAL_ACCESS_TOKEN: stage.world.sandbox.token,
    RUNNER_TOKEN: undefined,
    S2SEARCH_URL: elsewhere.url,
  };
  const callers = marqo.workflows();
  return stage.dispatch({ workflow: 'CI.yml', branch: 'mainline', secrets, callers, calls: 'apart', ...request });
}

function linesOf(run: DispatchedRun, environment: string): string {
  return run.log.find(`${JOB}/${environment}/test`)?.lines.join('\n') ?? '';
}

test('the old workflow ran all on one machine; the new one calls all_environments, and there is reap.yml', () => {
  expect(before).toEqual({ 'CI.yml': expect.stringContaining('runs-on: self-hosted') });
  expect(marqo.workflows()).toEqual({
    'CI.yml': expect.stringContaining('/all_environments.yml@v1'),
    'reap.yml': expect.stringContaining('/reap-runners@v1'),
  });
});

test(`all six environments are green, each on its machine, with tox 3.26 (on Python ${PYTHON} in place of 3.8)`, () => {
  const run = runs.all;
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
});

test(`py_marqo_branch, api_tests_branch and image_to_test each reach the tests (on Python ${PYTHON})`, () => {
  expect(runs.chosen.code).toBe(0);
  expect(linesOf(runs.chosen, 'local_os')).toContain(
    'tested image=marqoai/marqo:2.0 branch=mainline configuration=LOCAL_MARQO_OS py-marqo=faster api-tests=wider',
  );
});

test.each(['without such a branch of Marqo', 'without such a branch of py-marqo'] as const)(
  'a run %s is red, and nothing is tested in its place',
  (name) => {
    const run = runs[name];
    expect(run.code).toBe(1);
    expect(resultsOf(run)).toMatchObject({ [`${JOB}/local_os/test`]: 'failure', [`${JOB}/local_os/stop`]: 'success' });
    expect(linesOf(run, 'local_os')).not.toMatch(/tested image|tox -e/);
    expect(run.log.find(`${JOB}/local_os/test`)!.summary).toMatch(/Code: `setup-failed`/);
  },
);

test('a run without such a branch of marqo-api-tests is red before a machine starts', () => {
  const run = runs['without such a branch of marqo-api-tests'];
  expect(run.code).toBe(1);
  expect(run.log.lines.join('\n')).toMatch(/Code: `ref-not-found`/);
  expect(instancesOf(stage.world, run)).toEqual([]);
});

test('nothing is left when all are done, and reap.yml finds that with the same token and keys', async () => {
  await expectNothingIsLeft(stage.world);
  const run = await dispatch({ workflow: 'reap.yml', inputs: { 'dry-run': 'false' } });
  expect(run.code).toBe(0);
  expect(resultsOf(run)).toEqual({ reap: 'success' });
});

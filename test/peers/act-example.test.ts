/** Follows docs/example-marqo.md step by step, from the proposal's first workflow, on nektos/act. */
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
/** Replaces 3.8, which uv would download from GitHub. .peers/wheels has the wheels of this machine's Python only. */
const PYTHON = execFileSync('.peers/venv/bin/python', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
  encoding: 'utf8',
}).trim();

const stage = openStage();
let searchService: SearchService;
let marqo: Marqo;
let before: Readonly<Record<string, string>>;
let runs: Readonly<Record<keyof typeof requests, DispatchedRun>>;

/** Dispatched at once, like the requests of several users. */
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
  'with an unknown branch of Marqo': { branch: 'ghost', inputs: { environments: 'local_os' } },
  'with an unknown branch of py-marqo': { inputs: { environments: 'local_os', py_marqo_branch: 'ghost' } },
  'with an unknown branch of marqo-api-tests': { inputs: { environments: 'local_os', api_tests_branch: 'ghost' } },
} satisfies Record<string, Partial<Dispatch>>;

beforeAll(async () => {
  searchService = await startSearchService();
  const [owner = ''] = stage.world.sandbox.github.repository.split('/');
  marqo = new Marqo(join(stage.world.folder, 'git', owner));
  before = marqo.workflows();
  marqo.follow((text) => {
    const edited = text.replace("python-version: '3.8'", `python-version: '${PYTHON}'`);
    if (edited === text) throw new Error('The example does not request Python 3.8 anymore.');
    return edited;
  });
  const dispatched = Object.entries(requests).map(async ([name, request]) => [name, await dispatch(request)] as const);
  runs = Object.fromEntries(await Promise.all(dispatched)) as typeof runs;
}, 180_000);
afterAll(() => searchService.close());

/** Dispatches with the repository's own secrets, and with AWS keys because act has no OpenID Connect. */
function dispatch(request: Partial<Dispatch>): Promise<DispatchedRun> {
  const secrets = {
    GH_PERSONAL_ACCESS_TOKEN: stage.world.sandbox.token,
    RUNNER_TOKEN: undefined,
    S2SEARCH_URL: searchService.url,
  };
  const callers = marqo.workflows();
  return stage.dispatch({ workflow: 'CI.yml', branch: 'mainline', secrets, callers, calls: 'apart', ...request });
}

function linesOf(run: DispatchedRun, environment: string): string {
  return run.log.find(`${JOB}/${environment}/test`)?.lines.join('\n') ?? '';
}

test('the example replaces self-hosted in CI.yml with a call of all_environments.yml, and adds reap.yml', () => {
  expect(before).toEqual({ 'CI.yml': expect.stringContaining('runs-on: self-hosted') });
  expect(marqo.workflows()).toEqual({
    'CI.yml': expect.stringContaining('/all_environments.yml@v1'),
    'reap.yml': expect.stringContaining('/reap-runners@v1'),
  });
});

test(`all six environments pass, each on its own machine, with tox 3.26 (and Python ${PYTHON} instead of 3.8)`, () => {
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
  expect(run.log.find(`${JOB}/summary`)!.summary).toMatch(/\| s2search \| t3\.xlarge \| .*\| \$[\d.]+ \| passed \|/);
});

test(`py_marqo_branch, api_tests_branch and image_to_test all reach the tests (on Python ${PYTHON})`, () => {
  expect(runs.chosen.code).toBe(0);
  expect(linesOf(runs.chosen, 'local_os')).toContain(
    'tested image=marqoai/marqo:2.0 branch=mainline configuration=LOCAL_MARQO_OS py-marqo=faster api-tests=wider',
  );
});

test.each(['with an unknown branch of Marqo', 'with an unknown branch of py-marqo'] as const)(
  'a run %s is red, and no other branch is tested instead',
  (name) => {
    const run = runs[name];
    expect(run.code).toBe(1);
    expect(resultsOf(run)).toMatchObject({ [`${JOB}/local_os/test`]: 'failure', [`${JOB}/local_os/stop`]: 'success' });
    expect(linesOf(run, 'local_os')).not.toMatch(/tested image|tox -e/);
    expect(run.log.find(`${JOB}/local_os/test`)!.summary).toMatch(/Code: `setup-failed`/);
  },
);

test('a run with an unknown branch of marqo-api-tests is red before a machine starts', () => {
  const run = runs['with an unknown branch of marqo-api-tests'];
  expect(run.code).toBe(1);
  expect(run.log.lines.join('\n')).toMatch(/Code: `ref-not-found`/);
  expect(instancesOf(stage.world, run)).toEqual([]);
});

test('the runs leave nothing behind, and reap.yml succeeds with the same token and keys', async () => {
  await expectNothingIsLeft(stage.world);
  const run = await dispatch({ workflow: 'reap.yml', inputs: { 'dry-run': 'false' } });
  expect(run.code).toBe(0);
  expect(resultsOf(run)).toEqual({ reap: 'success' });
});

/** What becomes of a request that goes wrong, with the printed workflows on nektos/act. */
import { expect, test } from '@jest/globals';
import { expectNothingIsLeft, instancesOf, MACHINE, openStage, REPORT, resultsOf } from './act/stage.js';

const stage = openStage();
const UNIT = 'unit_test_CI.yml';

function launches(): number {
  return stage.world.sandbox.requests.filter(({ operation }) => operation === 'RunInstances').length;
}

test('one environment fails: the others still run, the summary is red and names it first, every machine goes', async () => {
  const run = await stage.dispatch({
    workflow: 'all_environments.yml',
    inputs: { ...REPORT, ...MACHINE, ref: 'broken' },
    calls: 'apart',
  });
  expect(run.code).toBe(1);
  const results = resultsOf(run);
  expect(results).toMatchObject({
    unit: 'failure',
    'unit/test': 'failure',
    'unit/stop': 'success',
    summary: 'failure',
  });
  for (const name of ['local_os', 'dind_os', 'arm64', 'cuda'])
    expect(results).toMatchObject({ [name]: 'success', [`${name}/test`]: 'success', [`${name}/stop`]: 'success' });
  // Without its secret one is skipped, which is told.
  expect(results['s2search/test']).toBeUndefined();
  expect(instancesOf(stage.world, run)).toHaveLength(5);
  expect(run.log.summaries).toMatch(/S2SEARCH_URL/);
  await expectNothingIsLeft(stage.world);
});

test('a missing secret skips its environment, says so, and is no failure', async () => {
  const before = launches();
  const run = await stage.dispatch({ workflow: 's2search.yml', inputs: REPORT });
  expect(run.code).toBe(0);
  expect(resultsOf(run)).toEqual({ 'S2Search/start': 'success' });
  expect(run.log.summaries).toMatch(/S2SEARCH_URL/);
  expect(launches()).toBe(before);
});

test('a run that collects no test is red', async () => {
  const run = await stage.dispatch({ workflow: UNIT, inputs: { ref: 'empty' } });
  expect(run.code).toBe(1);
  expect(resultsOf(run)).toEqual({
    'Unit tests/start': 'success',
    'Unit tests/test': 'failure',
    'Unit tests/stop': 'success',
  });
  await expectNothingIsLeft(stage.world);
});

test('a report that was asked for and not written is red', async () => {
  const run = await stage.dispatch({ workflow: UNIT, inputs: { report: 'elsewhere/*.xml' } });
  expect(run.code).toBe(1);
  expect(resultsOf(run)).toEqual({
    'Unit tests/start': 'success',
    'Unit tests/test': 'failure',
    'Unit tests/stop': 'success',
  });
  await expectNothingIsLeft(stage.world);
});

test('with runs-on the same tests run elsewhere, and EC2 is not asked for anything', async () => {
  const before = stage.world.sandbox.requests.length;
  const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, RUNNER_TOKEN: undefined };
  const inputs = { ...REPORT, 'runs-on': 'ubuntu-latest', artifacts: 'reports/*.xml' };
  const run = await stage.dispatch({ workflow: UNIT, inputs, secrets: none });
  expect(run.code).toBe(0);
  expect(resultsOf(run)).toEqual({ 'Unit tests/start': 'success', 'Unit tests/test': 'success' });
  expect(run.log.find('Unit tests/test')!.lines.join('\n')).toMatch(/8 passed/);
  expect(stage.world.sandbox.requests.slice(before)).toEqual([]);
});

const refused = {
  'an unknown ref': { workflow: UNIT, inputs: { ref: 'no-such-branch' }, says: /no-such-branch/ },
  'an unknown environment': { workflow: 'all_environments.yml', inputs: { environments: 'unit, gpu' }, says: /gpu/ },
  'no environment': { workflow: 'all_environments.yml', inputs: { environments: ' , ' }, says: /environments/ },
  'no way in to AWS': { workflow: UNIT, secrets: { AWS_ACCESS_KEY_ID: undefined }, says: /AWS/ },
  'two ways in to AWS': {
    workflow: UNIT,
    inputs: { 'role-to-assume': 'arn:aws:iam::1:role/a' },
    says: /role-to-assume/,
  },
  'an unknown preset': { workflow: UNIT, inputs: { preset: 'riscv' }, says: /riscv/ },
};

test.each(Object.entries(refused))(
  '%s is red in the first job, with the reason, and nothing is launched',
  async (_, asked) => {
    const before = launches();
    const { says, ...dispatch } = asked;
    const run = await stage.dispatch(dispatch);
    expect(run.code).toBe(1);
    const [first, ...later] = run.log.jobs;
    expect(first?.result).toBe('failure');
    expect(later.filter(({ path }) => !path.endsWith('summary') && !path.endsWith('stop'))).toEqual([]);
    expect(`${first?.summary}\n${run.log.lines.join('\n')}`).toMatch(says);
    expect(launches()).toBe(before);
  },
);

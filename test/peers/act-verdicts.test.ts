/** Failing and rejected requests to the printed workflows, on nektos/act. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { expectNothingIsLeft, instancesOf, MACHINE, openStage, REPORT, resultsOf } from './act/stage.js';
import type { Dispatch } from './act/world.js';

const stage = openStage();
const UNIT = 'unit_test_CI.yml';
/** The version of tox in .peers/wheels. */
const [, TOX] = /^tox==(.+)$/m.exec(readFileSync('scripts/peers-tools/wheels.txt', 'utf8'))!;
const LONG_MS = 180_000;

function launches(): number {
  return stage.world.sandbox.requests.filter(({ operation }) => operation === 'RunInstances').length;
}

test(
  'when one environment fails, the others still run, the summary names it, and all machines are terminated',
  async () => {
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
    expect(run.log.find('unit/test')!.summary).toMatch(
      /\| Failed \|[^]*test\\_most\\_mentions[^]*Code: `tests-failed`/,
    );
    const { summary } = run.log.find('summary')!;
    expect(summary).toMatch(/\| unit \| t3\.xlarge \| .*\| \$[\d.]+ \| \*\*failure\*\* \|/);
    expect(summary).toMatch(/\| arm64 \| t4g\.xlarge \| .*\| \$[\d.]+ \| passed \|/);
    expect(summary).toMatch(/\| s2search \|[ |]*\| skipped: The secret S2SEARCH\\_URL is not set\. \|/);
    expect(summary).toMatch(/Code: `environments-failed`/);
    expect(instancesOf(stage.world, run)).toHaveLength(5);
    await expectNothingIsLeft(stage.world);
  },
  LONG_MS,
);

test('only the listed environments run, and the summary lists the others as not chosen', async () => {
  const inputs = { ...REPORT, environments: 'unit', 'runs-on': 'ubuntu-latest' };
  const run = await stage.dispatch({ workflow: 'all_environments.yml', inputs, calls: 'apart' });
  expect(run.code).toBe(0);
  const { summary } = run.log.find('summary')!;
  expect(summary).toMatch(/\| unit \| ubuntu-latest \| [\d.]+ \| passed \|/);
  expect(summary.match(/\| not chosen \|/g)).toHaveLength(5);
  expect(run.log.find('cuda')).toBeUndefined();
});

test('a missing secret skips its environment, is reported, and does not fail the run', async () => {
  const before = launches();
  const run = await stage.dispatch({ workflow: 's2search.yml', inputs: REPORT });
  expect(run.code).toBe(0);
  expect(resultsOf(run)).toEqual({ 'S2Search/start': 'success' });
  expect(run.log.find('S2Search/start')!.summary).toMatch(/S2SEARCH_URL is not set/);
  expect(launches()).toBe(before);
});

const untested = {
  'a run that collects no test': [{ ref: 'empty' }, /no test was executed[^]*Code: `nothing-tested`/],
  'a run without its requested report': [{ report: 'none/*.xml' }, /no such file[^]*Code: `nothing-tested`/],
} as const;

test.each(Object.entries(untested))('%s is red, and its machine is terminated', async (_, [inputs, expected]) => {
  const run = await stage.dispatch({ workflow: UNIT, inputs });
  expect(run.code).toBe(1);
  expect(resultsOf(run)).toEqual({
    'Unit tests/start': 'success',
    'Unit tests/test': 'failure',
    'Unit tests/stop': 'success',
  });
  expect(run.log.find('Unit tests/test')!.summary).toMatch(expected);
  await expectNothingIsLeft(stage.world);
});

test('with runs-on the same tests run on another machine, with any tox, and without a request to EC2', async () => {
  const before = stage.world.sandbox.requests.length;
  const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, RUNNER_TOKEN: undefined };
  const inputs = { ...REPORT, 'runs-on': 'ubuntu-latest', 'tox-version': TOX, artifacts: 'reports/*.xml' };
  const run = await stage.dispatch({ workflow: UNIT, inputs, secrets: none });
  expect(run.code).toBe(0);
  expect(resultsOf(run)).toEqual({ 'Unit tests/start': 'success', 'Unit tests/test': 'success' });
  expect(run.log.find('Unit tests/test')!.lines.join('\n')).toMatch(/uv tool run --from=tox==[^]*8 passed/);
  expect(readdirSync(join(stage.world.folder, 'artifacts'), { recursive: true }).join('\n')).toMatch(
    /reports\/.*\.xml/,
  );
  expect(stage.world.sandbox.requests.slice(before)).toEqual([]);
});

const ALL = 'all_environments.yml';
const KEYLESS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
const ROLE = { 'role-to-assume': 'arn:aws:iam::111122223333:role/runners' };

/** Each request, and what the first job's summary must contain. */
const rejected: Readonly<Record<string, readonly [request: () => Dispatch, summary: RegExp]>> = {
  'an unknown ref': [
    () => ({ workflow: UNIT, inputs: { ref: 'no-such-branch' } }),
    /has no branch or tag "no-such-branch"[^]*Code: `ref-not-found`/,
  ],
  'a commit of a fork': [
    () => ({ workflow: UNIT, inputs: { ref: stage.world.branches.fork } }),
    /lies in no branch or tag[^]*Code: `ref-not-allowed`/,
  ],
  'an unknown environment': [
    () => ({ workflow: ALL, inputs: { environments: 'unit, gpu' } }),
    /`environments`: there is no "gpu"[^]*Code: `bad-input`/,
  ],
  'an empty list of environments': [
    () => ({ workflow: ALL, inputs: { environments: ' , ' } }),
    /`environments` names none[^]*Code: `bad-input`/,
  ],
  'a request without AWS credentials': [() => ({ workflow: UNIT, secrets: KEYLESS }), /AWS_ROLE[^]*Code: `bad-input`/],
  'a request with both a role and AWS keys': [
    () => ({ workflow: UNIT, inputs: ROLE }),
    /Both a role and AWS keys[^]*Code: `bad-input`/,
  ],
  'an unknown preset': [
    () => ({ workflow: UNIT, inputs: { preset: 'riscv' } }),
    /`preset` is "riscv"[^]*Code: `bad-input`/,
  ],
};

test.each(Object.entries(rejected))('%s fails in the first job, with the reason', async (_, [request, summary]) => {
  const before = launches();
  const run = await stage.dispatch(request());
  expect(run.code).toBe(1);
  const [first, ...later] = run.log.jobs;
  expect(first).toMatchObject({ result: 'failure', summary: expect.stringMatching(summary) });
  expect(later.filter(({ path }) => !/summary$|stop$/.test(path))).toEqual([]);
  expect(launches()).toBe(before);
});

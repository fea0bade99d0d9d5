/** What becomes of a request that goes wrong, with the printed workflows on nektos/act. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { expectNothingIsLeft, instancesOf, MACHINE, openStage, REPORT, resultsOf } from './act/stage.js';
import type { Dispatch } from './act/world.js';

const stage = openStage();
const UNIT = 'unit_test_CI.yml';
/** The one that .peers/wheels has. */
const [, TOX] = /^tox==(.+)$/m.exec(readFileSync('scripts/peers-tools/wheels.txt', 'utf8'))!;
const LONG_MS = 180_000;

function launches(): number {
  return stage.world.sandbox.requests.filter(({ operation }) => operation === 'RunInstances').length;
}

test(
  'one environment fails: the others still run, the summary is red and says which, every machine goes',
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
    expect(summary).toMatch(/\| unit \| t3\.xlarge \| [\d.]+ \| \*\*failure\*\* \|/);
    expect(summary).toMatch(/\| arm64 \| t4g\.xlarge \| [\d.]+ \| passed \|/);
    expect(summary).toMatch(/\| s2search \|  \|  \| skipped: The secret S2SEARCH\\_URL is not set\. \|/);
    expect(summary).toMatch(/Code: `environments-failed`/);
    expect(instancesOf(stage.world, run)).toHaveLength(5);
    await expectNothingIsLeft(stage.world);
  },
  LONG_MS,
);

test('of a list of environments only those run, and the summary says which were not chosen', async () => {
  const inputs = { ...REPORT, environments: 'unit', 'runs-on': 'ubuntu-latest' };
  const run = await stage.dispatch({ workflow: 'all_environments.yml', inputs, calls: 'apart' });
  expect(run.code).toBe(0);
  const { summary } = run.log.find('summary')!;
  expect(summary).toMatch(/\| unit \| ubuntu-latest \| [\d.]+ \| passed \|/);
  expect(summary.match(/\| not chosen \|/g)).toHaveLength(5);
  expect(run.log.find('cuda')).toBeUndefined();
});

test('a missing secret skips its environment, says so, and is no failure', async () => {
  const before = launches();
  const run = await stage.dispatch({ workflow: 's2search.yml', inputs: REPORT });
  expect(run.code).toBe(0);
  expect(resultsOf(run)).toEqual({ 'S2Search/start': 'success' });
  expect(run.log.find('S2Search/start')!.summary).toMatch(/S2SEARCH_URL is not set/);
  expect(launches()).toBe(before);
});

const untested = {
  'a run that collects no test': [{ ref: 'empty' }, /no test was executed[^]*Code: `nothing-tested`/],
  'a report that was asked for and not written': [{ report: 'none/*.xml' }, /no such file[^]*Code: `nothing-tested`/],
} as const;

test.each(Object.entries(untested))('%s is red, and the machine goes', async (_, [inputs, says]) => {
  const run = await stage.dispatch({ workflow: UNIT, inputs });
  expect(run.code).toBe(1);
  expect(resultsOf(run)).toEqual({
    'Unit tests/start': 'success',
    'Unit tests/test': 'failure',
    'Unit tests/stop': 'success',
  });
  expect(run.log.find('Unit tests/test')!.summary).toMatch(says);
  await expectNothingIsLeft(stage.world);
});

test('with runs-on the same tests run elsewhere, with any tox, and EC2 is not asked for anything', async () => {
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

/** What is asked for, and what the first job says to it. */
const refused: Readonly<Record<string, readonly [ask: () => Dispatch, says: RegExp]>> = {
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
  'no way in to AWS': [() => ({ workflow: UNIT, secrets: KEYLESS }), /AWS_ROLE[^]*Code: `bad-input`/],
  'two ways in to AWS': [() => ({ workflow: UNIT, inputs: ROLE }), /Both a role and AWS keys[^]*Code: `bad-input`/],
  'an unknown preset': [
    () => ({ workflow: UNIT, inputs: { preset: 'riscv' } }),
    /`preset` is "riscv"[^]*Code: `bad-input`/,
  ],
};

test.each(Object.entries(refused))('%s is red in the first job, with the reason', async (_, [ask, says]) => {
  const before = launches();
  const run = await stage.dispatch(ask());
  expect(run.code).toBe(1);
  const [first, ...later] = run.log.jobs;
  expect(first).toMatchObject({ result: 'failure', summary: expect.stringMatching(says) });
  expect(later.filter(({ path }) => !/summary$|stop$/.test(path))).toEqual([]);
  expect(launches()).toBe(before);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { codeOf, OWN_SHA, TestStage } from './test-stage.js';

let stage: TestStage;
let commits: ReturnType<TestStage['addRepository']>;
beforeAll(() => {
  stage = new TestStage();
  commits = stage.addRepository('o/r');
});
afterAll(() => stage.close());

const hosted = { 'runs-on': 'ubuntu-24.04' };
const check = (inputs: Record<string, string>) => stage.run('check-tests', inputs);

describe('check-tests', () => {
  test("without a ref chooses the run's own commit, without a request", async () => {
    const { code, outputs } = await stage.run(
      'check-tests',
      { 'role-to-assume': 'arn:aws:iam::1:role/a' },
      {
        environment: { GITHUB_SERVER_URL: 'file:///nowhere' },
      },
    );
    expect({ code, sha: outputs['sha'], skip: outputs['skip'] }).toEqual({ code: 0, sha: OWN_SHA, skip: '' });
    expect(outputs['label']).toMatch(/^ec2-77-1-[0-9a-f]{12}$/);
    expect(outputs['max-lifetime-minutes']).toBe('90');
  });

  test('resolves a branch, an annotated tag and a commit on the git server', async () => {
    const sha = async (ref: string) => (await check({ ...hosted, ref })).outputs['sha'];
    expect(await sha('feature/x')).toBe(commits.feature);
    expect(await sha('v1')).toBe(commits.main);
    expect(await sha(commits.main)).toBe(commits.main);
  });

  test('fails for a ref that does not exist, and names the repository', async () => {
    const result = await check({ ...hosted, ref: 'nope' });
    expect(result.code).toBe(1);
    expect(errorOf(result)).toContain('o/r has no branch or tag "nope"');
    expect(codeOf(result)).toBe('ref-not-found');
  });

  test('chooses a commit of a fork only if forks are allowed', async () => {
    expect(codeOf(await check({ ...hosted, ref: commits.fork }))).toBe('ref-not-allowed');
    expect(codeOf(await check({ ...hosted, ref: 'refs/pull/1/head' }))).toBe('ref-not-allowed');
    expect((await check({ ...hosted, ref: commits.fork, 'allow-forks': 'true' })).outputs['sha']).toBe(commits.fork);
    expect(errorOf(await check({ ...hosted, repository: 'someone/r' }))).toContain('of another owner than o/r');
  });

  test('does not report a ref as absent when the server does not answer', async () => {
    const result = await check({ ...hosted, repository: 'o/none', ref: 'main', 'repository-token': 'token-of-mine' });
    expect(codeOf(result)).toBe('git-failed');
    expect(errorOf(result)).toMatch(/Why: .*o\/none\.git/);
    expect(logOf(result)).not.toContain('token-of-mine');
    expect(result.masked).toContain('token-of-mine');
  });

  test('reports all problems at once, before any request', async () => {
    const inputs = { environments: 'cude', 'known-environments': 'unit, cuda', env: 'A=1', ref: '-x' };
    const result = await check(inputs);
    expect(errorOf(result)).toContain('4 inputs cannot be used');
    expect(logOf(result)).toContain('did you mean `cuda`');
    expect(logOf(result)).toContain('There are no credentials for AWS: neither a role nor keys are given.');
  });

  test('has the limits of the job and of the machine for what the tests and the rest may take', async () => {
    const { outputs } = await check({ ...hosted, 'timeout-minutes': '90', 'more-minutes': '2.5 + 30' });
    expect([outputs['job-minutes'], outputs['max-lifetime-minutes']]).toEqual(['123', '153']);
  });

  describe('with the inputs of run-phases', () => {
    const withInputs = (inputs: object) => check({ ...hosted, 'run-phases': JSON.stringify(inputs) });

    test.each([
      { phases: '[{name: test, run: make}]', only: 'test', 'timeout-minutes': 60, preset: 'amd64', keep: null },
      // Only the machine has the program's file.
      { program: 'testing/test.py', only: 'test_ci', directory: 'not/here' },
      { program: 'testing/test.py', interleave: 'base,head', results: 'out.json' },
      { phases: '[{name: test, run: make, measure: true}]', interleave: 'base,head', results: 'a.json', runs: 7 },
      { phases: '[{name: test, run: make}]', results: 'a.json', interleave: '' },
    ])('accepts %j', async (inputs) => {
      const result = await withInputs(inputs);
      expect([result.code, errorOf(result)]).toEqual([0, '']);
    });

    test('reports everything that run-phases would report, before a machine starts', async () => {
      const result = await withInputs({
        phases: '[{name: test, run: make, needs: tset}]',
        program: 'test.py',
        slots: '{a: 0}',
      });
      expect(result.code).toBe(1);
      expect(errorOf(result)).toMatch(/`phases` and `program` are both given; allowed: one of them/);
      const graph = logOf(await withInputs({ phases: '[{name: test, run: make, needs: tset}]', only: 'tets' }));
      expect(graph).toMatch(/`needs` names `tset`[^]*did you mean `test`[^]*`only` names `tets`/);
      const sides = logOf(await withInputs({ phases: '[{name: test, run: make}]', interleave: 'base,head', runs: 1 }));
      expect(sides).toMatch(/`runs` is "1"[^]*without `results`[^]*no phase has `measure: true`/);
    });
  });

  test('adds the time for which a machine is kept to its lifetime, and puts it out', async () => {
    const keys = { 'aws-access-key-id': 'A', 'aws-secret-access-key': 'S' };
    const outputsOf = async (inputs: Record<string, string>) => {
      const { outputs } = await check({ 'timeout-minutes': '60', ...inputs });
      return [outputs['keep-minutes'], outputs['max-lifetime-minutes']];
    };
    expect(await outputsOf({ ...keys, keep: 'true', 'keep-minutes': '45' })).toEqual(['45', '135']);
    expect(await outputsOf({ ...keys, keep: 'true' })).toEqual(['60', '150']);
    expect(await outputsOf({ ...keys, keep: 'false', 'keep-minutes': '45' })).toEqual(['', '90']);
    expect((await outputsOf({ ...hosted, keep: 'true' }))[0]).toBe('');
    const result = await check({ ...hosted, keep: 'yes' });
    expect(errorOf(result)).toContain('`keep` is "yes"');
  });

  describe('with the inputs of run-compose', () => {
    const withInputs = (inputs: object) => check({ ...hosted, 'run-compose': JSON.stringify(inputs) });

    test('accepts what run-compose accepts, beside inputs of the workflow and what is not given', async () => {
      const inputs = { directory: 'a', ready: '{db: healthy}', 'timeout-minutes': 60, 'allow-forks': false, pull: '' };
      expect((await withInputs({ ...inputs, preset: 'amd64', gpu: null })).code).toBe(0);
    });

    test('reports everything that run-compose would report, before a machine starts', async () => {
      const inputs = { pull: 'often', ready: '{db: helthy}', session: 'a', run: 'b', gpu: 'one' };
      const log = logOf(await withInputs(inputs));
      expect(log).toContain('`pull` is "often"');
      expect(log).toContain('did you mean `healthy`');
      expect(log).toContain('`gpu` is "one"');
      const sides = { session: 'a', interleave: 'a/x,b/x', results: '$OUT/a', seed: ' ' };
      expect(logOf(await withInputs(sides))).toMatch(/`interleave` is "a\/x,b\/x"[^]*`results` is "\$OUT\/a"/);
      expect(errorOf(await withInputs({ session: 'a', interleave: 'a,b' }))).toContain('without `results`');
      expect((await withInputs({ session: 'a', interleave: 'a,b', 'result-from': 'stdout' })).code).toBe(0);
      expect(logOf(await withInputs({ session: 'a', run: 'b' }))).toContain('`session` and `run` each say');
    });

    test.each(['[]', '{', '"a"'])('refuses what is no map: %s', async (text) => {
      const result = await check({ ...hosted, 'run-compose': text });
      expect(errorOf(result)).toContain('allowed: a map in JSON');
      expect(codeOf(result)).toBe('bad-input');
    });
  });

  describe('with the inputs of judge-results', () => {
    const withInputs = (inputs: object) => check({ ...hosted, 'judge-results': JSON.stringify(inputs) });

    test('accepts what judge-results accepts, and a file with thresholds that is not checked out yet', async () => {
      const inputs = {
        results: '$ARTIFACTS/*.json',
        thresholds: 'thresholds.yml',
        name: 'x'.repeat(200),
        preset: 'amd64',
      };
      const result = await withInputs(inputs);
      expect([result.code, errorOf(result)]).toEqual([0, '']);
    });

    test('reports everything that judge-results would report, before a machine starts', async () => {
      const inputs = { results: 'a.json', thresholds: '{latency: "__import__"}', history: 's3://bucket' };
      const log = logOf(await withInputs({ ...inputs, 'result-format': 'xslx', benchmark: ' ' }));
      for (const problem of ['`thresholds` is', '`history` is', '`format` is "xslx"']) expect(log).toContain(problem);
    });
  });

  test('takes results without `interleave` as those of collect-results, not of the action that runs', async () => {
    const inputs = { run: 'make', results: 'out/*.json' };
    expect((await check({ ...hosted, 'run-compose': JSON.stringify(inputs) })).code).toBe(0);
    const bad = JSON.stringify({ ...inputs, interleave: 'base,head', results: '/out' });
    expect(logOf(await check({ ...hosted, 'run-compose': bad }))).toContain('`results` is "/out"');
  });

  test('explains missing secrets by the pull request from a fork', async () => {
    const event = join(stage.directory, 'event.json');
    const pull = { head: { repo: { full_name: 'someone/r' } }, base: { repo: { full_name: 'o/r' } } };
    writeFileSync(event, JSON.stringify({ pull_request: pull }));
    const result = await stage.run('check-tests', {}, { environment: { GITHUB_EVENT_PATH: event } });
    expect(errorOf(result)).toContain('a pull request from a fork, to which GitHub gives no secrets');
  });

  test('skips with a notice, a summary and no label when a secret is missing', async () => {
    const inputs = { 'required-secrets': 'S2SEARCH_URL', 'secret-env': '[{}, { "S2SEARCH_URL": null }]' };
    const result = await check({ ...inputs, 'role-to-assume': 'r' });
    expect(result.outputs).toMatchObject({ skip: 'The secret S2SEARCH_URL is not set.', label: '' });
    expect(result.code).toBe(0);
    expect(result.lines).toContain('::notice::Skipped: The secret S2SEARCH_URL is not set.');
    expect(result.summary).toContain('Nothing was tested, and no machine was started.');
    const given = await check({
      ...inputs,
      'secret-env': '[{}, { "S2SEARCH_URL": "https://a" }]',
      'role-to-assume': 'r',
    });
    expect(given.outputs['skip']).toBe('');
    expect(given.masked).toContain('https://a');
    const keys = { 'aws-access-key-id': 'AKIA0123456789', 'aws-secret-access-key': 'hush-hush' };
    expect((await check(keys)).masked).toEqual(expect.arrayContaining(Object.values(keys)));
  });
});

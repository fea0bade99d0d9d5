/** compose-on-ec2.yml on nektos/act, with a real Docker engine: act's machines are this host. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { describeWithDocker } from '../worlds/docker/engine.js';
import { SHOP } from './act/repository.js';
import { expectNothingIsLeft, instancesOf, openStage, resultsOf } from './act/stage.js';
import type { Dispatch, DispatchedRun } from './act/world.js';

const WORKFLOW = 'compose-on-ec2.yml';
const KEY = 'the-key-of-the-shop';
const SECRETS = { TEST_ENV: JSON.stringify({ API_KEY: KEY }) };
const PROJECT = { directory: SHOP };
const FAILED = { start: 'success', test: 'failure', stop: 'success' };

describeWithDocker('compose-on-ec2.yml', () => {
  const stage = openStage();
  const dispatch = (inputs: Dispatch['inputs'], how: Partial<Dispatch> = {}): Promise<DispatchedRun> =>
    stage.dispatch({ workflow: WORKFLOW, inputs: { ...PROJECT, ...inputs }, secrets: SECRETS, ...how });
  const launches = (): number =>
    stage.world.sandbox.requests.filter(({ operation }) => operation === 'RunInstances').length;

  /** Expects that neither EC2 nor Docker has anything of a run left, and that no log has the secret. */
  async function expectClean(run: DispatchedRun): Promise<void> {
    await expectNothingIsLeft(stage.world);
    expect(listProject(projectOf(run))).toEqual([]);
    expect(run.log.lines.filter((line) => line.includes(KEY))).toEqual([]);
  }

  /** The text of a file in the run's artifact. */
  function readArtifact(run: DispatchedRun, path: RegExp): string {
    const folder = join(stage.world.folder, 'artifacts');
    const [, name = ''] = /Artifact (compose .*) has \d+ files\./.exec(run.log.lines.join('\n')) ?? [];
    const files = readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' });
    const found = files.find((file) => path.test(file));
    if (found === undefined) throw new Error(`The artifact has no ${path}, only:\n${files.join('\n')}`);
    return readFileSync(join(folder, name, found), 'utf8');
  }

  test('a project that passes is green, keeps its logs and what it collects, and leaves nothing behind', async () => {
    const run = await dispatch({ preset: 'arm64', collect: 'tester:/reports' });
    expect(run.code).toBe(0);
    expect(resultsOf(run)).toEqual({ start: 'success', test: 'success', stop: 'success' });
    expect(instancesOf(stage.world, run).map(({ type }) => type)).toEqual(['t4g.xlarge']);
    const job = run.log.find('test')!;
    expect(job.outputs['compose']).toMatchObject({ verdict: 'pass', phase: 'done', 'exit-code': '0' });
    expect(job.lines.join('\n')).toContain('session ends with 0');
    expect(readArtifact(run, /services\/shop-1\.log$/)).toContain('serving at 8080');
    expect(readArtifact(run, /collected\/.*\.result$/)).toBe('done\n');
    await expectClean(run);
  });

  describe('is red with the reason, and leaves nothing behind, when', () => {
    test.each<[string, Dispatch['inputs'], object, RegExp]>([
      [
        'the session fails',
        { override: '{tester: {environment: {CODE: "3"}}}' },
        { verdict: 'fail', phase: 'session', 'exit-code': '3' },
        /tester/,
      ],
      [
        'a server ends before the session',
        // It opens another port than it declares, so that it never counts as ready.
        { override: '{shop: {command: "serve 8081", environment: {LIFE: "0.1"}}}' },
        { verdict: 'error', phase: 'ready', 'exit-code': '1' },
        /shop/,
      ],
    ])('%s', async (_, inputs, outputs, reason) => {
      const run = await dispatch(inputs);
      expect(run.code).toBe(1);
      expect(resultsOf(run)).toEqual(FAILED);
      const job = run.log.find('test')!;
      expect(job.outputs['compose']).toMatchObject(outputs);
      expect(job.summary).toMatch(reason);
      expect(readArtifact(run, /services\/shop-1\.log$/)).toMatch(/serving at 808[01]/);
      await expectClean(run);
    });
  });

  test('inputs that do not fit together are red in the first job, all at once, and start no machine', async () => {
    const before = launches();
    const run = await dispatch({ session: 'tester', run: 'true', ready: '{shop: helthy}' });
    expect(run.code).toBe(1);
    expect(resultsOf(run)).toEqual({ start: 'failure' });
    expect(run.log.find('start')!.summary).toMatch(/helthy[^]*`session` and `run`[^]*Code: `bad-input`/);
    expect(launches()).toBe(before);
  });

  test('a canceled run ends the project and its machine, and keeps what was logged', async () => {
    let isUnderWay = false;
    const run = await dispatch(
      { override: '{tester: {environment: {WORK: "600"}}}' },
      {
        cancelled: true,
        onLine: ({ lines }, cancel) => {
          isUnderWay ||= lines.at(-1)?.includes('session starts') ?? false;
          if (isUnderWay) cancel();
        },
      },
    );
    expect(resultsOf(run)).toMatchObject(FAILED);
    // act kills the step at once. GitHub asks first, and then the logs of the services are kept, too.
    expect(readArtifact(run, /__up\/run\.log$/)).toMatch(/shop-1 +Started/);
    await expectClean(run);
  });

  test('"Re-run failed jobs" runs the project once more, on another machine', async () => {
    const first = await dispatch({}, { secrets: { TEST_ENV: '{"API_KEY": ""}' } });
    expect(resultsOf(first)).toEqual(FAILED);
    const kept = { start: first.log.find('start')!.outputs };
    const second = await dispatch({}, { kept, run: { id: first.id, attempt: 2 } });
    expect(second.code).toBe(0);
    expect(resultsOf(second)).toMatchObject({
      test: 'success',
      restart: 'success',
      retest: 'success',
      stop: 'success',
    });
    expect(second.log.find('retest')!.outputs['compose']).toMatchObject({ verdict: 'pass' });
    await expectClean(second);
  });

  describe('The starter compose.yml', () => {
    const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'TEST_ENV'];
    const callers = {
      'compose.yml': readFileSync('workflows/starter/compose.yml', 'utf8')
        .replace(
          /- \{ directory: '\.',.*$/m,
          `- { directory: '${SHOP}' }\n          - { directory: '${SHOP}', preset: 'cuda', run: 'docker compose exec -T shop ask 127.0.0.1:8080' }`,
        )
        .replace(
          '    secrets:\n',
          `    secrets:\n${keys.map((name) => `      ${name}: \${{ secrets.${name} }}\n`).join('')}`,
        ),
    };
    let run: DispatchedRun;
    beforeAll(async () => {
      run = await stage.dispatch({ workflow: 'compose.yml', callers, calls: 'apart', secrets: SECRETS });
    });

    test('tests every line of its list on a machine of its own, of the preset in the line', () => {
      expect(run.code).toBe(0);
      expect(
        instancesOf(stage.world, run)
          .map(({ type }) => type)
          .toSorted(),
      ).toEqual(['g4dn.xlarge', 't3.xlarge']);
      expect(run.log.lines.join('\n')).toContain('session ends with 0');
    });

    test('leaves nothing behind', () => expectClean(run));
  });
});

/** The name of the project at Docker. '' if the run has not begun one. */
function projectOf({ log }: DispatchedRun): string {
  return new RegExp(`ci-[0-9a-f]{8}-${SHOP}`).exec(log.lines.join('\n'))?.[0] ?? '';
}

/** Everything at Docker that has the project's label. */
function listProject(name: string): string[] {
  if (name === '') return [];
  return ['container ls --all', 'network ls', 'volume ls'].flatMap((list) => {
    const args = [...list.split(' '), '--quiet', '--filter', `label=com.docker.compose.project=${name}`];
    return execFileSync('docker', args, { encoding: 'utf8', env: process.env }).split('\n').filter(Boolean);
  });
}

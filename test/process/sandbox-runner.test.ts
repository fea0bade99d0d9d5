import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startGitHub, type GitHubSandbox } from '../worlds/sandbox/github.js';
import { installRunner, makeFolder, register, removeRunners, runRunner, startListening, until } from './stand-in.js';

let sandbox: GitHubSandbox;

beforeEach(async () => {
  sandbox = await startGitHub();
});

afterEach(async () => {
  await removeRunners();
  await sandbox.close();
});

function shown(id: number) {
  return sandbox.github.runners().find((runner) => runner.id === id);
}

describe('a runner', () => {
  test('comes online, runs one job with its labels in any case, reports it, is removed and exits with 0', async () => {
    const runner = await startListening(sandbox, 'one');
    expect(shown(runner.id)).toMatchObject({ status: 'online', busy: false, version: '2.336.0' });
    const [wrong, right, late] = [['one', 'gpu'], ['ONE'], ['one']].map((labels) =>
      sandbox.github.queueJob({
        labels,
        name: labels.join('+'),
        steps: ['echo "in $(basename "$PWD")"', 'echo "$A" >&2'],
        env: { A: 'b' },
      }),
    );
    expect(await right?.finished).toBe('success');
    expect(await runner.ended).toBe(0);
    expect(right?.log).toMatch(/^in octo-repo$[^]*^b$/m);
    expect(right?.steps.map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
    expect(runner.output()).toMatch(
      /√ Connected to GitHub\n\nCurrent runner version: '2\.336\.0'\n\S+ \S+Z: Listening for Jobs\n/,
    );
    expect(runner.output()).toMatch(/Z: Running job: ONE\n.*Z: Job ONE completed with result: Succeeded\n/);
    expect(shown(runner.id)).toBeUndefined();
    expect([wrong?.status, late?.status]).toEqual(['queued', 'queued']);
  });

  test('gets a job at once', async () => {
    await startListening(sandbox, 'quick');
    const queued = Date.now();
    sandbox.github.queueJob({ labels: ['quick'], steps: ['true'] });
    await until('job-started', () => sandbox.events.some(({ name }) => name === 'job-started'));
    const begun = sandbox.events.find(({ name }) => name === 'job-started')?.at ?? Infinity;
    // A runner whose request was not answered asks again after 50 s.
    expect(begun - queued).toBeLessThan(25_000);
  });

  test('fails with its step, skips the later ones, and passes environment and path between steps', async () => {
    await startListening(sandbox, 'steps');
    const env =
      'echo "X=1" >>"$GITHUB_ENV"; printf "Y<<EOF\\na\\nb\\nEOF\\n" >>"$GITHUB_ENV"; echo /first >>"$GITHUB_PATH"';
    const job = sandbox.github.queueJob({
      labels: ['steps'],
      steps: [env, 'echo "$X|$Y|${PATH%%:*}"; false; echo no', 'echo never'],
    });
    expect(await job.finished).toBe('failure');
    expect(job.log).toContain('1|a\nb|/first\n');
    expect(job.log).toContain('Process completed with exit code 1.');
    expect(job.log).not.toMatch(/^(no|never)$/m);
    expect(job.steps.map(({ conclusion }) => conclusion)).toEqual(['success', 'failure', 'skipped']);
  });

  test('starts in a copy of the directory, and its log can be followed', async () => {
    const directory = makeFolder('project');
    writeFileSync(join(directory, 'a.txt'), 'from the project');
    const job = sandbox.github.queueJob({ labels: ['copy'], steps: ['cat a.txt; rm a.txt'], directory });
    const pieces: string[] = [];
    job.onLog((text) => pieces.push(text));
    await startListening(sandbox, 'copy');
    expect(await job.finished).toBe('success');
    expect(pieces.join('')).toBe(job.log);
    expect(job.log).toContain('from the project');
    expect(existsSync(join(directory, 'a.txt'))).toBe(true);
  });

  test('hides its configuration from the job and from other users', async () => {
    const runner = await startListening(sandbox, 'secret');
    const config = readFileSync(join(runner.home, '.credentials_rsaparams'), 'utf8');
    expect(config).toContain('modulus');
    expect(execFileSync('find', [runner.home, '-name', '.cred*', '-perm', '/077'], { encoding: 'utf8' })).toBe('');
    const job = sandbox.github.queueJob({ labels: ['secret'], steps: ['env'] });
    await job.finished;
    expect(job.log).not.toContain('JITCONFIG');
  });
});

describe('a configuration', () => {
  test('is valid for one job only', async () => {
    const { id, jitConfig } = await register(sandbox, 'once');
    sandbox.github.queueJob({ labels: ['once'], steps: ['true'] });
    expect(await runRunner({ jitConfig }).ended).toBe(0);
    const again = runRunner({ jitConfig });
    expect(await again.ended).toBe(0);
    expect(again.output()).toContain(
      'Failed to create a session. The runner registration has been deleted from the server',
    );
    expect(shown(id)).toBeUndefined();
  });

  test('can be used by one program at a time', async () => {
    const first = await startListening(sandbox, 'twice');
    const { jitConfig } = { jitConfig: readJitConfig(first.home) };
    const second = runRunner({ jitConfig });
    expect(await second.ended).toBe(0);
    expect(second.output()).toContain('A session for this runner already exists.');
    expect(shown(first.id)).toMatchObject({ status: 'online' });
  });

  test('is refused for a runner version that is too old', async () => {
    const home = installRunner();
    writeFileSync(join(home, 'version'), '2.334.0\n');
    const runner = runRunner({ home, jitConfig: (await register(sandbox, 'old')).jitConfig });
    expect(await runner.ended).toBe(0);
    expect(runner.output()).toContain('Runner version v2.334.0 is deprecated and cannot receive messages.');
    expect(runner.output()).not.toContain('Listening for Jobs');
  });
});

function readJitConfig(home: string): string {
  const files = ['.runner', '.credentials', '.credentials_rsaparams'];
  const encoded = files.map((name) => [name, readFileSync(join(home, name)).toString('base64')]);
  return Buffer.from(JSON.stringify(Object.fromEntries(encoded))).toString('base64');
}

describe('hooks', () => {
  const hook = (script: string) => {
    const file = join(makeFolder('hook'), 'hook.sh');
    writeFileSync(file, script);
    chmodSync(file, 0o755);
    return file;
  };

  test('run before and after the job', async () => {
    const env = {
      ACTIONS_RUNNER_HOOK_JOB_STARTED: hook('echo before'),
      ACTIONS_RUNNER_HOOK_JOB_COMPLETED: hook('echo after'),
    };
    await startListening(sandbox, 'hooks', { env });
    const job = sandbox.github.queueJob({ labels: ['hooks'], steps: ['echo between'] });
    expect(await job.finished).toBe('success');
    expect(job.log).toMatch(/^before$[^]*^between$[^]*^after$/m);
  });

  test('make the job fail if they fail', async () => {
    await startListening(sandbox, 'broken', { env: { ACTIONS_RUNNER_HOOK_JOB_STARTED: hook('exit 1') } });
    const job = sandbox.github.queueJob({ labels: ['broken'], steps: ['echo never'] });
    expect(await job.finished).toBe('failure');
    expect(job.log).not.toMatch(/^never$/m);
  });
});

describe('other ways to a runner', () => {
  test('the download has the listed checksum, and runs', async () => {
    const { data } = await sandbox
      .octokit()
      .rest.actions.listRunnerApplicationsForRepo({ owner: 'octo-org', repo: 'octo-repo' });
    const arm64 = data.find(({ os, architecture }) => os === 'linux' && architecture === 'arm64');
    const bytes = Buffer.from(await (await fetch(arm64?.download_url ?? '')).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(arm64?.sha256_checksum);
    const home = makeFolder('unpacked');
    execFileSync('tar', ['xzf', '-', '-C', home], { input: bytes });
    expect(execFileSync(join(home, 'bin/Runner.Listener'), ['--version'], { encoding: 'utf8' })).toBe('2.336.0\n');
    const { jitConfig } = await register(sandbox, 'unpacked');
    const job = sandbox.github.queueJob({ labels: ['unpacked'], steps: ['echo ran'] });
    // The package contains Node.js.
    expect(await runRunner({ home, jitConfig, env: { PATH: '/usr/bin:/bin' } }).ended).toBe(0);
    expect(await job.finished).toBe('success');
  });
});

test('a runner gets only jobs of repositories that its group may serve', async () => {
  const theirs = { id: 3, name: 'theirs', visibility: 'selected', selected: ['octo-org/other-repo'] } as const;
  await sandbox.close();
  sandbox = await startGitHub({ groups: [{ id: 1, name: 'Default' }, theirs] });
  const { data } = await sandbox.octokit().request('POST /orgs/{org}/actions/runners/generate-jitconfig', {
    org: 'octo-org',
    name: 'one',
    runner_group_id: 3,
    labels: ['one'],
  });
  runRunner({ jitConfig: data.encoded_jit_config });
  await until('online', () => sandbox.github.runners().some(({ status }) => status === 'online'));
  const ours = sandbox.github.queueJob({ labels: ['one'], steps: ['true'] });
  const repository = 'octo-org/other-repo';
  expect(await sandbox.github.queueJob({ labels: ['one'], steps: ['true'], repository }).finished).toBe('success');
  expect(ours.status).toBe('queued');
});

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startGitHub, type GitHubSandbox } from '../worlds/sandbox/github.js';
import { register, pullThePlug, removeRunners, runRunner, startListening, until } from './stand-in.js';

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

/** False for a zombie, which its parent may collect late. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z\s]/.test(stdout);
}

describe('failures', () => {
  test('a runner whose machine loses power stays listed, offline and deletable', async () => {
    const runner = await startListening(sandbox, 'ghost');
    pullThePlug(runner);
    await until('offline', () => shown(runner.id)?.status === 'offline');
    expect(shown(runner.id)).toMatchObject({ busy: false, version: '2.336.0' });
    await sandbox
      .octokit()
      .rest.actions.deleteSelfHostedRunnerFromRepo({ owner: 'octo-org', repo: 'octo-repo', runner_id: runner.id });
    expect(shown(runner.id)).toBeUndefined();
  });

  test('the job of a lost runner fails', async () => {
    const runner = await startListening(sandbox, 'lost');
    const job = sandbox.github.queueJob({ labels: ['lost'], steps: ['echo here; sleep 60'] });
    await until('the step runs', () => /^here$/m.test(job.log));
    expect(shown(runner.id)).toMatchObject({ busy: true });
    pullThePlug(runner);
    expect(await job.finished).toBe('failure');
    expect(job.log).toContain('lost communication with the server');
    expect(shown(runner.id)).toMatchObject({ status: 'offline', busy: false });
  });

  test('an idle runner that GitHub removes reports it and exits with 0', async () => {
    const runner = await startListening(sandbox, 'idle');
    sandbox.github.removeIdleRunner(runner.id);
    expect(await runner.ended).toBe(0);
    expect(runner.output()).toContain('The runner no longer exists on the server.');
    expect(existsSync(join(runner.home, '.runner'))).toBe(false);
  });

  test('a runner that GitHub removes without a message listens forever and gets no job', async () => {
    const runner = await startListening(sandbox, 'forgotten');
    sandbox.github.loseJob(runner.id);
    const job = sandbox.github.queueJob({ labels: ['forgotten'], steps: ['true'] });
    const other = await startListening(sandbox, 'forgotten');
    expect(await job.finished).toBe('success');
    expect(job.runner?.id).toBe(other.id);
    expect(runner.process.exitCode).toBeNull();
    expect(shown(runner.id)).toBeUndefined();
  });

  test('a canceled job ends with everything that it started', async () => {
    const runner = await startListening(sandbox, 'cancel');
    const job = sandbox.github.queueJob({
      labels: ['cancel'],
      steps: ['(trap "" INT; exec sleep 61 >/dev/null 2>&1) & echo "pid $!"; wait', 'echo never'],
    });
    await until('the step runs', () => /^pid \d+$/m.test(job.log));
    job.cancel();
    expect(await job.finished).toBe('cancelled');
    expect(await runner.ended).toBe(0);
    const pid = Number(/^pid (\d+)$/m.exec(job.log)?.[1]);
    await until('its end', () => !isRunning(pid));
    expect(runner.output()).toContain('completed with result: Canceled');
    expect(job.log).not.toMatch(/^never$/m);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends the job and then the runner, which stays listed',
    async (signal) => {
      const runner = await startListening(sandbox, 'signal', { env: { RUNNER_MANUALLY_TRAP_SIG: '1' } });
      const job = sandbox.github.queueJob({
        labels: ['signal'],
        steps: ['trap "echo told; exit 3" INT; echo here; while :; do read -rt 0.05 <> <(:) || :; done'],
      });
      await until('the step runs', () => /^here$/m.test(job.log));
      runner.process.kill(signal);
      expect(await runner.ended).toBe(0);
      expect(await job.finished).toBe('cancelled');
      expect(job.log).toMatch(/^told$/m);
      expect(runner.output()).toContain('Exiting...');
    },
  );

  test('an idle runner signs off at SIGTERM', async () => {
    const runner = await startListening(sandbox, 'off', { env: { RUNNER_MANUALLY_TRAP_SIG: '1' } });
    runner.process.kill('SIGTERM');
    expect(await runner.ended).toBe(0);
    expect(sandbox.events.at(-1)).toMatchObject({ name: 'runner-offline', detail: 'signed off' });
    expect(shown(runner.id)).toMatchObject({ status: 'offline' });
  });

  test('a runner retries until it can reach GitHub', async () => {
    const { jitConfig } = await register(sandbox, 'patient');
    const files = JSON.parse(Buffer.from(jitConfig, 'base64').toString()) as Record<string, string>;
    const runner = JSON.parse(Buffer.from(files['.runner'] ?? '', 'base64').toString()) as Record<string, string>;
    runner['serverUrlV2'] = 'http://127.0.0.1:9/_runner/';
    const moved = { ...files, '.runner': Buffer.from(JSON.stringify(runner)).toString('base64') };
    const standIn = runRunner({ jitConfig: Buffer.from(JSON.stringify(moved)).toString('base64') });
    await until('a second attempt', () => standIn.output().split('Retrying until reconnected').length > 2);
    standIn.process.kill('SIGKILL');
  });

  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  asRoot('root must be allowed explicitly', async () => {
    const runner = runRunner({ jitConfig: 'e30=', env: { RUNNER_ALLOW_RUNASROOT: '' } });
    expect(await runner.ended).toBe(1);
    expect(runner.output()).toContain('Must not run interactively with sudo');
  });
});

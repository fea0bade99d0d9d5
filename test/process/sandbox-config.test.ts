import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startGitHub, type GitHubSandbox } from '../worlds/sandbox/github.js';
import { pullThePlug, removeRunners, runRunner, until } from './stand-in.js';

let sandbox: GitHubSandbox;

beforeEach(async () => {
  sandbox = await startGitHub();
});

afterEach(async () => {
  await removeRunners();
  await sandbox.close();
});

describe('config.sh', () => {
  const URL_PATH = '/octo-org/octo-repo';
  const requestToken = async (path = '/repos/octo-org/octo-repo') =>
    (await sandbox.octokit().request(`POST ${path}/actions/runners/registration-token`)).data as { token: string };
  const options = '--unattended --replace --disableupdate --no-default-labels --work _work'.split(' ');

  /** Runs config.sh as the boot agent does: with the token in a variable. */
  async function configure(token: string, more: { args?: string[]; env?: Record<string, string>; path?: string } = {}) {
    const { args = [], env = {}, path = URL_PATH } = more;
    const command = ['config.sh', ...options, '--url', sandbox.url + path, '--name', 'run-1', ...args];
    const configured = runRunner({ command, env: { ACTIONS_RUNNER_INPUT_TOKEN: token, ...env } });
    return { ...configured, code: await configured.ended };
  }

  test("registers a runner with GitHub's own labels and its own", async () => {
    const { data } = await sandbox
      .octokit()
      .rest.actions.createRegistrationTokenForRepo({ owner: 'octo-org', repo: 'octo-repo' });
    const url = `${sandbox.url}/octo-org/octo-repo`;
    const command = [
      'config.sh',
      '--unattended',
      '--ephemeral',
      '--url',
      url,
      '--token',
      data.token,
      '--name',
      'peer',
      '--labels',
      'a,b',
    ];
    const configured = runRunner({ command });
    expect(await configured.ended).toBe(0);
    const [runner] = sandbox.github.runners();
    expect(runner?.labels.map(({ name }) => name).join()).toMatch(/^self-hosted,Linux,(X64|ARM64),a,b$/);
    const job = sandbox.github.queueJob({ labels: ['self-hosted', 'a'], steps: ['true'] });
    expect(await runRunner({ home: configured.home }).ended).toBe(0);
    expect(await job.finished).toBe('success');
  });

  test('registers a runner with these labels alone, which takes many jobs and stays listed', async () => {
    const configured = await configure((await requestToken()).token, {
      args: ['--labels', 'one-test,mine'],
    });
    expect([configured.code, configured.output()]).toEqual([0, expect.stringContaining('Runner successfully added')]);
    const { home } = configured;
    expect(sandbox.github.runners()).toMatchObject([
      { name: 'run-1', ephemeral: false, groupId: 1, labels: [{ name: 'one-test' }, { name: 'mine' }] },
    ]);
    const standIn = runRunner({ home, env: { RUNNER_MANUALLY_TRAP_SIG: '1' } });
    for (const name of ['first', 'second']) {
      const steps = ['env | grep -c ^ACTIONS_RUNNER_INPUT_ || true'];
      const job = sandbox.github.queueJob({ labels: ['mine', 'ONE-test'], steps, name });
      expect(await job.finished).toBe('success');
      expect(job.log).toMatch(/^0$/m);
    }
    standIn.process.kill('SIGTERM');
    expect(await standIn.ended).toBe(0);
    expect(standIn.output()).toMatch(/Listening for Jobs[^]*Running job: first[^]*Running job: second/);
    expect(sandbox.github.runners()).toMatchObject([{ name: 'run-1', status: 'offline', busy: false }]);
    // After a crash the same folder is the same runner.
    const again = runRunner({ home, env: { RUNNER_MANUALLY_TRAP_SIG: '1' } });
    await until('it is online again', () => sandbox.github.runners()[0]?.status === 'online');
    again.process.kill('SIGTERM');
    await again.ended;
  });

  test('takes each argument from a variable', async () => {
    const variables = { NAME: 'by-variable', LABELS: 'x', EPHEMERAL: 'true', RUNNERGROUP: 'default' };
    const env = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [`ACTIONS_RUNNER_INPUT_${name}`, value]),
    );
    const { token } = await requestToken();
    const command = ['config.sh', '--url', `${sandbox.url}${URL_PATH}`];
    const configured = runRunner({ command, env: { ...env, ACTIONS_RUNNER_INPUT_TOKEN: token } });
    expect(await configured.ended).toBe(0);
    expect(sandbox.github.runners()).toMatchObject([{ name: 'by-variable', ephemeral: true }]);
  });

  test('registers in a group by its name', async () => {
    await sandbox.close();
    sandbox = await startGitHub({
      groups: [
        { id: 1, name: 'Default' },
        { id: 3, name: 'Big Ones' },
      ],
    });
    const { token } = await requestToken('/orgs/octo-org');
    expect((await configure(token, { path: '/octo-org', args: ['--runnergroup', 'Big Ones'] })).code).toBe(0);
    expect(sandbox.github.runners()).toMatchObject([{ groupId: 3, scope: 'orgs/octo-org' }]);
    const unknown = await configure(token, { path: '/octo-org', args: ['--runnergroup', 'none'] });
    expect([unknown.code, unknown.output()]).toEqual([1, expect.stringContaining('group named "none"')]);
  });

  test('refuses a token of another URL, and one that has expired', async () => {
    const foreign = await configure((await requestToken('/repos/octo-org/other-repo')).token);
    expect([foreign.code, foreign.output()]).toEqual([1, expect.stringContaining('404')]);
    const { token } = await requestToken();
    const realNow = Date.now;
    Date.now = () => realNow() + 3_600_001;
    const expired = await configure(token).finally(() => (Date.now = realNow));
    expect([expired.code, expired.output()]).toEqual([1, expect.stringContaining('404')]);
    expect(sandbox.github.runners()).toEqual([]);
  });

  test('replaces a runner of the same name, or refuses it', async () => {
    const { token } = await requestToken();
    const { home } = await configure(token);
    const before = sandbox.github.runners()[0]!.id;
    expect((await configure(token)).code).toBe(0);
    expect(sandbox.github.runners().map(({ id }) => id)).not.toContain(before);
    const command = ['config.sh', '--url', sandbox.url + URL_PATH, '--name', 'run-1', '--token', token];
    const taken = runRunner({ command });
    expect([await taken.ended, taken.output()]).toEqual([1, expect.stringContaining('already exists')]);
    const configured = runRunner({ home, command });
    expect([await configured.ended, configured.output()]).toEqual([1, expect.stringContaining('already configured')]);
    const unknown = runRunner({ command: [...command, '--ephemerals'] });
    expect([await unknown.ended, unknown.output()]).toEqual([1, expect.stringContaining("'--ephemerals'")]);
  });

  test('gives a runner that is not deleted while it is busy, and is once its job is lost', async () => {
    const { home } = await configure((await requestToken()).token, { args: ['--labels', 'mine'] });
    const standIn = runRunner({ home });
    const job = sandbox.github.queueJob({ labels: ['mine'], steps: ['echo here; sleep 600'] });
    await until('the step runs', () => /^here$/m.test(job.log));
    const runner_id = sandbox.github.runners()[0]!.id;
    const remove = () =>
      sandbox
        .octokit()
        .rest.actions.deleteSelfHostedRunnerFromRepo({ owner: 'octo-org', repo: 'octo-repo', runner_id });
    await expect(remove()).rejects.toMatchObject({ status: 422 });
    pullThePlug(standIn);
    expect(await job.finished).toBe('failure');
    expect((await remove()).status).toBe(204);
  });
});

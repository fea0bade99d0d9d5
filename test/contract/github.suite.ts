import { describe, expect, test } from '@jest/globals';
import type { GitHub, RegisterRequest, ReaperGitHub, StopGitHub } from '../../src/core/ports/github.js';

/** One implementation of the port, in its own world without any registered runner. */
export interface GitHubContractWorld {
  readonly github: GitHub & ReaperGitHub & StopGitHub;
  /** A runner version that GitHub offers and does not plan to refuse. */
  readonly version: string;
  /** A runner version that GitHub still offers, but refuses from this time (epoch ms) on. */
  readonly ending: { readonly version: string; readonly refusedFrom: number };
  /** A runner group besides the default one; absent where groups cannot exist. */
  readonly group?: { readonly name: string; readonly id: number };
  /** A runner group with access for other repositories only; absent where groups cannot exist. */
  readonly closed?: { readonly name: string; readonly id: number };
  /** A commit of the repository that contains this file. */
  readonly file: { readonly path: string; readonly ref: string; readonly text: string };
  /** A run in its second, active attempt, and a repository that the token cannot read. */
  readonly run: { readonly repository: string; readonly id: string; readonly hidden: string };
  /** A running job of the run's second attempt, on a GitHub-hosted runner. */
  hostJob(name: string, runnerName: string): { end(): void };
  /** A job of the run's second attempt that waits for a runner with this label. */
  queueJob(name: string, label: string): void;
  /** Completes the run's second attempt. */
  completeRun(): void;
  /** Connects the runner program. */
  connect(runnerId: number): void;
  /** Ends the runner program without signing off. */
  disconnect(runnerId: number): void;
  goBusy(runnerId: number): void;
  /** Completes the runner's only job. */
  finish(runnerId: number): void;
  /** Loses the next registration on its way to GitHub, or its answer on the way back. */
  loseNextRegistration(where: 'before' | 'after'): void;
  close(): void | Promise<void>;
}

let names = 0;

function request(changes: Partial<RegisterRequest> = {}): RegisterRequest {
  return { name: `contract-${++names}`, label: 'run-1-a', groupId: 1, workFolder: '_work', ...changes };
}

async function register(github: GitHub, changes: Partial<RegisterRequest> = {}) {
  const registered = await github.registerRunner(request(changes));
  if (typeof registered === 'string') throw new Error(`The registration was ${registered}.`);
  return registered;
}

type Case = (world: GitHubContractWorld) => Promise<void>;

const REGISTERING: Record<string, Case> = {
  'a registered runner is listed as offline, with its label only': async ({ github }) => {
    const registered = await register(github, { name: 'one', label: 'run-7-b' });
    expect(registered.name).toBe('one');
    expect(registered.jitConfig).toMatch(/^[A-Za-z0-9+/]+=*$/);
    const expected = { id: registered.id, name: 'one', status: 'offline', busy: false, labels: ['run-7-b'] };
    expect(await github.readRunner(registered.id)).toEqual(expected);
    expect(await github.listRunners()).toEqual([expected]);
    expect(await github.findRunnerByName('one')).toEqual(expected);
  },

  'a runner has its unique label and its further ones, each once': async ({ github }) => {
    const { id } = await register(github, { label: 'run-7-b', labels: ['big', 'run-7-b'], origin: 'run-7' });
    expect((await github.readRunner(id))?.labels).toEqual(['run-7-b', 'big', 'run-7']);
  },

  'a registration token names the address at which it is valid, and registers nothing': async ({ github }) => {
    const { token, url, expiresAt } = await github.createRegistrationToken();
    expect(token).toMatch(/^\S+$/);
    expect(url).toMatch(/^https?:\/\/[^/]+\/octo-org(\/octo-repo)?$|\/enterprises\/octo-enterprise$/);
    expect(expiresAt).toBeGreaterThan(0);
    expect(await github.listRunners()).toEqual([]);
  },

  'a name that is taken is a value, in any letter case': async ({ github }) => {
    await register(github, { name: 'twin' });
    expect(await github.registerRunner(request({ name: 'twin' }))).toBe('name-taken');
    expect(await github.registerRunner(request({ name: 'TWIN' }))).toBe('name-taken');
    expect(await github.listRunners()).toHaveLength(1);
  },

  'a registration that is lost on its way to GitHub leaves nothing': async (world) => {
    world.loseNextRegistration('before');
    expect(await world.github.registerRunner(request({ name: 'lost' }))).toBe('unanswered');
    expect(await world.github.findRunnerByName('lost')).toBeUndefined();
  },

  'a registration whose answer is lost leaves a runner that can be found by name and removed': async (world) => {
    world.loseNextRegistration('after');
    expect(await world.github.registerRunner(request({ name: 'lost' }))).toBe('unanswered');
    expect(await world.github.registerRunner(request({ name: 'lost' }))).toBe('name-taken');
    const twin = await world.github.findRunnerByName('lost');
    expect(await world.github.removeRunner(twin?.id ?? 0)).toBe('removed');
    expect(await world.github.listRunners()).toEqual([]);
  },

  'a name that GitHub does not allow is a failure': async ({ github }) => {
    for (const name of ['', 'a/b', 'a:b', 'x'.repeat(65)]) {
      await expect(github.registerRunner(request({ name }))).rejects.toMatchObject({ code: 'github-rejected' });
    }
    await register(github, { name: 'x'.repeat(64) });
  },

  'an unknown runner group is a failure': async ({ github }) => {
    await expect(github.registerRunner(request({ groupId: 777 }))).rejects.toMatchObject({ code: 'github-not-found' });
  },
};

const LIFE: Record<string, Case> = {
  'a runner is online while its program is connected, and has a version': async ({ github, ...world }) => {
    const { id } = await register(github);
    world.connect(id);
    expect(await github.readRunner(id)).toMatchObject({ status: 'online', busy: false, version: world.version });
    world.disconnect(id);
    expect(await github.readRunner(id)).toMatchObject({ status: 'offline' });
  },

  'a busy runner cannot be removed': async ({ github, ...world }) => {
    const { id } = await register(github);
    world.goBusy(id);
    expect(await github.readRunner(id)).toMatchObject({ status: 'online', busy: true });
    expect(await github.removeRunner(id)).toBe('busy');
    expect(await github.readRunner(id)).toMatchObject({ id });
  },

  'a single-use runner is gone after its job': async ({ github, ...world }) => {
    const { id } = await register(github);
    world.goBusy(id);
    world.finish(id);
    expect(await github.readRunner(id)).toBeUndefined();
    expect(await github.removeRunner(id)).toBe('absent');
  },

  'removing twice succeeds': async ({ github }) => {
    const { id, name } = await register(github);
    expect(await github.removeRunner(id)).toBe('removed');
    expect(await github.removeRunner(id)).toBe('absent');
    expect(await github.readRunner(id)).toBeUndefined();
    expect(await github.findRunnerByName(name)).toBeUndefined();
    await register(github, { name });
  },

  'a runner is found by its whole name only': async ({ github }) => {
    await register(github, { name: 'machine-10' });
    expect(await github.findRunnerByName('machine-1')).toBeUndefined();
  },

  'every runner is listed, however many there are': async ({ github }) => {
    const registered = (await Promise.all(Array.from({ length: 205 }, () => register(github)))).map(({ id }) => id);
    const listed = await github.listRunners();
    expect(listed.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(registered.toSorted((a, b) => a - b));
  },
};

const READING: Record<string, Case> = {
  'the default group is found by name and by number': async ({ github }) => {
    for (const name of [undefined, 'Default', 'default', '1']) {
      expect(await github.resolveGroup(name)).toMatchObject({ id: 1 });
    }
  },

  'another group is found by name, where groups exist': async ({ github, group }) => {
    if (group) {
      expect(await github.resolveGroup(group.name.toUpperCase())).toEqual(group);
      expect(await github.resolveGroup(String(group.id))).toEqual(group);
      await expect(github.resolveGroup('4711')).rejects.toMatchObject({ code: 'bad-input' });
    }
    await expect(github.resolveGroup('no such group')).rejects.toMatchObject({
      code: 'bad-input',
      hint: expect.stringContaining(group?.name ?? 'Leave `runner-group` empty'),
    });
  },

  'a group without access for this repository is refused, by name and by number': async ({ github, closed }) => {
    for (const group of closed ? [closed.name, String(closed.id)] : []) {
      await expect(github.resolveGroup(group)).rejects.toMatchObject({ code: 'runner-group-unusable' });
    }
  },

  'the runner can be downloaded for both architectures, with a checksum': async ({ github, version }) => {
    for (const [architecture, part] of [
      ['x86_64', '-linux-x64-'],
      ['arm64', '-linux-arm64-'],
    ] as const) {
      const latest = await github.findDownload('latest', architecture);
      expect(latest).toMatchObject({ version, url: expect.stringContaining(`${part}${version}.tar.gz`) });
      expect(latest.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(await github.findDownload(version, architecture)).toEqual(latest);
    }
  },

  'an older version of the runner can be pinned': async ({ github, ending: { version } }) => {
    const pinned = await github.findDownload(version, 'arm64');
    expect(pinned).toMatchObject({ version, url: expect.stringContaining(`-linux-arm64-${version}.tar.gz`) });
  },

  'a version of the runner that does not exist is a failure': async ({ github }) => {
    await expect(github.findDownload('0.0.1', 'x86_64')).rejects.toMatchObject({ code: 'github-not-found' });
  },

  'the date until which GitHub accepts a runner version is found': async ({ github, version, ending }) => {
    expect(await github.readDeprecation(version)).toEqual({});
    expect(await github.readDeprecation(ending.version)).toEqual({ refusedFrom: ending.refusedFrom });
    expect(await github.readDeprecation('0.0.1')).toBe('unknown');
  },

  'a file is read at a commit': async ({ github, file }) => {
    expect(await github.readFile(file.path, file.ref)).toBe(file.text);
    expect(await github.readFile(`${file.path}.bak`, file.ref)).toBeUndefined();
  },

  'the pace is as planned while the rate limit is far': async ({ github }) => {
    await github.listRunners();
    expect(github.pace).toBe(1);
  },
};

const RUNS: Record<string, Case> = {
  'a run attempt is active until it is completed': async ({ github, run, ...world }) => {
    expect(await github.readRunAttempt(run.repository, run.id, '2')).toBe('active');
    world.completeRun();
    expect(await github.readRunAttempt(run.repository, run.id, '2')).toBe('completed');
  },

  'an earlier attempt of a run that goes on is completed': async ({ github, run }) => {
    expect(await github.readRunAttempt(run.repository, run.id, '1')).toBe('completed');
  },

  'a run or an attempt that does not exist is unknown': async ({ github, run }) => {
    expect(await github.readRunAttempt(run.repository, run.id, '3')).toBe('unknown');
    expect(await github.readRunAttempt(run.repository, '1', '1')).toBe('unknown');
  },

  'a run of a repository that cannot be seen is not unknown but a failure': async ({ github, run }) => {
    const asking = github.readRunAttempt(run.hidden, run.id, '2');
    await expect(asking).rejects.toMatchObject({ name: 'Failure', code: 'github-not-found' });
  },
};

const JOBS: Record<string, Case> = {
  'the jobs of a run attempt are listed with what they wait for, who took them, when they began, and how they ended':
    async ({ github, run, ...world }) => {
      expect(await github.listRunJobs(run.repository, run.id, '2')).toEqual([]);
      const hosted = world.hostJob('build', 'GitHub Actions 12');
      world.queueJob('test (arm64)', 'run-7-b');
      const [build, waiting] = await github.listRunJobs(run.repository, run.id, '2');
      const where = { labels: ['ubuntu-latest'], runnerName: 'GitHub Actions 12' };
      const startedAt = expect.any(Number);
      expect(build).toEqual({ id: build?.id, name: 'build', status: 'in_progress', startedAt, ...where });
      expect(waiting).toMatchObject({ id: waiting?.id, name: 'test (arm64)', status: 'queued', labels: ['run-7-b'] });
      expect(Object.keys(waiting!)).not.toContain('conclusion');
      hosted.end();
      const [over] = await github.listRunJobs(run.repository, run.id, '2');
      expect(over).toEqual({ ...build, status: 'completed', conclusion: 'success', completedAt: expect.any(Number) });
      expect(await github.listRunJobs(run.repository, run.id, '1')).toEqual([]);
    },

  'every job is listed, however many there are': async ({ github, run, ...world }) => {
    for (let count = 0; count < 130; count++) world.queueJob(`test (${count})`, 'run-7-b');
    expect(new Set((await github.listRunJobs(run.repository, run.id, '2')).map(({ id }) => id)).size).toBe(130);
  },

  'the jobs of a repository that cannot be seen are a failure': async ({ github, run }) => {
    const asking = github.listRunJobs(run.hidden, run.id, '2');
    await expect(asking).rejects.toMatchObject({ name: 'Failure', code: 'github-not-found' });
  },
};

/** The contract of the `GitHub` port: what every implementation of it must do. */
export function describeGitHub(
  name: string,
  createWorld: () => GitHubContractWorld | Promise<GitHubContractWorld>,
): void {
  describe(`GitHub contract: ${name}`, () => {
    for (const [title, run] of Object.entries({ ...REGISTERING, ...LIFE, ...READING, ...RUNS, ...JOBS })) {
      test(title, async () => {
        const world = await createWorld();
        try {
          await run(world);
        } finally {
          await world.close();
        }
      });
    }
  });
}

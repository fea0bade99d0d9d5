import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Job } from '../../sandbox/sandbox.js';
import { readBootPhases } from '../../src/core/kernel/boot-phases.js';
import { STEPS } from './job.js';
import { findTree, Stage } from './stage.js';

// A machine boots in seconds. The tree that it starts from is created once, in one or two minutes.
jest.setTimeout(600_000);

let tree: string;
beforeAll(() => void (tree = findTree('amd64')));

const users = {
  root: { groups: /groups root$/m, home: '/root' },
  runner: { groups: /groups runner .*docker/m, home: '/home/runner' },
};

describe.each(Object.entries(users))('a job as %s on a machine that was booted', (user, { groups, home }) => {
  let stage: Stage;
  let job: Job;
  beforeAll(async () => {
    stage = await Stage.open('agent', tree, { 'run-as-user': user });
    job = stage.queue(STEPS);
    await stage.until(({ name }) => name === 'terminated');
    if (process.env['CI_ACTIONS_SHOW_LOG']) process.stderr.write(`${job.log}\n${stage.machine.readConsole()}\n`);
  });
  afterAll(() => stage?.close());

  test('succeeds', () => {
    expect(job.conclusion === 'success' ? '' : job.log).toBe('');
    expect(job.runner?.name).toBe(stage.instance.tags.get('ci-actions:runner-name'));
  });

  test('has a home, sudo and git', () => {
    expect(job.log).toContain(`I am ${user}, at home in ${home}, groups`);
    expect(job.log).toMatch(groups);
    expect(job.log).toMatch(/^sudo makes me root$/m);
    expect(job.log).toMatch(/^a commit by git$/m);
  });

  test('runs containers, on a network of their own and on the machine', () => {
    expect(job.log).toMatch(/^a container on a network of its own says: [0-9a-f]{12}$/m);
    expect(job.log).toMatch(/^written in a container$/m);
  });

  test('has the tools in the versions of versions.json', async () => {
    const { python } = (await import('../../ami/versions.json', { with: { type: 'json' } })).default;
    expect(job.log).toMatch(new RegExp(`^${python.tox.replaceAll('.', '\\.')} from`, 'm'));
    expect(job.log).toContain(`uv ${python.uv}`);
    expect(job.log).toMatch(new RegExp(`^${python.pipx.replaceAll('.', '\\.')}$`, 'm'));
  });

  test('runs beside cloud-init, which finds its instance and finishes without an error', () => {
    expect(job.log).toMatch(/^status: done$/m);
    expect(job.log).toContain('DataSourceEc2');
    expect(job.log).not.toMatch(/\.service .* failed/);
  });

  test('is followed by a power-off, which terminates the instance on EC2', () => {
    expect(stage.instance.stateReason?.code).toBe('Client.InstanceInitiatedShutdown');
    const phases = readBootPhases(stage.machine.readConsole());
    expect(phases.map(({ name }) => name)).toEqual([
      'agent',
      'payload',
      'runner-start',
      'listening',
      'job',
      'runner-exit',
      'power-off',
    ]);
    expect(phases.at(-1)?.detail).toBe('runner exited');
    expect(stage.sandbox.github.runners()).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Job } from '../../sandbox/sandbox.js';
import { readBootPhases } from '../../src/core/kernel/boot-phases.js';
import { findTree, Stage } from './stage.js';

jest.setTimeout(600_000);

const ROLES = [
  '- {role: main, lifetime: run, labels: [cpouta, cpouta-main]}',
  '- {role: build, lifetime: run}',
  '- {role: transfer}',
  '- {role: test, count: 4}',
];
const RUNNERS = 7;

describe('seven runners of four roles on a machine that was booted', () => {
  let stage: Stage;
  const jobs: Record<string, Job> = {};
  let shared = '';
  const repository = () => stage.sandbox.github.repository.split('/')[1]!;
  const homeOf = (number: number) => (number === 1 ? '/opt/actions-runner' : `/opt/runner-${number}/actions-runner`);
  const queue = (role: string, name: string, ...steps: readonly string[]) =>
    (jobs[name] = stage.sandbox.github.queueJob({ labels: [`${stage.label}-${role}`], name, steps }));
  const done = (name: string) =>
    stage.until((event) => event.name === 'job-finished' && event.jobId === jobs[name]!.id);

  beforeAll(async () => {
    stage = await Stage.open('agent', findTree('amd64'), {
      runners: ROLES.join('\n'),
      'work-folder': 'shared',
      'run-as-user': 'runner',
      'idle-timeout-minutes': '1',
    });
    await stage.until(() => stage.sandbox.events.filter(({ name }) => name === 'runner-online').length === RUNNERS);
    queue('build', 'build', 'echo built >here; pwd; ls -la ../..; id -un');
    await done('build');
    queue('build', 'again', 'cat here; echo twice >>here');
    await done('again');
    queue('transfer', 'transfer', 'cat here');
    for (const number of [1, 2, 3, 4])
      queue('test', `test ${number}`, 'cat here; pwd', `echo ${number} >"own-${number}"`, 'docker version');
    for (const name of Object.keys(jobs)) await done(name);
    shared = await stage.machine.exec('findmnt', '--noheadings', '--raw', '--output', 'TARGET,FSROOT');
    // The two that take many jobs would go on until the idle timeout.
    await stage.machine.exec('systemctl', 'stop', '--no-block', 'ci-actions-agent.service');
    await stage.until(({ name }) => name === 'terminated');
    if (process.env['CI_ACTIONS_SHOW_LOG']) process.stderr.write(`${shared}\n${stage.machine.readConsole()}\n`);
  });
  afterAll(() => stage?.close());

  test('are online within 3 s of the first one', () => {
    const times = stage.sandbox.events.flatMap(({ name, at }) => (name === 'runner-online' ? [at] : []));
    const seconds = (times.at(-1)! - times[0]!) / 1000;
    const phases = readBootPhases(stage.machine.readConsole());
    const at = (name: string) => phases.find((phase) => phase.name === name)!.at;
    const before = (at('runner-start') - at('payload')) / 1000;
    process.stderr.write(`The last of ${times.length} runners is online ${seconds.toFixed(2)} s after the first.\n`);
    process.stderr.write(`From the payload to the first start: ${before.toFixed(2)} s.\n`);
    expect(times).toHaveLength(RUNNERS);
    expect(seconds).toBeLessThan(3);
  });

  test('run their jobs, one or many', () => {
    expect(Object.values(jobs).map((job) => [job.name, job.conclusion === 'success' ? '' : job.log])).toEqual(
      Object.keys(jobs).map((name) => [name, '']),
    );
    expect(jobs['again']!.runner).toEqual(jobs['build']!.runner);
    expect(new Set([1, 2, 3, 4].map((number) => jobs[`test ${number}`]!.runner?.name)).size).toBe(4);
  });

  test('share the tree of the repository by a bind mount, each in a home of its own', () => {
    for (const name of ['transfer', 'test 1', 'test 2', 'test 3', 'test 4']) {
      expect(jobs[name]!.log).toMatch(/^built\ntwice$/m);
    }
    const mounts = shared.split('\n').filter((line) => line.includes('/_work/'));
    const source = `/_work/${repository()}`;
    expect(mounts.map((line) => line.split(' ')[0] ?? '').toSorted()).toEqual(
      [2, 3, 4, 5, 6, 7].map((number) => homeOf(number) + source),
    );
    for (const line of mounts) expect(line.split(' ')[1]).toMatch(new RegExp(`${homeOf(1)}${source}$`));
  });

  test('all end with the machine', () => {
    const phases = readBootPhases(stage.machine.readConsole());
    expect(phases.filter(({ name }) => name === 'runner-exit')).toHaveLength(RUNNERS);
    expect(phases.at(-1)).toMatchObject({ name: 'power-off', detail: 'stopped by a signal' });
    expect(stage.instance.stateReason?.code).toBe('Client.InstanceInitiatedShutdown');
  });
});

import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import type { RunJob } from '../../../../src/core/ports/github.js';
import { logFailed } from '../../../../src/core/stop/failed-report.js';
import { summarizeStop } from '../../../../src/core/stop/report.js';
import type { StopRequest } from '../../../../src/core/stop/request.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { stopRunners } from '../../../../src/core/stop/stop.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aRequest, run } from '../../../worlds/requests.js';

const NO_PERMISSION = new Failure('github-forbidden', 'GitHub refuses.', { hint: 'h' });

/** A machine that is kept for 30 min after a failed job, and whose job ended 1 min ago. */
async function aMachine(conclusion: string | undefined, changes: Parameters<typeof aRequest>[0] = {}) {
  const world = createCloud({ bootMs: 10_000 });
  await startRunners(aRequest({ keepOnFailureMs: 30 * 60_000, ...changes }), world.ports);
  const { id } = world.ec2.instances[0]!;
  const runner = world.github.listed[0]!;
  const endedAt = world.clock.now();
  const ended = { status: 'completed', completedAt: endedAt };
  const job: RunJob = {
    id: 1,
    name: 'build',
    labels: ['a-label'],
    runnerName: runner.name,
    ...(conclusion === undefined ? { status: 'in_progress' } : { ...ended, conclusion }),
  };
  world.github.jobs.set('octo-org/octo-repo 77 1', [job]);
  if (conclusion !== undefined) world.github.finish(runner.name);
  await world.clock.sleep(60_000);
  const stop = (target: Partial<StopRequest> = {}) =>
    stopRunners(
      { run, label: 'a-label', instanceIds: [], all: false, runnerName: undefined, wait: false, ...target },
      { ...world.ports, gitHubOf: async () => world.github },
    );
  const until = new Date(endedAt + 30 * 60_000).toISOString();
  return { world, id, stop, until, endedAt };
}

test.each(['failure', 'timed_out'])(
  'a machine whose job ended with %s is left, tagged and reported',
  async (conclusion) => {
    const { world, id, stop, until } = await aMachine(conclusion, { access: 'ssm' });
    const stopped = await stop();
    expect(stopped.instances).toEqual([]);
    expect(stopped.refusals).toEqual([]);
    expect(world.live().map((one) => one.id)).toEqual([id]);
    expect(world.ec2.instances[0]!.tags[TAG.keepUntil]).toBe(until);
    const summary = summarizeStop(stopped);
    expect(summary).toContain('### Left running');
    expect(summary).toContain(
      `| ${id} | t3.xlarge | job build failed on it | ${until.replace('.000Z', 'Z')} | $0.1664 | $0.0804 |`,
    );
    expect(summary).toContain(`aws ssm start-session --target ${id} --region us-east-1`);
    expect(summary).toContain(`aws ec2 terminate-instances --instance-ids ${id} --region us-east-1`);
    expect(logFailed(stopped.failed)).toHaveLength(1);
    expect(summary).not.toContain('No instance of this request is left.');
  },
);

test.each(['success', 'cancelled', 'skipped'])('a machine whose job ended with %s is ended', async (conclusion) => {
  const { world, stop } = await aMachine(conclusion);
  expect((await stop()).instances).toHaveLength(1);
  expect(world.live()).toEqual([]);
});

describe('with `keep-minutes`,', () => {
  const always = { keepOnFailureMs: undefined, keepMs: 30 * 60_000, access: 'ssm' } as const;

  test.each(['success', 'failure'])(
    'a machine whose job ended with %s is left, tagged and reported',
    async (conclusion) => {
      const { world, id, stop, until } = await aMachine(conclusion, always);
      expect(world.ec2.instances[0]!.tags[TAG.keepOnFailure]).toBe('30 always ssm');
      const stopped = await stop();
      expect(world.live().map((one) => one.id)).toEqual([id]);
      expect(world.ec2.instances[0]!.tags[TAG.keepUntil]).toBe(until);
      const summary = summarizeStop(stopped);
      expect(summary).toContain('| job build ended on it |');
      expect(summary).toContain(`aws ssm start-session --target ${id}`);
    },
  );

  test.each(['cancelled', 'skipped'])('a machine whose job ended with %s is ended', async (conclusion) => {
    const { world, stop } = await aMachine(conclusion, always);
    expect((await stop()).instances).toHaveLength(1);
    expect(world.live()).toEqual([]);
  });
});

test('a machine without `keep-on-failure-minutes` is ended, and the jobs are not listed', async () => {
  const { world, stop } = await aMachine('failure', { keepOnFailureMs: undefined });
  expect((await stop()).instances).toHaveLength(1);
  expect(world.github.calls.filter((call) => call.startsWith('listRunJobs'))).toEqual([]);
});

test('its other runners get no further job', async () => {
  const { world, id, stop } = await aMachine('failure');
  const { [TAG.runnerId]: ids, [TAG.runnerName]: names } = world.ec2.instances[0]!.tags;
  const other = world.github.addRunner({ name: 'ec2-77-1-start-0123abcd-0-1', status: 'online', labels: ['a-label'] });
  world.ec2.retag(id, { [TAG.runnerId]: `${ids} ${other.id}`, [TAG.runnerName]: `${names} ${other.name}` });
  const { failed, runnersRemoved } = await stop();
  expect(failed).toHaveLength(1);
  expect(runnersRemoved).toEqual([other.name]);
  expect(world.github.listed).toEqual([]);
});

describe('while the jobs cannot be listed, the console decides:', () => {
  test('with the phase `kept` the machine is left', async () => {
    const { world, id, stop, until } = await aMachine('failure');
    world.github.failNext('listRunJobs', NO_PERMISSION);
    world.ec2.consoles.set(
      id,
      `ci-actions phase=kept uptime=90.00 at=2026-01-01T00:01:00Z until ${until} after build (amd64)\n`,
    );
    const { failed } = await stop();
    expect(failed).toMatchObject([{ why: 'job build (amd64) failed on it', until: Date.parse(until) }]);
  });

  test('without it the machine is ended, with a warning that names the permission', async () => {
    const { world, stop } = await aMachine('failure');
    world.github.failNext('listRunJobs', NO_PERMISSION);
    expect((await stop()).instances).toHaveLength(1);
    expect(world.said).toContainEqual(expect.stringMatching(/is ended, although .*GitHub refuses\..*"Actions: read"/s));
  });

  test('an unreadable console ends the machine', async () => {
    const { world, stop } = await aMachine('failure');
    world.github.failNext('listRunJobs', NO_PERMISSION);
    world.ec2.fault('readConsole', { error: new Failure('aws-unreachable', 'EC2 did not answer.', { hint: 'h' }) });
    expect((await stop()).instances).toHaveLength(1);
  });
});

test('a job whose end GitHub does not show yet is looked up in the console', async () => {
  const { world, id, stop, until } = await aMachine(undefined);
  world.ec2.consoles.set(id, `ci-actions phase=kept uptime=90.00 at=2026-01-01T00:01:00Z until ${until} after build\n`);
  expect((await stop()).failed).toHaveLength(1);
});

test('a second stop leaves it, and one after the time ends it', async () => {
  const { world, stop } = await aMachine('failure');
  await stop();
  expect((await stop()).failed).toMatchObject([{ why: 'an earlier stop kept it' }]);
  await world.clock.sleep(30 * 60_000);
  const last = await stop();
  expect(last.failed).toEqual([]);
  expect(last.instances).toHaveLength(1);
});

test('`all` ends it', async () => {
  const { world, stop } = await aMachine('failure');
  await stop();
  expect((await stop({ label: undefined, all: true })).instances).toHaveLength(1);
  expect(world.live()).toEqual([]);
});

test('a stop with neither a label nor an id leaves it, too', async () => {
  const { stop } = await aMachine('failure');
  const { failed, kept } = await stop({ label: undefined });
  expect(failed).toHaveLength(1);
  expect(kept).toEqual([]);
});

test('nothing keeps a machine beyond its lifetime', async () => {
  const { world, id, stop, endedAt } = await aMachine('failure');
  world.ec2.retag(id, { [TAG.expiresAt]: new Date(endedAt + 120_000).toISOString() });
  expect((await stop()).failed).toMatchObject([{ until: endedAt + 120_000 }]);
});

test('a machine that cannot be tagged is left, with a warning', async () => {
  const { world, id, stop } = await aMachine('failure');
  world.ec2.fault('tagInstance', { error: new Failure('aws-not-authorized', 'Not allowed.', { hint: 'Allow it.' }) });
  expect((await stop()).failed).toHaveLength(1);
  expect(world.said).toContainEqual(
    expect.stringMatching(new RegExp(`${id} stays, but could not be tagged .*keep-failed`, 's')),
  );
});

test('a tag that start-runner does not write keeps nothing', async () => {
  const { world, id, stop } = await aMachine('failure');
  world.ec2.retag(id, { [TAG.keepOnFailure]: '99999' });
  expect((await stop()).instances).toHaveLength(1);
});

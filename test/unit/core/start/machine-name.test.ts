import { expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { nameMachineLock, originOf } from '../../../../src/core/kernel/origin.js';
import type { StartRequest } from '../../../../src/core/start/request.js';
import { Created } from '../../../../src/core/start/created.js';
import { rollBack } from '../../../../src/core/start/roll-back.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aRequest, failureOf, run } from '../../../worlds/requests.js';

const LOCK = 'ec2-machine-bench';
const otherRun = { ...run, runId: '88' };

/** A world in which run 88 has started machine `bench`. */
async function aRunningMachine() {
  const world = createCloud({ bootMs: 10_000 });
  const start = (changes: Partial<StartRequest>) =>
    startRunners(aRequest({ machineName: 'bench', whenRunning: 'refuse', ...changes }), world.ports);
  await start({ run: otherRun, startId: 'aaaaaaaa', label: 'label-of-88' });
  return { world, start, id: world.ec2.instances[0]!.id };
}

test('the first start of a name launches, and its lock is gone when it is done', async () => {
  const { world, id } = await aRunningMachine();
  expect(world.ec2.instances[0]!.tags[TAG.machineName]).toBe('bench');
  expect(world.github.registered.map(({ name }) => name)).toEqual([LOCK, expect.stringMatching(/^ec2-88-1-start-/)]);
  expect(world.github.listed.map(({ name }) => name)).toEqual([expect.stringMatching(/^ec2-88-1-start-/)]);
  expect(world.live().map((one) => one.id)).toEqual([id]);
});

test('the post step of a start that died after it gave the lock back waits for nothing, and leaves nothing', async () => {
  const { world } = await aRunningMachine();
  const entry = world.journal.filter(({ state }) => state === 'started').at(-1)!;
  expect(world.github.listed.map(({ name }) => name)).not.toContain(LOCK);
  const since = world.clock.now();
  expect(await rollBack(Created.fromJournal(entry, otherRun), world.ports)).toEqual([]);
  expect(world.clock.now() - since).toBeLessThan(1_000);
  expect([world.live(), world.github.listed]).toEqual([[], []]);
});

test('the lock is held until EC2 lists the instance', async () => {
  const world = createCloud({ bootMs: 30_000, invisibleMs: 12_000 });
  let listedAt = 0;
  let releasedAt = 0;
  world.ec2.onLaunch(() => (listedAt = world.clock.now() + 12_000));
  world.github.onCall = (method) => {
    if (method === 'removeRunner') releasedAt = world.clock.now();
  };
  await startRunners(aRequest({ machineName: 'bench' }), world.ports);
  expect(releasedAt).toBeGreaterThanOrEqual(listedAt);
  expect(world.github.listed.map(({ name }) => name)).not.toContain(LOCK);
});

test('`refuse` names the machine, its run and its time, and registers nothing', async () => {
  const { world, start, id } = await aRunningMachine();
  const registered = world.github.registered.length;
  expect(await failureOf(start({}))).toMatchObject({
    code: 'machine-running',
    message: expect.stringMatching(
      new RegExp(
        `^Machine bench is ${id} \\(t3\\.xlarge in us-east-1, running since 2026-01-01T00:00:0\\dZ\\), which run 88 \\(https://github\\.com/octo-org/octo-repo/actions/runs/88\\) started\\.`,
      ),
    ),
    hint: expect.stringContaining('when-running: join'),
  });
  expect(world.github.registered).toHaveLength(registered);
  expect(world.live().map((one) => one.id)).toEqual([id]);
});

test.each([
  ['of this attempt', '1', 'Give the second start another `machine-name`'],
  ['of an earlier attempt, whose stop has not come', '2', '`when-running: replace` ends it'],
])(
  '`refuse` of a machine of this run itself, %s, does not advise to wait for the run',
  async (_, runAttempt, advice) => {
    const { start } = await aRunningMachine();
    const { message, hint } = await failureOf(start({ run: { ...otherRun, runAttempt } }));
    expect(message).toContain(runAttempt === '1' ? 'It is of this run itself.' : 'It is of attempt 1 of this run.');
    expect(hint).toContain(advice);
    expect(hint).not.toContain('when that run is done');
  },
);

test('`replace` ends the machine, waits for its end, removes its runners, and launches another', async () => {
  const { world, start, id } = await aRunningMachine();
  const launched: string[] = [];
  world.ec2.onLaunch(() => launched.push(world.ec2.instances.find((one) => one.id === id)!.state));
  const { instances } = await start({ whenRunning: 'replace' });
  expect(launched).toEqual(['terminated']);
  expect(world.live().map((one) => one.id)).toEqual([instances[0]!.instance.id]);
  expect(world.github.listed.map(({ name }) => name)).toEqual([expect.stringMatching(/^ec2-77-1-start-/)]);
  expect(world.said).toContainEqual(
    expect.stringMatching(new RegExp(`Replacing machine bench: ending ${id} .*run 88`)),
  );
});

test.each([
  [TAG.runId, undefined, 'is missing'],
  [TAG.start, 'not a start', 'is malformed'],
  [TAG.scope, 'somewhere', 'is no scope'],
  [TAG.pool, 'ready', 'says that it is of a pool'],
])('`replace` ends no machine whose tag %s is %s', async (key, value, why) => {
  const { world, start, id } = await aRunningMachine();
  world.ec2.retag(id, { [key]: value });
  const { code, message } = await failureOf(start({ whenRunning: 'replace' }));
  expect(code).toBe('machine-running');
  expect(message).toContain(`It was left alone, because its tag ${key} ${why}.`);
  expect(world.live().map((one) => one.id)).toEqual([id]);
  expect(world.github.listed.map(({ name }) => name)).not.toContain(LOCK);
});

test('`replace` of a machine that EC2 does not end launches nothing and gives the lock back', async () => {
  const { world, start, id } = await aRunningMachine();
  world.ec2.protectedIds.add(id);
  const { code, message } = await failureOf(start({ whenRunning: 'replace' }));
  expect(code).toBe('machine-running');
  expect(message).toContain('It could not be ended: ');
  expect(world.ec2.instances).toHaveLength(1);
  expect(world.github.listed.map(({ name }) => name)).not.toContain(LOCK);
});

test("`join` puts out the running machine's label and runners, and owns nothing", async () => {
  const { world, start, id } = await aRunningMachine();
  const calls = world.github.registered.length;
  const { joined, instances } = await start({ whenRunning: 'join' });
  expect(joined).toMatchObject({ label: 'label-of-88', runId: '88' });
  expect(instances.map(({ instance }) => instance.id)).toEqual([id]);
  expect(instances[0]!.runners.map(({ name }) => name)).toEqual([expect.stringMatching(/^ec2-88-1-start-/)]);
  expect(world.github.registered).toHaveLength(calls);
  expect(world.journal.at(-1)).toMatchObject({ state: 'confirmed', instances: [], runnerIds: [] });
});

test('`join` waits for a machine that is booting', async () => {
  const world = createCloud({ bootMs: 60_000 });
  const start = (changes: Partial<StartRequest>) =>
    startRunners(aRequest({ machineName: 'bench', whenRunning: 'join', ...changes }), world.ports);
  const first = start({ run: otherRun, startId: 'aaaaaaaa', label: 'label-of-88' });
  await world.clock.sleep(20_000);
  const second = await start({});
  expect(world.clock.now()).toBeGreaterThanOrEqual((await first).instances[0]!.launchedAt + 60_000);
  expect(second.joined?.label).toBe('label-of-88');
});

test('`join` does not use a machine whose single-use runner is busy', async () => {
  const { world, start, id } = await aRunningMachine();
  world.github.goBusy(world.github.listed[0]!.name);
  const { code, message } = await failureOf(start({ whenRunning: 'join' }));
  expect(code).toBe('machine-running');
  expect(message).toContain('No runner of it is free for the label label-of-88. Its runners: label-of-88 (busy).');
  expect(world.live().map((one) => one.id)).toEqual([id]);
});

test('`join` uses a busy runner that takes many jobs', async () => {
  const { world, start, id } = await aRunningMachine();
  world.ec2.retag(id, { [TAG.runnerId]: '-' });
  world.github.goBusy(world.github.listed[0]!.name);
  expect((await start({ whenRunning: 'join' })).joined?.runId).toBe('88');
});

test('`join` refuses a machine whose time is nearly over, and one of another scope', async () => {
  const { world, start, id } = await aRunningMachine();
  world.ec2.retag(id, { [TAG.expiresAt]: new Date(world.clock.now() + 299_000).toISOString() });
  expect((await failureOf(start({ whenRunning: 'join' }))).message).toContain('It ends at 2026-01-01T00:');
  world.ec2.retag(id, { [TAG.scope]: 'org:octo-org' });
  expect((await failureOf(start({ whenRunning: 'join' }))).message).toContain('are registered in org:octo-org');
});

test.each(['refuse', 'replace', 'join'] as const)('`%s` waits for the end of a machine that is ending', async (how) => {
  const { world, start, id } = await aRunningMachine();
  world.ec2.end(id);
  const states: string[] = [];
  world.ec2.onLaunch(() => states.push(world.ec2.instances.find((one) => one.id === id)!.state));
  const { joined, instances } = await start({ whenRunning: how });
  expect(joined).toBeUndefined();
  expect(instances[0]!.instance.id).not.toBe(id);
  expect(states).toEqual(['terminated']);
});

test('a lock that a completed run left behind is removed', async () => {
  const world = createCloud({ bootMs: 10_000 });
  world.github.addRunner({ name: LOCK, labels: ['label-of-88', originOf(otherRun, 'aaaaaaaa')] });
  world.github.attempts.set('octo-org/octo-repo 88 1', 'completed');
  await startRunners(aRequest({ machineName: 'bench' }), world.ports);
  expect(world.github.listed.map(({ name }) => name)).toEqual([expect.stringMatching(/^ec2-77-1-start-/)]);
});

test('what a run launched as its last act is found when its lock is taken', async () => {
  const world = createCloud({ bootMs: 10_000, invisibleMs: 15_000 });
  const start = (changes: Partial<StartRequest>) =>
    startRunners(aRequest({ machineName: 'bench', ...changes }), world.ports);
  const dead = start({ run: otherRun, startId: 'aaaaaaaa', label: 'label-of-88' });
  world.ec2.onLaunch(() => world.github.attempts.set('octo-org/octo-repo 88 1', 'completed'));
  await world.clock.sleep(1_000);
  expect(world.ec2.instances).toHaveLength(1);
  expect((await failureOf(start({}))).code).toBe('machine-running');
  await dead;
  expect(world.ec2.instances).toHaveLength(1);
});

test("a lock of this run's earlier attempt is removed without asking GitHub for the attempt", async () => {
  const world = createCloud({ bootMs: 10_000 });
  world.github.addRunner({ name: LOCK, labels: [originOf(run, 'aaaaaaaa')] });
  await startRunners(aRequest({ machineName: 'bench', run: { ...run, runAttempt: '2' } }), world.ports);
  expect(world.github.calls.filter((call) => call.startsWith('readRunAttempt'))).toEqual([]);
});

test.each<[string, Partial<{ attempt: 'active'; labels: string[]; fault: Failure; status: string }>, string]>([
  ['of a run that is active', { attempt: 'active' }, ''],
  ['of a run that GitHub does not know', {}, 'GitHub does not know its run.'],
  ['without the label of a run', { labels: ['mine'] }, 'its labels name no run.'],
  ['that is online', { status: 'online' }, 'it is in use, so it is no lock of ci-actions.'],
  [
    'of a run that the token may not read',
    { fault: new Failure('github-forbidden', 'GitHub refuses.', { hint: 'Give "Actions: read".' }) },
    'GitHub refuses. Give "Actions: read".',
  ],
])('a lock %s is left alone, and the failure names it', async (_, facts, doubt) => {
  const world = createCloud();
  const lock = world.github.addRunner({
    name: LOCK,
    labels: facts.labels ?? [originOf(otherRun, 'aaaaaaaa')],
    status: facts.status ?? 'offline',
  });
  if (facts.attempt) world.github.attempts.set('octo-org/octo-repo 88 1', facts.attempt);
  if (facts.fault) world.github.failNext('readRunAttempt', facts.fault, 100);
  const { code, message, hint } = await failureOf(startRunners(aRequest({ machineName: 'bench' }), world.ports));
  expect(code).toBe('machine-name-locked');
  expect(message).toContain(`runner ${LOCK} (${lock.id}) of `);
  expect(message).toContain(doubt);
  expect(hint).toContain('remove the runner in the settings of repo:octo-org/octo-repo');
  expect(world.github.listed).toEqual([lock]);
  expect(world.ec2.instances).toEqual([]);
});

test.each(['before', 'after'] as const)(
  'an answer that is lost %s the lock is registered costs no second lock',
  async (where) => {
    const world = createCloud({ bootMs: 10_000 });
    world.github.loseNextRegistration(where);
    await startRunners(aRequest({ machineName: 'bench' }), world.ports);
    expect(world.live()).toHaveLength(1);
    expect(world.github.listed.map(({ name }) => name)).toEqual([expect.stringMatching(/^ec2-77-1-start-/)]);
  },
);

test('a region that cannot be asked is not taken for a region without the machine', async () => {
  const world = createCloud({ bootMs: 10_000 });
  const error = new Failure('aws-unreachable', 'EC2 did not answer.', { hint: 'h' });
  world.ec2.fault('findInstances', { error });
  expect(await failureOf(startRunners(aRequest({ machineName: 'bench' }), world.ports))).toMatchObject({
    code: 'aws-unreachable',
  });
  expect(world.ec2.instances).toEqual([]);
  expect(world.github.listed).toEqual([]);
});

test('a start without a name sends no request more', async () => {
  const world = createCloud({ bootMs: 10_000 });
  const searches: unknown[] = [];
  const find = world.ec2.findInstances.bind(world.ec2);
  world.ec2.findInstances = (...given) => (searches.push(given), find(...given));
  await startRunners(aRequest(), world.ports);
  expect(searches).toEqual([]);
  expect(world.github.registered).toHaveLength(1);
});

test('in an organization, repositories do not lock each other out', () => {
  const scope = { kind: 'org', org: 'octo-org' } as const;
  const names = ['a', 'b'].map((repo) => nameMachineLock('bench', { run: { ...run, repo }, scope }));
  expect(new Set(names).size).toBe(2);
  expect(nameMachineLock('x'.repeat(40), { run, scope })).toHaveLength(61);
});

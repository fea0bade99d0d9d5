import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { filterByReach, isWithin } from '../../../../src/core/reap/reach.js';
import { refuseIncomplete } from '../../../../src/core/reap/reap.js';
import { FakeEc2 } from '../../../worlds/fake-ec2.js';
import { failureOf } from '../../../worlds/requests.js';
import { brief, HOME, MINUTE, ORG_SCOPE, SweepWorld } from '../../../worlds/sweep.js';

const OUTAGE = new Failure('github-unreachable', 'GitHub answered 503, 3 times.', { hint: 'Wait.' });
const DENIED = new Failure('aws-not-authorized', 'The credentials lack a permission.', { hint: 'Allow it.' });
const TAGS = { [TAG.repository]: 'octo-org/octo-repo' };
const COMPLETED = 'the run attempt that started it is completed';

describe('a sweep removes an instance', () => {
  test('whose run attempt is completed, however young, with its runner', async () => {
    const world = new SweepWorld();
    const started = await world.start();
    world.setRun('completed');
    expect(brief(await world.reap())).toEqual([`instance removed: ${COMPLETED}`]);
    expect(world.state(started)).toBe('shutting-down');
    expect(world.github().listed).toEqual([]);
  });

  test('whose time has ended, although its run is active', async () => {
    const world = new SweepWorld();
    const started = await world.start({ lifetimeMs: 10 * MINUTE });
    await world.age(9);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual(['instance removed: its time ended at 2026-01-01T00:10:00.000Z']);
    expect(world.state(started)).toBe('shutting-down');
  });

  test('that has no runner, after the grace period', async () => {
    const world = new SweepWorld();
    const started = await world.start();
    world.github().remove(started.runner.name);
    await world.age(14);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual(['instance removed: it has no registered runner']);
    expect(world.state(started)).toBe('shutting-down');
  });

  test('that a person stopped', async () => {
    const world = new SweepWorld();
    const started = await world.start({ runner: { status: 'offline' } });
    world.ec2.stop(started.instance.id);
    await world.age(15);
    const reaped = await world.reap();
    expect(brief(reaped)).toEqual(['instance removed: it is stopped, and nothing will start it again']);
    expect(reaped.findings[0]!.estimatedCost).toBeUndefined();
    expect(world.state(started)).toBe('shutting-down');
  });

  test('only once, and not while it shuts down', async () => {
    const world = new SweepWorld();
    await world.start();
    world.setRun('completed');
    await world.reap();
    expect(brief(await world.reap())).toEqual([]);
  });

  test('in every region of the request', async () => {
    const world = new SweepWorld();
    const europe = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
    const [here, there] = [await world.start(), await world.start({ in: europe })];
    world.setRun('completed');
    const { findings } = await world.reap({}, [world.ec2, europe]);
    expect(findings.map(({ region, outcome }) => [region, outcome])).toEqual([
      ['us-east-1', 'removed'],
      ['eu-west-1', 'removed'],
    ]);
    expect([world.state(here), world.state(there, europe)]).toEqual(['shutting-down', 'shutting-down']);
  });

  test('and reports its type, its age and its estimated cost', async () => {
    const world = new SweepWorld();
    await world.start({ type: 'g4dn.xlarge', market: 'spot' });
    await world.age(60);
    world.setRun('completed');
    const { findings } = await world.reap();
    expect(findings).toMatchObject([
      { kind: 'instance', type: 'g4dn.xlarge', region: 'us-east-1', ageMs: 60 * MINUTE, outcome: 'removed' },
    ]);
    expect(findings[0]!.estimatedCost).toBeCloseTo(0.526, 5);
  });

  test('also among 150 registered runners', async () => {
    const world = new SweepWorld();
    for (let one = 0; one < 150; one++) world.register('78', { runner: { busy: true } });
    const busy = await world.start({ runner: { busy: true } });
    const idle = await world.start({ runId: '79' });
    world.setRun('completed');
    world.setRun('completed', '79');
    const reaped = await world.reap();
    expect(reaped.runnersSeen).toBe(152);
    expect([world.state(busy), world.state(idle)]).toEqual(['running', 'shutting-down']);
  });
});

describe('a sweep keeps an instance', () => {
  test.each([
    ['whose runner is online while its run is active', { status: 'online' }],
    ['whose runner is offline while its run is active, as in an outage of GitHub', { status: 'offline' }],
    ['whose runner is busy', { busy: true }],
  ])('%s', async (_, runner) => {
    const world = new SweepWorld();
    const started = await world.start({ runner });
    await world.age(300);
    expect(brief(await world.reap())).toEqual([]);
    expect(world.state(started)).toBe('running');
    expect(world.changes).toEqual([]);
  });

  test('whose run GitHub no longer knows, while its runner is registered', async () => {
    const world = new SweepWorld();
    const started = await world.start({ runner: { status: 'offline' } });
    world.github().attempts.clear();
    await world.age(300);
    expect(brief(await world.reap())).toEqual([]);
    expect(world.state(started)).toBe('running');
  });

  test('whose runner is busy although its run is completed, without reading the run', async () => {
    const world = new SweepWorld();
    const started = await world.start({ runner: { busy: true } });
    world.setRun('completed');
    expect(brief(await world.reap())).toEqual([]);
    expect(world.state(started)).toBe('running');
    expect(world.github().calls).toEqual(['listRunners']);
  });

  test('whose runner is busy beyond its time, with a warning', async () => {
    const world = new SweepWorld();
    const started = await world.start({ runner: { busy: true }, lifetimeMs: MINUTE });
    await world.age(20);
    const why = 'its time ended at 2026-01-01T00:01:00.000Z, but its runner is busy';
    expect(brief(await world.reap())).toEqual([`instance skipped: ${why}`]);
    expect(world.said).toContain(`warning: Left alone instance ${started.instance.id}: ${why}.`);
    expect(world.state(started)).toBe('running');
  });

  test('that became busy between the listing and the removal', async () => {
    const world = new SweepWorld();
    const started = await world.start();
    world.setRun('completed');
    world.github().onCall = (method) => {
      if (method === 'readRunner') world.github().goBusy(started.runner.name);
    };
    expect(brief(await world.reap())).toEqual(['instance spared: its runner is busy']);
    expect(world.state(started)).toBe('running');
    expect(world.changes).toEqual([]);
  });

  test('that became busy after the second judgment, because GitHub keeps its runner', async () => {
    const world = new SweepWorld();
    const started = await world.start();
    world.setRun('completed');
    world.github().onCall = (method) => {
      if (method === 'removeRunner') world.github().goBusy(started.runner.name);
    };
    expect(brief(await world.reap())).toEqual(['instance spared: it came into use meanwhile']);
    expect(world.state(started)).toBe('running');
  });

  test('whose runner was not listed but is found by its id', async () => {
    const world = new SweepWorld();
    const started = await world.start();
    world.github().onCall = (method) => {
      if (method === 'readRunner') world.github().addRunner(started.runner);
    };
    world.github().remove(started.runner.name);
    await world.age(20);
    expect(brief(await world.reap())).toEqual(['instance spared: its runner is online']);
    expect(world.state(started)).toBe('running');
  });

  test('of another repository, also if its name begins with the name of this one', async () => {
    const world = new SweepWorld();
    const others = [
      await world.start({ repository: 'octo-org/octo-repo-2', runId: '1' }),
      await world.start({ repository: 'octo-org/another', runId: '2' }),
      await world.start({ repository: 'octo-organisation/octo-repo', runId: '3' }),
    ];
    await world.age(400);
    expect(brief(await world.reap())).toEqual([]);
    expect(others.map((one) => world.state(one))).toEqual(['running', 'running', 'running']);
  });

  test('of another repository, also if EC2 ignores the filter', async () => {
    const world = new SweepWorld();
    const other = await world.start({ repository: 'octo-org/another', lifetimeMs: MINUTE });
    await world.age(60);
    const careless = Object.assign(new FakeEc2({ clock: world.clock }), {
      findInstances: async () => world.ec2.instances,
      terminate: (ids: readonly string[]) => world.ec2.terminate(ids),
    });
    expect((await world.reap({}, [careless])).instancesSeen).toBe(0);
    expect(world.state(other)).toBe('running');
  });

  test.each([
    [TAG.expiresAt, 'soon', 'is "soon", which is not a time'],
    [TAG.expiresAt, '7', 'is "7", which is not a time'],
    [TAG.expiresAt, '2026-99-01T00:00:00.000Z', 'is "2026-99-01T00:00:00.000Z", which is not a time'],
    [TAG.expiresAt, undefined, 'is missing'],
    [TAG.runnerId, 'abc', 'is "abc", which is not an id'],
    [TAG.runnerId, '-1', 'is "-1", which is not an id'],
    [TAG.runnerId, undefined, 'is missing'],
    [TAG.runnerName, 'mine', 'is "mine", which is not a name that start-runner gives'],
    [TAG.runId, 'x', 'is "x", which is not an id'],
    [TAG.runAttempt, '0', 'is "0", which is not a number'],
    [TAG.scope, 'everything', 'is "everything", which is not a scope'],
    [TAG.scope, 'org:another', 'is "org:another", which has no runners for octo-org/octo-repo'],
    [TAG.scope, 'repo:octo-org/another', 'is "repo:octo-org/another", which has no runners for octo-org/octo-repo'],
  ])('whose tag %s was changed to %s', async (tag, value, words) => {
    const world = new SweepWorld();
    const started = await world.start({ lifetimeMs: MINUTE });
    world.setRun('completed');
    world.github().disconnect(started.runner.name);
    world.ec2.retag(started.instance.id, { [tag]: value });
    await world.age(60);
    expect(brief(await world.reap())).toEqual([`instance skipped: its tag ${tag} ${words}`]);
    expect(world.said.join()).toContain(`warning: Left alone instance ${started.instance.id}`);
    expect(world.state(started)).toBe('running');
    expect(world.changes).toEqual([]);
  });

  test.each([
    ['run', TAG.runId, '5, 1'],
    ['attempt', TAG.runAttempt, '77, 5'],
  ])('whose tags name another %s than the name of its runner', async (_what, tag, named) => {
    const world = new SweepWorld();
    const started = await world.start();
    world.setRun('completed', '5');
    world.ec2.retag(started.instance.id, { [tag]: '5' });
    expect(brief(await world.reap())).toEqual([
      `instance skipped: its tag ${TAG.runnerName} is "${started.runner.name}", which belongs to another run or attempt than ${named}`,
    ]);
  });

  test('whose tags name the id of another runner, or an id that no runner has', async () => {
    const world = new SweepWorld();
    const started = await world.start({ runner: { busy: true } });
    const { name, id } = started.runner;
    const other = world.github().addRunner({ name: 'somebody-else' });
    await world.age(60);
    world.ec2.retag(started.instance.id, { [TAG.runnerId]: String(other.id) });
    const said = (wrong: number) => `instance skipped: its tags name the runner ${name} (${wrong}), but GitHub has`;
    expect(brief(await world.reap())).toEqual([`${said(other.id)} somebody-else (${other.id})`]);
    world.ec2.retag(started.instance.id, { [TAG.runnerId]: '4711' });
    expect(brief(await world.reap())).toEqual([`${said(4711)} ${name} (${id})`]);
    expect(world.state(started)).toBe('running');
  });
});

describe('a sweep that cannot query', () => {
  async function createOrphans() {
    const world = new SweepWorld();
    const started = await world.start({ lifetimeMs: MINUTE });
    world.setRun('completed');
    const ghost = world.register('77', { runner: { status: 'offline' } });
    world.ec2.volumes.push(volume(world.clock.now()));
    await world.age(60);
    return { world, started, ghost };
  }

  test.each([
    ['findInstances', ['region', 'volume'], 'instances'],
    ['findVolumes', ['region', 'instance', 'runner'], 'volumes'],
    ['findSpotRequests', ['region', 'instance', 'runner', 'volume'], 'spot requests'],
  ] as const)('EC2 with %s judges by the other listings, and fails', async (listing, found, what) => {
    const { world } = await createOrphans();
    world.ec2.fault(listing, { error: DENIED });
    const reaped = await world.reap();
    expect(reaped.findings.map(({ kind }) => kind)).toEqual(found);
    expect(brief(reaped)[0]).toBe(`region failed: its ${what} could not be listed`);
    const failure = await failureOf(Promise.resolve().then(() => refuseIncomplete(reaped)));
    expect(failure.code).toBe('aws-not-authorized');
    expect(failure.message).toContain('us-east-1');
  });

  test('one region judges the instances of the others, but no ghost, because its instance may be there', async () => {
    const { world, started } = await createOrphans();
    const europe = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
    europe.fault('findInstances', { error: DENIED });
    const reaped = await world.reap({}, [world.ec2, europe]);
    expect(reaped.findings.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'region failed',
      'instance removed',
      'volume removed',
    ]);
    expect(world.state(started)).toBe('shutting-down');
    expect(world.github().listed).toHaveLength(1);
    expect((await world.reap({}, [world.ec2, europe])).findings.map(({ kind }) => kind)).toEqual(['runner']);
  });

  test.each([
    ['is down', OUTAGE],
    ['forbids it', new Failure('github-forbidden', '403', { hint: 'h' })],
    ['answers 404', new Failure('github-not-found', '404', { hint: 'h' })],
    ['rejects the token', new Failure('github-unauthorized', '401', { hint: 'h' })],
    ['limits the rate', new Failure('github-rate-limited', '429', { hint: 'h' })],
  ])('the runners of GitHub, because GitHub %s, removes no instance or runner', async (_, error) => {
    const { world, started, ghost } = await createOrphans();
    world.github().failNext('listRunners', error);
    const reaped = await world.reap();
    const failure = await failureOf(Promise.resolve().then(() => refuseIncomplete(reaped)));
    expect(failure.code).toBe(error.code);
    expect(failure.message).toContain('repo:octo-org/octo-repo');
    expect(failure.message).toContain(started.instance.id);
    expect(world.state(started)).toBe('running');
    expect(world.github().listed.map(({ id }) => id)).toContain(ghost.id);
    expect(world.changes).toEqual([]);
  });

  test('the runners of one scope keeps only the instances of that scope', async () => {
    const { world, started } = await createOrphans();
    const other = await world.start({ scope: ORG_SCOPE, runId: '78' });
    world.setRun('completed', '78');
    world.github(ORG_SCOPE).failNext('listRunners', OUTAGE);
    const reaped = await world.reap();
    expect(brief(reaped)[0]).toBe('scope failed: its runners could not be listed');
    expect([world.state(started), world.state(other)]).toEqual(['shutting-down', 'running']);
    expect(() => refuseIncomplete(reaped)).toThrow(
      expect.objectContaining({ code: 'github-unreachable', message: expect.stringContaining(other.instance.id) }),
    );
  });

  test.each(['readRunner', 'readRunAttempt', 'removeRunner'] as const)(
    'one instance with %s keeps that one and continues',
    async (method) => {
      const world = new SweepWorld();
      const [first, second] = [await world.start(), await world.start({ runId: '78' })];
      world.setRun('completed');
      world.setRun('completed', '78');
      world.github().failNext(method, OUTAGE);
      const reaped = await world.reap();
      expect(reaped.findings.map(({ outcome, failure }) => [outcome, failure?.message])).toEqual([
        ['failed', OUTAGE.message],
        ['removed', undefined],
      ]);
      expect([world.state(first), world.state(second)]).toEqual(['running', 'shutting-down']);
      expect(() => refuseIncomplete(reaped)).toThrow(
        expect.objectContaining({ code: 'cleanup-incomplete', message: expect.stringContaining(first.instance.id) }),
      );
    },
  );

  test('a run keeps its instance, even beyond its time', async () => {
    const world = new SweepWorld();
    const started = await world.start({ lifetimeMs: MINUTE });
    await world.age(60);
    world.github().failNext('readRunAttempt', OUTAGE);
    expect(brief(await world.reap())).toEqual(['instance failed: it could not be judged']);
    expect(world.state(started)).toBe('running');
  });

  test('a termination, or whose EC2 has lost the instance, reports it and continues', async () => {
    const world = new SweepWorld();
    for (const runId of ['1', '2', '3']) {
      await world.start({ runId });
      world.setRun('completed', runId);
    }
    world.ec2.fault('terminate', { error: DENIED });
    const reaped = await world.reap();
    expect(reaped.findings.map(({ outcome }) => outcome)).toEqual(['failed', 'removed', 'removed']);
    expect(brief(reaped)[0]).toBe(`instance failed: ${COMPLETED}`);
    const careless = Object.assign(new FakeEc2({ clock: world.clock }), {
      findInstances: async () => world.ec2.instances.slice(0, 1),
    });
    expect((await world.reap({}, [careless])).findings[0]).toMatchObject({
      outcome: 'failed',
      failure: { message: expect.stringContaining('does not know it now') },
    });
  });

  test('several times reports each failure', async () => {
    const world = new SweepWorld();
    const ids = [];
    for (const runId of ['1', '2']) {
      ids.push((await world.start({ runId })).instance.id);
      world.setRun('completed', runId);
    }
    world.ec2.fault('terminate', { error: DENIED, times: 2 });
    const reaped = await world.reap();
    const failure = await failureOf(Promise.resolve().then(() => refuseIncomplete(reaped)));
    expect(failure.message).toBe(`2 of 2 findings could not be resolved: instance ${ids[0]}, instance ${ids[1]}.`);
    expect(failure.details.split('\n')).toHaveLength(2);
  });

  test('because of a bug continues with the others, and fails with the bug', async () => {
    const world = new SweepWorld();
    const [first, second] = [await world.start(), await world.start()];
    world.setRun('completed');
    world.ec2.fault('terminate', { error: new TypeError('undefined is not a function') });
    const reaped = await world.reap();
    expect(reaped.findings).toMatchObject([
      { id: first.instance.id, outcome: 'failed' },
      { id: second.instance.id, outcome: 'removed' },
    ]);
    expect(() => refuseIncomplete(reaped)).toThrow(TypeError);
  });
});

describe('a ghost', () => {
  const offline = { runner: { status: 'offline' } };

  test('is removed when its run attempt is completed and it has no instance', async () => {
    const world = new SweepWorld();
    const { name, id } = world.register('77', offline);
    world.setRun('completed');
    const { findings } = await world.reap();
    expect(findings).toMatchObject([
      { kind: 'runner', id: String(id), name, scope: 'repo:octo-org/octo-repo', outcome: 'removed' },
    ]);
    expect(world.github().listed).toEqual([]);
  });

  test.each([
    ['its run is active', offline, 'active'],
    ['GitHub does not know its run', offline, undefined],
    ['it is online', {}, 'completed'],
    ['it is busy, although offline', { runner: { status: 'offline', busy: true } }, 'completed'],
  ] as const)('stays while %s', async (_, options, run) => {
    const world = new SweepWorld();
    world.register('77', options);
    if (run) world.setRun(run);
    expect(brief(await world.reap())).toEqual([]);
    expect(world.github().listed).toHaveLength(1);
  });

  test('stays when its run cannot be read', async () => {
    const world = new SweepWorld();
    world.register('77', offline);
    world.github().failNext('readRunAttempt', OUTAGE);
    expect(brief(await world.reap())).toEqual(['runner failed: it could not be judged']);
    expect(world.github().listed).toHaveLength(1);
  });

  test.each([undefined, 'abc'])('is no ghost while an instance has its name in a tag (runner-id: %s)', async (id) => {
    const world = new SweepWorld();
    const started = await world.start(offline);
    world.setRun('completed');
    world.ec2.retag(started.instance.id, { [TAG.runnerId]: id });
    expect(brief(await world.reap())).toEqual([expect.stringMatching(/^instance skipped/)]);
    expect(world.github().listed).toHaveLength(1);
  });

  test('is no ghost while an instance has its id in a tag, but not its name', async () => {
    const world = new SweepWorld();
    const started = await world.start(offline);
    world.setRun('completed');
    world.ec2.retag(started.instance.id, { [TAG.runnerName]: 'renamed' });
    expect(brief(await world.reap())).toEqual([expect.stringMatching(/^instance skipped/)]);
    expect(world.github().listed).toHaveLength(1);
  });

  test('is removed beside an instance with contradictory tags that name another runner', async () => {
    const world = new SweepWorld();
    const started = await world.start();
    const { name } = world.register('77', offline);
    world.setRun('completed');
    world.ec2.retag(started.instance.id, { [TAG.expiresAt]: 'soon' });
    const { findings } = await world.reap();
    expect(findings.filter(({ outcome }) => outcome === 'removed')).toMatchObject([{ kind: 'runner', name }]);
    expect(world.github().listed).toMatchObject([{ name: started.runner.name }]);
  });

  test('is no ghost while its instance is in another region', async () => {
    const world = new SweepWorld();
    const europe = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
    await world.start({ ...offline, in: europe, runner: { status: 'offline' } });
    world.setRun('completed');
    expect((await world.reap({}, [world.ec2, europe])).findings.map(({ kind }) => kind)).toEqual(['instance']);
  });

  test('that came online after the listing is spared', async () => {
    const world = new SweepWorld();
    const { name } = world.register('77', offline);
    world.setRun('completed');
    world.github().onCall = (method) => {
      if (method === 'readRunner') world.github().connect(name);
    };
    expect(brief(await world.reap())).toEqual(['runner spared: it is online']);
    expect(world.github().listed).toHaveLength(1);
  });

  test('is never a runner that ci-actions did not name', async () => {
    const world = new SweepWorld();
    for (const name of ['ec2-77-1-start', 'builder-1', 'ec2-77-1-start-0123abcd', 'my-ec2-77-1-start-0123abcd-0']) {
      world.github().addRunner({ name });
    }
    world.setRun('completed');
    expect(brief(await world.reap())).toEqual([]);
    expect(world.github().listed).toHaveLength(4);
  });
});

describe('leftovers', () => {
  test('an unused volume is deleted after the grace period; volumes of instances stay', async () => {
    const world = new SweepWorld();
    await world.start();
    world.ec2.volumes.push(volume(world.clock.now()), volume(world.clock.now(), { id: 'vol-2', state: 'creating' }));
    await world.age(14);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    const { findings } = await world.reap();
    expect(findings).toMatchObject([{ kind: 'volume', id: 'vol-1', type: 'gp3, 50 GiB', outcome: 'removed' }]);
    expect(findings[0]!.estimatedCost).toBeCloseTo((0.08 * 50) / 730 / 4, 6);
    expect(world.ec2.volumes.map(({ id }) => id)).toEqual(['vol-2']);
  });

  test('a volume that was attached after the listing is spared', async () => {
    const world = new SweepWorld();
    const ec2 = Object.assign(world.ec2, { deleteVolume: async () => 'in-use' as const });
    ec2.volumes.push(volume(world.clock.now() - 60 * MINUTE));
    expect(brief(await world.reap())).toEqual(['volume spared: it came into use meanwhile']);
  });

  test('an open spot request is canceled after the grace period; an active one stays', async () => {
    const world = new SweepWorld();
    await world.start({ market: 'spot' });
    world.ec2.spotRequests.push({ id: 'sir-1', state: 'open', createdAt: world.clock.now(), tags: TAGS });
    await world.age(14);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual([
      'spot-request removed: it is still open, and could launch an instance that no start waits for',
    ]);
    expect(world.ec2.spotRequests).toMatchObject([{ id: 'sir-1', state: 'cancelled' }]);
  });

  test('of other repositories stay', async () => {
    const world = new SweepWorld();
    const tags = { [TAG.repository]: 'octo-org/another' };
    world.ec2.volumes.push(volume(0, { tags }));
    world.ec2.spotRequests.push({ id: 'sir-1', state: 'open', createdAt: 0, tags });
    expect(brief(await world.reap())).toEqual([]);
  });
});

test('the filter holds what is within reach, and the answer is checked again', () => {
  const key = TAG.repository;
  expect(filterByReach({ kind: 'repo', home: HOME })).toEqual({ [key]: 'octo-org/octo-repo' });
  expect(filterByReach({ kind: 'org', home: HOME })).toEqual({ [key]: { startsWith: 'octo-org/' } });
  const within = (kind: 'repo' | 'org') =>
    [
      'octo-org/octo-repo',
      'octo-org/another',
      'octo/octo-repo',
      'octo-org/',
      'octo-org',
      'octo-org/octo-repo/x',
      '',
    ].filter((repository) => isWithin({ kind, home: HOME }, { [key]: repository }));
  expect(within('repo')).toEqual(['octo-org/octo-repo']);
  expect(within('org')).toEqual(['octo-org/octo-repo', 'octo-org/another']);
  expect(isWithin({ kind: 'org', home: HOME }, {})).toBe(false);
});

describe('a sweep of an organization', () => {
  const reach = { kind: 'org', home: HOME } as const;

  test('removes what any of its repositories started, and nothing of another owner', async () => {
    const world = new SweepWorld();
    const mine = await world.start({ repository: 'octo-org/another', runId: '1', scope: ORG_SCOPE });
    const other = await world.start({ repository: 'octo-organisation/repo', runId: '2', lifetimeMs: MINUTE });
    world.setRun('completed', '1', 'octo-org/another');
    await world.age(60);
    expect(brief(await world.reap({ reach }))).toEqual([`instance removed: ${COMPLETED}`]);
    expect([world.state(mine), world.state(other)]).toEqual(['shutting-down', 'running']);
    expect(world.github(ORG_SCOPE).listed).toEqual([]);
  });

  test('lists each runner in the scope that the tags of its instance name', async () => {
    const world = new SweepWorld();
    const scope = { kind: 'repo', owner: 'octo-org', repo: 'another' } as const;
    const busy = await world.start({ repository: 'octo-org/another', scope, runner: { busy: true } });
    await world.age(20);
    expect(brief(await world.reap({ reach }))).toEqual([]);
    expect(world.state(busy)).toBe('running');
    expect(world.github(scope).calls).toContain('listRunners');
    expect(world.github(ORG_SCOPE).calls).toContain('listRunners');
    expect(world.github().calls).toContain('listRunners');
  });

  test('removes only ghosts whose run belongs to a repository that the instances name', async () => {
    const world = new SweepWorld();
    await world.start({ repository: 'octo-org/another', runId: '9', scope: ORG_SCOPE });
    const options = { scope: ORG_SCOPE, runner: { status: 'offline' } };
    const [home, another, unknown] = ['1', '2', '3'].map((runId) => world.register(runId, options));
    world.setRun('completed', '1');
    world.setRun('completed', '2', 'octo-org/another');
    const { findings } = await world.reap({ reach });
    expect(findings.map(({ name }) => name)).toEqual([home!.name, another!.name]);
    expect(world.github(ORG_SCOPE).listed.map(({ name }) => name)).toContain(unknown!.name);
  });
});

test('a ghost of a repository is judged by the runs of that repository alone', async () => {
  const world = new SweepWorld();
  await world.start({ repository: 'octo-org/another', runId: '9', scope: ORG_SCOPE });
  world.register('77', { runner: { status: 'offline' } });
  world.setRun('completed', '77', 'octo-org/another');
  expect(brief(await world.reap({ reach: { kind: 'org', home: HOME } }))).toEqual([]);
  expect(world.github().listed).toHaveLength(1);
});

describe('a sweep', () => {
  test('logs how much it has found in each scope and region', async () => {
    const world = new SweepWorld();
    await world.start();
    await world.start({ scope: ORG_SCOPE });
    world.register('78', { scope: ORG_SCOPE });
    world.github().failNext('listRunners', OUTAGE);
    await world.reap();
    const counts = world.said.filter((sentence) => /: \d+ (runner|instance)/.test(sentence));
    expect(counts).toEqual(['org:octo-org: 2 runners.', 'us-east-1: 2 instances, 2 volumes, 0 spot requests.']);
  });

  test('without removals finds the same (dry run)', async () => {
    const world = new SweepWorld();
    await world.start();
    world.register('77', { runner: { status: 'offline' } });
    world.setRun('completed');
    world.ec2.volumes.push(volume(world.clock.now() - 60 * MINUTE));
    world.ec2.spotRequests.push({ id: 'sir-1', state: 'open', createdAt: 0, tags: TAGS });
    const outcomes = async (dryRun: boolean) =>
      (await world.reap({ dryRun })).findings.map(({ kind, outcome }) => `${kind} ${outcome}`);
    const kinds = ['instance', 'runner', 'volume', 'spot-request'];
    expect(await outcomes(true)).toEqual(kinds.map((kind) => `${kind} would-remove`));
    expect(world.changes).toEqual([]);
    expect(await outcomes(false)).toEqual(kinds.map((kind) => `${kind} removed`));
    expect(await outcomes(false)).toEqual([]);
  });

  test('that is canceled judges nothing further, and fails', async () => {
    const world = new SweepWorld();
    const all = [await world.start({ runId: '1' }), await world.start({ runId: '2' })];
    for (const runId of ['1', '2']) world.setRun('completed', runId);
    world.github().onCall = (method) => {
      if (method === 'removeRunner') world.cancel.abort();
    };
    const reaped = await world.reap();
    expect(all.map((one) => world.state(one))).toEqual(['shutting-down', 'running']);
    expect(() => refuseIncomplete(reaped)).toThrow(expect.objectContaining({ code: 'cancelled' }));
  });

  test('reads a run only once, however many instances it started', async () => {
    const world = new SweepWorld();
    for (let one = 0; one < 5; one++) await world.start();
    await world.reap();
    expect(world.github().calls).toEqual(['listRunners', 'readRunAttempt octo-org/octo-repo 77 1']);
  });

  test('that finds nothing succeeds', async () => {
    const world = new SweepWorld();
    const reaped = await world.reap();
    expect(reaped).toEqual({ findings: [], kept: [], instancesSeen: 0, runnersSeen: 0, cancelled: false });
    expect(() => refuseIncomplete(reaped)).not.toThrow();
    expect(world.said).toContain('There is nothing to remove.');
  });
});

function volume(createdAt: number, changes: { id?: string; state?: string; tags?: Record<string, string> } = {}) {
  return { id: 'vol-1', state: 'available', type: 'gp3', createdAt, sizeGiB: 50, tags: TAGS, ...changes };
}

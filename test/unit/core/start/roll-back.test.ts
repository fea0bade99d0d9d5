import { describe, expect, test } from '@jest/globals';
import { INVISIBLE_BOUND_MS } from '../../../../src/core/instances/end-instances.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { LaunchSpec } from '../../../../src/core/ports/ec2.js';
import type { JournalEntry } from '../../../../src/core/ports/process.js';
import { Created } from '../../../../src/core/start/created.js';
import { rollBack } from '../../../../src/core/start/roll-back.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { SUBNET_A } from '../../../worlds/fake-catalog.js';
import { FakeEc2, NO_CAPACITY } from '../../../worlds/fake-ec2.js';
import { aRequest, failureOf, run } from '../../../worlds/requests.js';

/** The longest time for which EC2 was seen not to list a launched instance. */
const INVISIBLE_MS = 12_000;

describe('a failed start', () => {
  // Throttled, too: an earlier try of the same request may have taken effect.
  test.each(['aws-unreachable', 'aws-throttled'] as const)(
    'waits for an instance that EC2 may have launched and does not list yet (%s)',
    async (code) => {
      const world = createCloud({ invisibleMs: INVISIBLE_MS });
      world.ec2.fault('launch', { error: new Failure(code, 'no answer', { hint: 'h' }), afterEffect: true });
      expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe(code);
      expect(world.ec2.instances).toHaveLength(1);
      expect(world.live()).toEqual([]);
      expect(world.github.listed).toEqual([]);
      expect(world.journal.at(-1)?.state).toBe('rolled-back');
    },
  );

  test('does not wait for an instance that EC2 has refused', async () => {
    const world = createCloud({ invisibleMs: INVISIBLE_MS });
    const began = world.clock.now();
    world.ec2.fault('launch', { error: new Failure('aws-not-authorized', 'no', { hint: 'h' }) });
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('aws-not-authorized');
    expect(world.clock.now() - began).toBeLessThan(1_000);
  });

  test('does not list runners when every registration was answered', async () => {
    const world = createCloud();
    world.ec2.fault('launch', { error: new Failure('aws-not-authorized', 'no', { hint: 'h' }) });
    await failureOf(startRunners(aRequest(), world.ports));
    expect(world.github.calls).not.toContain('listRunners');
  });

  test('that was cancelled leaves the waiting to its post step', async () => {
    const world = createCloud({ invisibleMs: INVISIBLE_MS });
    world.clock.after(2_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
    const began = world.clock.now();
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('cancelled');
    expect(world.clock.now() - began).toBeLessThan(3_000);
    expect(world.journal.at(-1)?.state).toBe('started');
    // If the job's runner dies and no post step follows, stop-runner looks for the instance because of this runner.
    expect(world.github.listed).toHaveLength(1);
    expect(await rollBack(Created.fromJournal(world.journal.at(-1)!, run), world.ports)).toEqual([]);
    expect(world.live()).toEqual([]);
  });

  test('that was cancelled during an unanswered launch keeps the runner, by which a stop looks for the instance', async () => {
    const world = createCloud({ invisibleMs: INVISIBLE_MS });
    const launch = world.ec2.launch.bind(world.ec2);
    world.ec2.launch = async (spec) => {
      await launch(spec);
      await world.clock.sleep(4_000);
      throw new Failure('aws-unreachable', 'no answer', { hint: 'h' });
    };
    world.clock.after(2_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('cancelled');
    expect(world.live()).toHaveLength(1);
    expect(world.github.listed).toHaveLength(1);
    expect(world.journal.at(-1)?.state).toBe('started');
  });
});

describe('a launch that is waiting for its next try', () => {
  test('and is cancelled may have taken effect: the runner stays registered until its instance has been looked for', async () => {
    const world = createCloud({ invisibleMs: INVISIBLE_MS });
    const reason = new Failure('cancelled', 'c', { hint: 'h' });
    const launch = world.ec2.launch.bind(world.ec2);
    const waiting = async (spec: LaunchSpec, signal?: AbortSignal) => {
      await launch(spec);
      world.clock.after(1_000, () => world.cancel.abort(reason));
      await world.clock.sleep(60_000, signal);
      throw new Error('It was not cancelled.');
    };
    Object.assign(world.ec2, { launch: waiting });
    const began = world.clock.now();
    expect(await failureOf(startRunners(aRequest(), world.ports))).toMatchObject({ code: 'cancelled' });
    expect(world.clock.now() - began).toBeLessThan(2_000);
    expect(world.github.listed).toHaveLength(1);
    expect(await rollBack(Created.fromJournal(world.journal.at(-1)!, run), world.ports)).toEqual([]);
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });

  test('is not waited for after another launch has failed, and its instance is found', async () => {
    const world = createCloud({ invisibleMs: INVISIBLE_MS });
    const launch = world.ec2.launch.bind(world.ec2);
    let launches = 0;
    const waiting = async (spec: LaunchSpec, signal?: AbortSignal) => {
      if (launches++ > 0) throw new Failure('aws-not-authorized', 'no', { hint: 'h' });
      await launch(spec);
      await world.clock.sleep(180_000, signal);
      throw new Error('It was not cancelled.');
    };
    Object.assign(world.ec2, { launch: waiting });
    const began = world.clock.now();
    const failure = await failureOf(startRunners(aRequest({ count: 2 }), world.ports));
    expect(failure.code).toBe('aws-not-authorized');
    expect(world.clock.now() - began).toBeLessThan(INVISIBLE_MS + 5_000);
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });
});

test('a start that is cancelled while its launch was throttled at every try leaves no runner behind', async () => {
  const world = createCloud();
  world.ec2.launch = async (_spec: unknown, signal?: AbortSignal) => {
    await world.clock.sleep(60_000, signal).catch(() => undefined);
    return { kind: 'given-up', error: signal?.reason as unknown };
  };
  world.clock.after(2_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
  expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('cancelled');
  expect(world.github.registered).toHaveLength(1);
  expect(world.github.listed).toEqual([]);
  expect(world.journal.at(-1)?.state).toBe('rolled-back');
});

describe('a post step', () => {
  /** A start that was killed between EC2's launch and the answer to it. */
  async function killed(world: ReturnType<typeof createCloud>): Promise<JournalEntry> {
    const request = aRequest();
    const journal: JournalEntry[] = [];
    const never = new Promise<never>(() => undefined);
    const launched = new Promise<void>((resolve) => world.ec2.onLaunch(() => resolve()));
    const ec2 = Object.assign(Object.create(world.ec2) as typeof world.ec2, {
      launch: (spec: Parameters<typeof world.ec2.launch>[0]) => world.ec2.launch(spec).then(() => never),
    });
    const ports = {
      ...world.ports,
      ec2,
      ec2In: async () => ec2,
      journal: { record: (e: JournalEntry) => journal.push(e) },
    };
    void startRunners(request, ports);
    await launched;
    return journal.at(-1)!;
  }

  test('finds an instance whose launch was not answered, once EC2 lists it', async () => {
    const world = createCloud({ invisibleMs: INVISIBLE_MS });
    const entry = await killed(world);
    expect(entry.instances).toEqual([]);
    expect(await rollBack(Created.fromJournal(entry, run), world.ports)).toEqual([]);
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });

  test('looks for an instance until EC2 lists it, also after an outage of GitHub that took as long', async () => {
    const world = createCloud({ invisibleMs: INVISIBLE_MS });
    const entry = await killed(world);
    const github = Object.assign(Object.create(world.github) as typeof world.github, {
      listRunners: () => world.clock.sleep(INVISIBLE_BOUND_MS + 5_000).then(() => world.github.listRunners()),
    });
    expect(await rollBack(Created.fromJournal(entry, run), { ...world.ports, github })).toEqual([]);
    expect(world.live()).toEqual([]);
  });

  test('keeps the runner until its instance was looked for, because a stop would look for the instance by it', async () => {
    const world = createCloud({ invisibleMs: INVISIBLE_MS });
    const entry = await killed(world);
    const cleaning = rollBack(Created.fromJournal(entry, run), world.ports);
    await world.clock.sleep(INVISIBLE_MS - 1_000);
    expect(world.github.listed).toHaveLength(1);
    await cleaning;
  });

  test('gives up at once on an instance that it may not terminate', async () => {
    const world = createCloud();
    const entry = await killed(world);
    world.ec2.fault('terminate', { error: new Failure('aws-not-authorized', 'no', { hint: 'h' }) });
    const began = world.clock.now();
    const left = await rollBack(Created.fromJournal(entry, run), world.ports);
    expect(left).toEqual([expect.stringMatching(/^Could not terminate i-\w+ in us-east-1: no$/)]);
    expect(world.clock.now()).toBe(began);
  });

  test('does not report a termination when EC2 ended nothing', async () => {
    const world = createCloud();
    const entry = await killed(world);
    world.ec2.fault('terminate', { error: new Failure('aws-not-authorized', 'no', { hint: 'h' }) });
    await rollBack(Created.fromJournal(entry, run), world.ports);
    expect(world.said.join('\n')).not.toContain('Terminated');
  });

  test('tries again in a region with instances left when another region has none left', async () => {
    const world = createCloud();
    const europe = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
    world.elsewhere.set('eu-west-1', europe);
    world.ec2.refuse({}, NO_CAPACITY);
    const subnetIds = [SUBNET_A, `eu-west-1/${SUBNET_A}`];
    await startRunners(aRequest({ subnetIds, waitFor: 'launched' }), world.ports);
    europe.fault('terminate', { error: new Failure('aws-unreachable', 'no answer', { hint: 'h' }) });
    expect(await rollBack(Created.fromJournal(world.journal.at(-1)!, run), world.ports)).toEqual([]);
    expect(europe.instances.map(({ state }) => state)).toEqual(['shutting-down']);
    expect(world.github.listed).toEqual([]);
  });

  test('keeps the runner of an instance for which it may not look, so that a stop does', async () => {
    const world = createCloud({ invisibleMs: INVISIBLE_MS });
    const entry = await killed(world);
    world.ec2.fault('findInstances', { error: new Failure('aws-not-authorized', 'no', { hint: 'h' }) });
    const left = await rollBack(Created.fromJournal(entry, run), world.ports);
    expect(left).toEqual([
      'Could not look for further instances of this start in us-east-1: no',
      expect.stringMatching(/^Runner \d+ stays registered until its instance has been looked for\.$/),
    ]);
    expect(world.github.listed).toHaveLength(1);
  });

  test('keeps the runner of an instance that it may not terminate and that EC2 does not list yet', async () => {
    const world = createCloud({ invisibleMs: INVISIBLE_MS });
    const [instance] = (await startRunners(aRequest({ waitFor: 'launched' }), world.ports)).instances;
    const entry = { ...world.journal.at(-1)!, state: 'started' } as const;
    world.ec2.fault('terminate', { error: new Failure('aws-not-authorized', 'no', { hint: 'h' }) });
    const left = await rollBack(Created.fromJournal(entry, run), world.ports);
    expect(left).toHaveLength(2);
    expect(world.github.listed.map(({ id }) => id)).toEqual([instance!.runners[0]!.id]);
  });

  test('gives up after 20 s on an instance that does not exist', async () => {
    const world = createCloud();
    world.github.addRunner({ name: 'ec2-77-1-start-0123abcd-0' });
    const entry = {
      startId: '0123abcd',
      regions: ['us-east-1'],
      scope: aRequest().scope,
      runnerIds: [],
      instances: [],
    };
    const began = world.clock.now();
    expect(await rollBack(Created.fromJournal({ ...entry, state: 'started' }, run), world.ports)).toEqual([
      'Runner 1 stays registered until its instance has been looked for.',
    ]);
    expect(world.clock.now() - began).toBe(20_000);
    expect(world.github.listed).toHaveLength(1);
  });
});

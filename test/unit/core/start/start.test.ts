import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { startRunners } from '../../../../src/core/start/start.js';
import {
  AMD64_IMAGE,
  FOREIGN_GROUP,
  GROUP,
  STOCK_AMD64_IMAGE,
  SUBNET_A,
  SUBNET_B,
} from '../../../worlds/fake-catalog.js';
import { FakeEc2, NO_CAPACITY } from '../../../worlds/fake-ec2.js';
import { aWorld } from '../../../worlds/cloud.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';

const BOOT_MS = 25_000;

describe('a start', () => {
  test('returns soon after its runner is online', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    const began = world.clock.now();
    const started = await startRunners(aRequest(), world.ports);
    expect(started.instances).toHaveLength(1);
    expect(world.clock.now() - began).toBeLessThanOrEqual(BOOT_MS + 1_500);
    expect(world.live()).toHaveLength(1);
    expect(world.journal.at(-1)?.state).toBe('confirmed');
  });

  test('logs which runner is online on which instance, and after what time', async () => {
    const world = aWorld({ bootMs: 25_000 });
    const { runners, instance } = (await startRunners(aRequest(), world.ports)).instances[0]!;
    const said = `Runner ${runners[0]!.name} is online on ${instance.id}, `;
    const seconds = world.said.find((sentence) => sentence.startsWith(said))?.slice(said.length);
    expect(seconds).toMatch(/^2[56]\.\d s after its launch\.$/);
  });

  test("spends at most 25 of GitHub's points on a boot of 20 s", async () => {
    const world = aWorld({ bootMs: 20_000 });
    await startRunners(aRequest(), world.ports);
    const points = world.github.calls.map((call) => (call.startsWith('register') || call.startsWith('remove') ? 5 : 1));
    expect(points.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(25);
    expect(world.github.calls.filter((call) => call === 'registerRunner')).toHaveLength(1);
  });

  test.each([7, 25, 60])('notices within 1.2 s that a boot of %i s is over', async (seconds) => {
    for (let fraction = 0; fraction < 10; fraction++) {
      const bootMs = seconds * 1_000 + fraction * 130;
      const world = aWorld({ bootMs });
      const { instances } = await startRunners(aRequest(), world.ports);
      expect(instances[0]!.runners[0]!.onlineAt! - instances[0]!.launchedAt - bootMs).toBeLessThanOrEqual(1_200);
    }
  });

  test('whose outputs cannot be written is rolled back', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    const publish = () => Promise.reject(new Failure('bad-input', 'no outputs', { hint: 'x' }));
    const failure = await failureOf(startRunners(aRequest(), world.ports, publish));
    expect(failure.message).toBe('no outputs');
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });

  test('is confirmed only after its outputs are written', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    let state: string | undefined;
    await startRunners(aRequest(), world.ports, async () => void (state = world.journal.at(-1)?.state));
    expect([state, world.journal.at(-1)?.state]).toEqual(['started', 'confirmed']);
  });

  test('has its instance and its runner in the journal while it waits for them', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    const starting = startRunners(aRequest(), world.ports);
    await world.clock.sleep(BOOT_MS / 2);
    expect(world.journal.at(-1)).toMatchObject({
      state: 'started',
      instances: [{ id: world.ec2.instances[0]!.id, region: 'us-east-1' }],
      runnerIds: [world.github.listed[0]!.id],
    });
    await starting;
  });

  test('gives everything its identity before it exists', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    const states: string[] = [];
    world.github.onCall = (method) => method === 'registerRunner' && states.push(world.journal.at(-1)?.state ?? 'none');
    await startRunners(aRequest({ userTags: { Team: 'ml', Name: 'mine' } }), world.ports);
    expect(states).toEqual(['started']);
    expect(world.ec2.specs[0]!.tags).toMatchObject({
      Team: 'ml',
      Name: 'mine',
      'ci-actions:repository': 'octo-org/octo-repo',
      'ci-actions:run-id': '77',
      'ci-actions:run-attempt': '1',
      'ci-actions:job': 'start',
      'ci-actions:label': 'a-label',
      'ci-actions:start': '0123abcd',
      'ci-actions:scope': 'repo:octo-org/octo-repo',
    });
    const expires = Date.parse(world.ec2.specs[0]!.tags['ci-actions:expires-at']!);
    expect(expires).toBeGreaterThan(world.clock.now() + 21_000_000);
  });

  test('of five has five runners with a configuration each, and one series of requests', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    const started = await startRunners(aRequest({ count: 5 }), world.ports);
    expect(new Set(started.instances.map(({ runners }) => runners[0]!.name)).size).toBe(5);
    expect(new Set(world.ec2.specs.map(({ userData }) => Buffer.from(userData).toString('hex'))).size).toBe(5);
    expect(new Set(world.ec2.specs.map(({ clientToken }) => clientToken)).size).toBe(5);
    expect(world.github.calls.filter((call) => call === 'listRunners').length).toBeLessThanOrEqual(20);
  });

  test('of fifty keeps to the rate limits of EC2', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    const at: number[] = [];
    world.ec2.onLaunch(() => at.push(world.clock.now()));
    await startRunners(aRequest({ count: 50 }), world.ports);
    expect(at).toHaveLength(50);
    for (const [index, time] of at.entries()) {
      const later = at.filter((other) => other >= time && other < time + 1_000);
      expect({ index, burst: later.length <= 7 }).toEqual({ index, burst: true });
    }
    expect(at.at(-1)! - at[0]!).toBeLessThan(24_000);
  });

  test('of fifty sends hardly more requests than a start of one', async () => {
    const questions = async (count: number) => {
      const world = aWorld({ bootMs: BOOT_MS });
      let asked = 0;
      const describe = world.ec2.describeInstances.bind(world.ec2);
      world.ec2.describeInstances = (ids) => {
        asked++;
        return describe(ids);
      };
      await startRunners(aRequest({ count }), world.ports);
      return asked + world.github.calls.filter((call) => !call.startsWith('registerRunner')).length;
    };
    // EC2's rate limit delays the last launches by 23 s. Meanwhile both services are sent a request now and then.
    expect(await questions(50)).toBeLessThanOrEqual((await questions(1)) + 10);
  });

  test('that does not wait for runners returns at once', async () => {
    const world = aWorld();
    const began = world.clock.now();
    const started = await startRunners(aRequest({ waitFor: 'launched' }), world.ports);
    expect(world.clock.now() - began).toBeLessThan(1_000);
    expect(started.instances[0]!.runners[0]!.onlineAt).toBeUndefined();
    expect(world.journal.at(-1)?.state).toBe('confirmed');
  });
});

describe('the place of an instance', () => {
  test('is found by trying every type in every subnet, in order', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.ec2.capacity.set('t3.xlarge', 0).set(`m5.xlarge/${SUBNET_A}`, 0);
    const { instances, refused } = await startRunners(aRequest({ subnetIds: [SUBNET_A, SUBNET_B] }), world.ports);
    expect(instances[0]!.plan).toEqual({
      instanceType: 'm5.xlarge',
      region: 'us-east-1',
      subnetId: SUBNET_B,
      market: 'on-demand',
    });
    expect(refused.map(({ plan }) => `${plan.instanceType} ${plan.subnetId}`)).toEqual([
      `t3.xlarge ${SUBNET_A}`,
      `t3.xlarge ${SUBNET_B}`,
      `m5.xlarge ${SUBNET_A}`,
    ]);
  });

  test('is on spot if any plan has capacity, and the switch to the on-demand price is announced', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.ec2.refuse({ market: 'spot' }, NO_CAPACITY);
    const { instances } = await startRunners(aRequest({ markets: ['spot', 'on-demand'] }), world.ports);
    expect(instances[0]!.plan).toMatchObject({ instanceType: 't3.xlarge', market: 'on-demand' });
    expect(world.said.join('\n')).toContain('notice: No spot capacity: going on with on-demand instances');
  });

  test('is in another market when a quota closes the first one', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    const refusal = { code: 'MaxSpotInstanceCountExceeded', message: 'm', scope: 'market', kind: 'quota' } as const;
    world.ec2.refuse({ market: 'spot' }, refusal);
    const { refused } = await startRunners(aRequest({ markets: ['spot', 'on-demand'] }), world.ports);
    expect(refused).toHaveLength(1);
  });

  test('is another plan for the third of three when the first plan has capacity for two', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.ec2.capacity.set('t3.xlarge', 2);
    const { instances } = await startRunners(aRequest({ count: 3 }), world.ports);
    expect(instances.map(({ plan }) => plan.instanceType).toSorted()).toEqual(['m5.xlarge', 't3.xlarge', 't3.xlarge']);
  });

  test('does not exist when every plan is refused: each refusal is reported, and nothing is left behind', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.ec2.refuse({}, NO_CAPACITY);
    const failure = await failureOf(startRunners(aRequest({ count: 2 }), world.ports));
    expect(failure.code).toBe('no-capacity');
    expect(failure.details).toContain('t3.xlarge on-demand in subnet-');
    expect(failure.details).toContain('m5.xlarge on-demand');
    expect(world.github.listed).toEqual([]);
    expect(world.journal.at(-1)?.state).toBe('rolled-back');
  });

  test('does not exist when quotas refuse every plan: the failure has the quota to raise', async () => {
    const world = aWorld();
    world.ec2.refuse(
      {},
      {
        code: 'VcpuLimitExceeded',
        message: 'You have requested more vCPU capacity than your current vCPU limit allows.',
        scope: 'type',
        kind: 'quota',
        hint: 'Raise L-1216C47A.',
      },
    );
    expect(await failureOf(startRunners(aRequest(), world.ports))).toMatchObject({
      code: 'quota-exceeded',
      hint: 'Raise L-1216C47A.',
    });
  });
});

describe('capacity that comes back', () => {
  test('is waited for as long as the input allows, with a new client token', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.ec2.capacity.set('t3.xlarge', 0).set('m5.xlarge', 0);
    world.clock.after(60_000, () => world.ec2.capacity.set('m5.xlarge', 1));
    const { instances } = await startRunners(aRequest({ retryCapacityMs: 300_000 }), world.ports);
    expect(instances[0]!.plan.instanceType).toBe('m5.xlarge');
    expect(world.ec2.specs[0]!.clientToken).toBe('ci-actions-77-1-0123abcd-0-1s3');
  });

  test('needs client tokens that differ from those of other runs, because EC2 remembers them for the whole account', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    const other = { ...aRequest().run, runId: '2' };
    await startRunners(aRequest(), world.ports);
    await startRunners(aRequest({ run: other }), world.ports);
    expect(new Set(world.ec2.specs.map(({ clientToken }) => clientToken)).size).toBe(2);
  });

  test('is not waited for any longer than that', async () => {
    const world = aWorld();
    const began = world.clock.now();
    world.ec2.refuse({}, NO_CAPACITY);
    const failure = await failureOf(startRunners(aRequest({ count: 3, retryCapacityMs: 120_000 }), world.ports));
    expect(failure.code).toBe('no-capacity');
    expect(world.clock.now() - began).toBeLessThanOrEqual(125_000);
    expect(failure.details.split('\n')).toHaveLength(2);
  });

  test('is not expected of a plan that a quota refused', async () => {
    const world = aWorld();
    const began = world.clock.now();
    world.ec2.refuse({}, { code: 'VcpuLimitExceeded', message: 'Raise it.', scope: 'type', kind: 'quota' });
    await failureOf(startRunners(aRequest({ retryCapacityMs: 600_000 }), world.ports));
    expect(world.clock.now() - began).toBeLessThan(1_000);
  });

  test('is not waited for after the start is cancelled', async () => {
    const world = aWorld();
    world.ec2.refuse({}, NO_CAPACITY);
    world.clock.after(15_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
    const failure = await failureOf(startRunners(aRequest({ count: 2, retryCapacityMs: 600_000 }), world.ports));
    expect(failure.code).toBe('cancelled');
    expect(world.github.listed).toEqual([]);
  });

  test('does not cause a storm of launches: their number is limited', async () => {
    const world = aWorld();
    let asked = 0;
    const launch = world.ec2.launch.bind(world.ec2);
    world.ec2.launch = (spec) => {
      asked++;
      return launch(spec);
    };
    world.ec2.refuse({}, NO_CAPACITY);
    // Unlike any real plan: EC2 reports a lack of capacity and refuses again at once, forever.
    const subnetIds = [SUBNET_A, SUBNET_B, 'subnet-0a00000000000000c'];
    const request = aRequest({ count: 20, subnetIds, retryCapacityMs: 6 * 3_600_000 });
    expect((await failureOf(startRunners(request, world.ports))).code).toBe('launch-budget-spent');
    expect(asked).toBeLessThanOrEqual(1_020);
  });
});

describe('several regions', () => {
  const subnetIds = ['subnet-0a00000000000000a', 'eu-west-1/subnet-0a00000000000000b'];

  function setUp() {
    const world = aWorld({ bootMs: BOOT_MS });
    const europe = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
    europe.onLaunch((instance) => world.clock.after(BOOT_MS, () => world.bringOnline(instance)));
    world.elsewhere.set('eu-west-1', europe);
    world.ec2.regions = ['us-east-1', 'eu-west-1'];
    return { world, europe };
  }

  test('are tried in the order of their subnets, each with its own image', async () => {
    const { world, europe } = setUp();
    europe.parameters.set('/ci-actions/ami/amd64', STOCK_AMD64_IMAGE);
    world.ec2.refuse({}, NO_CAPACITY);
    const { instances } = await startRunners(aRequest({ subnetIds }), world.ports);
    expect(instances[0]!.plan).toMatchObject({ region: 'eu-west-1', instanceType: 't3.xlarge' });
    expect(europe.specs[0]!.imageId).toBe(STOCK_AMD64_IMAGE);
    expect(world.ec2.instances).toEqual([]);
  });

  test('are all cleaned up', async () => {
    const { world, europe } = setUp();
    world.ec2.refuse({}, NO_CAPACITY);
    world.clock.after(10_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
    await failureOf(startRunners(aRequest({ subnetIds }), world.ports));
    expect(europe.instances.map(({ state }) => state)).toEqual(['shutting-down']);
  });

  test('are named when something is missing in one of them', async () => {
    const { world } = setUp();
    const request = aRequest({ subnetIds: ['eu-west-1/subnet-0dead'] });
    expect((await failureOf(startRunners(request, world.ports))).message).toContain('does not have in eu-west-1');
  });
});

describe('an answer that is lost', () => {
  test('to a registration: a new name, and the twin is removed', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.github.loseNextRegistration('after');
    const { instances } = await startRunners(aRequest(), world.ports);
    expect(instances[0]!.runners[0]!.name).toMatch(/-0123abcd-0r1$/);
    expect(world.github.listed.map(({ name }) => name)).toEqual([instances[0]!.runners[0]!.name]);
  });

  test('to a registration that never took effect: a new name all the same', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.github.loseNextRegistration('before');
    await startRunners(aRequest(), world.ports);
    expect(world.github.listed).toHaveLength(1);
  });

  test.each([
    ['when the start is ready', undefined],
    ['when it fails', new Failure('cancelled', 'c', { hint: 'h' })],
  ])('to a registration that takes effect only later: the twin is removed %s', async (_, reason) => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.github.loseNextRegistration('before');
    world.clock.after(5_000, () => world.github.addRunner({ name: 'ec2-77-1-start-0123abcd-0' }));
    if (reason) world.clock.after(10_000, () => world.cancel.abort(reason));
    const outcome = await startRunners(aRequest(), world.ports).catch((error: unknown) => error);
    expect(outcome instanceof Failure ? outcome.code : undefined).toBe(reason?.code);
    expect(world.github.listed.map(({ name }) => name)).not.toContain('ec2-77-1-start-0123abcd-0');
  });

  test.each([5, 55])('to every registration for %d s: waited out, each time under a new name', async (seconds) => {
    const world = aWorld({ bootMs: BOOT_MS });
    const until = world.clock.now() + seconds * 1_000;
    const names: string[] = [];
    const registerRunner = world.github.registerRunner.bind(world.github);
    world.github.registerRunner = async (wanted) => {
      names.push(wanted.name);
      return world.clock.now() < until ? 'unanswered' : registerRunner(wanted);
    };
    await startRunners(aRequest(), world.ports);
    expect(new Set(names).size).toBe(names.length);
    expect(world.github.listed).toHaveLength(1);
  });

  test('to every registration, and the step is cancelled meanwhile: no further registration', async () => {
    const world = aWorld();
    for (let i = 0; i < 100; i++) world.github.loseNextRegistration('after');
    const began = world.clock.now();
    world.clock.after(20_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('cancelled');
    expect(world.clock.now() - began).toBeLessThan(21_000);
    expect(world.github.listed).toEqual([]);
  });

  test('again and again, while GitHub reports each new name as taken', async () => {
    const world = aWorld();
    for (let again = 0; again < 4; again++) {
      world.github.addRunner({ name: `ec2-77-1-start-0123abcd-0${again === 0 ? '' : `r${again}`}`, busy: true });
    }
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('runner-name-taken');
    expect(world.ec2.instances).toEqual([]);
  });

  test('to every registration: nothing is launched', async () => {
    const world = aWorld();
    const began = world.clock.now();
    for (let i = 0; i < 100; i++) world.github.loseNextRegistration('after');
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure.code).toBe('github-unreachable');
    // The bound is a time, not a number of tries: without pauses those would be over within a second.
    expect(failure.message).toMatch(/requests to register a runner in 60 s\.$/);
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(60_000);
    expect(world.github.calls.filter((call) => call.startsWith('registerRunner')).length).toBeLessThan(30);
    expect(world.ec2.instances).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });

  test('to a launch: the instance is found by its tags and removed', async () => {
    const world = aWorld();
    world.ec2.fault('launch', {
      error: new Failure('aws-unreachable', 'no answer', { hint: 'again' }),
      afterEffect: true,
    });
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('aws-unreachable');
    expect(world.ec2.instances).toHaveLength(1);
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });
});

describe('a wait', () => {
  test('ends at once when the instance dies, with the reason and the last lines of its console', async () => {
    const world = aWorld();
    const began = world.clock.now();
    world.ec2.onLaunch((instance) => {
      world.ec2.consoles.set(
        instance.id,
        '[ 1.0] Linux\r\nci-actions phase=agent uptime=3.10 at=2026-01-01T00:00:09.000Z\r\nci-actions phase=power-off uptime=4.00 at=2026-01-01T00:00:10.000Z pre-runner script failed with 7\r\n',
      );
      world.clock.after(9_000, () => world.ec2.end(instance.id));
    });
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure.code).toBe('instance-died');
    expect(failure.message).toContain('Client.InstanceInitiatedShutdown');
    expect(failure.details).toContain('Boot phases, in seconds after the launch: agent 9.0, power-off 10.0');
    expect(failure.why).toBe('The boot agent powered the instance off: pre-runner script failed with 7.');
    expect(failure.details).toContain('console: [ 1.0] Linux');
    expect(world.clock.now() - began).toBeLessThan(21_000);
    expect(world.github.listed).toEqual([]);
  });

  test('ends at the timeout, with everything removed', async () => {
    const world = aWorld();
    const began = world.clock.now();
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure.code).toBe('startup-timeout');
    expect(failure.details).toContain('Boot phases, in seconds after the launch: none seen');
    expect(world.clock.now() - began).toBe(300_000);
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
    expect(world.journal.at(-1)?.state).toBe('rolled-back');
  });

  test.each(['github-unauthorized', 'github-forbidden'] as const)('ends at once on %s', async (code) => {
    const world = aWorld({ bootMs: BOOT_MS });
    const began = world.clock.now();
    world.github.failNext('readRunner', new Failure(code, 'no', { hint: 'h' }));
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe(code);
    expect(world.clock.now() - began).toBeLessThan(10_000);
    expect(world.live()).toEqual([]);
  });

  test.each(['github-unreachable', 'github-rate-limited'] as const)('outlasts %s', async (code) => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.github.failNext('readRunner', new Failure(code, 'down', { hint: 'h' }), 15);
    await startRunners(aRequest(), world.ports);
    expect(world.journal.at(-1)?.state).toBe('confirmed');
  });

  test('ends when the runner is removed from GitHub', async () => {
    const world = aWorld();
    world.ec2.onLaunch((instance) => {
      world.clock.after(10_000, () => world.github.remove(instance.tags['ci-actions:runner-name']!));
    });
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('runner-removed');
    expect(world.live()).toEqual([]);
  });

  test('that is cancelled removes everything', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.clock.after(8_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
    expect((await failureOf(startRunners(aRequest({ count: 3 }), world.ports))).code).toBe('cancelled');
    expect(world.ec2.instances).toHaveLength(3);
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });

  test("slows down when GitHub's rate limit runs low", async () => {
    const world = aWorld({ bootMs: 60_000 });
    world.github.pace = 5;
    await startRunners(aRequest(), world.ports);
    expect(world.github.calls.filter((call) => call.startsWith('readRunner')).length).toBeLessThan(12);
  });

  test('for several instances ends for all of them when one dies', async () => {
    const world = aWorld();
    let launched = 0;
    world.ec2.onLaunch((instance) => {
      if (++launched === 2) world.clock.after(6_000, () => world.ec2.end(instance.id));
      else world.clock.after(BOOT_MS, () => world.bringOnline(instance));
    });
    expect((await failureOf(startRunners(aRequest({ count: 3 }), world.ports))).code).toBe('instance-died');
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });
});

describe('before anything is created, a start refuses', () => {
  const cases: [string, Parameters<typeof aRequest>[0], RegExp][] = [
    [
      'a type of another architecture',
      { instanceTypes: ['t4g.xlarge'] },
      /t4g\.xlarge is arm64, but image .* is x86_64; .*`preset: arm64`/,
    ],
    [
      'a cuda preset without a GPU',
      { base: 'cuda', image: { kind: 'published', base: 'cuda' }, instanceTypes: ['t3.xlarge'] },
      /has no GPU/,
    ],
    [
      'a volume smaller than the image',
      { volume: { sizeGiB: 20, sizeIsDefault: false } },
      /`ec2-volume-size` is 20; allowed with image .*: 50/,
    ],
    ['a type that does not exist', { instanceTypes: ['t9.huge'] }, /none of which the region offers/],
    [
      'a subnet that does not exist',
      { subnetIds: ['subnet-0dead'] },
      /`subnet-id` is "subnet-0dead", which this account does not have/,
    ],
    ['a group of another network', { securityGroupIds: [FOREIGN_GROUP] }, /different networks/],
    [
      'an image that does not exist',
      { image: { kind: 'id', id: 'ami-0dead' } },
      /ami-0dead, but EC2 shows no such image/,
    ],
    ['a parameter that does not exist', { image: { kind: 'parameter', path: '/x' } }, /no SSM parameter \/x/],
    ['a name that matches nothing', { image: { kind: 'name', pattern: 'none-*' } }, /matches "none-\*"/],
    [
      'a script that does not fit',
      { preRunnerScript: Buffer.from(crypto.getRandomValues(new Uint8Array(12_000))).toString('base64') },
      /EC2 allows 16384/,
    ],
    [
      'a script that would fit only with an image that has a runner',
      {
        image: { kind: 'id', id: STOCK_AMD64_IMAGE },
        preRunnerScript: crypto.getRandomValues(Buffer.alloc(8_970)).toString('base64'),
      },
      /EC2 allows 16384/,
    ],
  ];
  test.each(cases)('%s', async (_name, changes, why) => {
    const world = aWorld();
    const failure = await failureOf(startRunners(aRequest(changes), world.ports));
    expect(`${failure.message}\n${failure.details}`).toMatch(why);
    expect(world.ec2.instances).toEqual([]);
    expect(world.github.registered).toEqual([]);
    expect(world.journal).toEqual([]);
  });

  test('all of that at once', async () => {
    const world = aWorld();
    const failure = await failureOf(
      startRunners(
        aRequest({
          instanceTypes: ['t4g.xlarge'],
          subnetIds: ['subnet-0dead'],
          volume: { sizeGiB: 1, sizeIsDefault: false },
        }),
        world.ports,
      ),
    );
    expect(failure.details.split('\n')).toHaveLength(3);
  });
});

describe('the image', () => {
  test('of a preset without a published image is a public one, on which the runner is installed', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.ec2.parameters.delete('/ci-actions/ami/amd64');
    const { regionSetups } = await startRunners(aRequest(), world.ports);
    expect(regionSetups.get('us-east-1')!.image.id).toBe(STOCK_AMD64_IMAGE);
    expect(world.said.join('\n')).toContain('notice: No image was published at /ci-actions/ami/amd64');
    expect(world.github.calls).toContain('findDownload latest');
  });

  test("may be larger than the preset's volume", async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    const image = world.ec2.images.find(({ id }) => id === AMD64_IMAGE)!;
    world.ec2.images[world.ec2.images.indexOf(image)] = { ...image, rootVolumeGiB: 80 };
    await startRunners(aRequest({ securityGroupIds: [GROUP] }), world.ports);
    expect(world.ec2.specs[0]!.rootVolume).toEqual({ deviceName: '/dev/sda1', sizeGiB: 80, type: 'gp3' });
  });

  test.each([
    [{ state: 'pending' }, /is pending, not available/],
    [{ platform: 'Windows' }, /is a Windows image/],
  ])('%j is refused', async (changes, why) => {
    const world = aWorld();
    const image = world.ec2.images.find(({ id }) => id === AMD64_IMAGE)!;
    world.ec2.images[world.ec2.images.indexOf(image)] = { ...image, ...changes };
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure.code).toBe('image-unusable');
    expect(failure.message).toMatch(why);
  });

  test('with a runner that GitHub refuses is refused', async () => {
    const world = aWorld();
    world.github.deprecations.set('2.336.0', world.clock.now() - 1);
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure.code).toBe('runner-version-refused');
    expect(failure.hint).toContain('ami/README.md');
    expect([world.ec2.specs, world.github.listed]).toEqual([[], []]);
  });

  test('with a runner that GitHub will soon refuse causes a warning', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.github.deprecations.set('2.336.0', world.clock.now() + 3 * 86_400_000);
    await startRunners(aRequest(), world.ports);
    expect(world.said.join('\n')).toContain('warning: Image');
  });

  test('with a runner that is too old to register is refused without a request to GitHub', async () => {
    const world = aWorld();
    const image = world.ec2.images.find(({ id }) => id === AMD64_IMAGE)!;
    world.ec2.images[world.ec2.images.indexOf(image)] = { ...image, tags: { 'ci-actions:runner-version': '2.328.9' } };
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('runner-version-refused');
    expect([world.github.calls, world.journal]).toEqual([[], []]);
  });
});

describe('a runner group', () => {
  const org = { kind: 'org', org: 'octo-org' } as const;

  test('that this repository may not use fails the start before anything is registered', async () => {
    for (const runnerGroup of ['theirs', '4', undefined]) {
      const world = aWorld();
      world.github.groups.set('theirs', 4);
      world.github.closedGroups.set(4, 'not for us').set(1, 'not for us');
      const failure = await failureOf(startRunners(aRequest({ scope: org, runnerGroup }), world.ports));
      expect(failure.code).toBe('runner-group-unusable');
      expect([world.github.registered, world.ec2.specs, world.journal]).toEqual([[], [], []]);
    }
  });

  test('that cannot be checked is logged and used', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    world.github.groupDoubt = 'Nobody knows.';
    await startRunners(aRequest({ scope: org }), world.ports);
    expect(world.said.join('\n')).toContain('Nobody knows.');
    expect(world.github.registered).toMatchObject([{ groupId: 1 }]);
  });

  test('is not looked up for the runners of a repository', async () => {
    const world = aWorld({ bootMs: BOOT_MS });
    await startRunners(aRequest(), world.ports);
    expect(world.github.calls.filter((call) => call.startsWith('resolveGroup'))).toEqual([]);
  });
});

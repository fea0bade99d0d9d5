import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { STOCK_AMD64_IMAGE, SUBNET_A, SUBNET_B } from '../../../worlds/fake-catalog.js';
import { FakeEc2, NO_CAPACITY } from '../../../worlds/fake-ec2.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';

const BOOT_MS = 25_000;

describe('the place of an instance', () => {
  test('is found by trying every type in every subnet, in order', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
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
    const world = createCloud({ bootMs: BOOT_MS });
    world.ec2.refuse({ market: 'spot' }, NO_CAPACITY);
    const { instances } = await startRunners(aRequest({ markets: ['spot', 'on-demand'] }), world.ports);
    expect(instances[0]!.plan).toMatchObject({ instanceType: 't3.xlarge', market: 'on-demand' });
    expect(world.said.join('\n')).toContain('notice: No spot capacity: going on with on-demand instances');
  });

  test('is in another market when a quota closes the first one', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    const refusal = { code: 'MaxSpotInstanceCountExceeded', message: 'm', scope: 'market', kind: 'quota' } as const;
    world.ec2.refuse({ market: 'spot' }, refusal);
    const { refused } = await startRunners(aRequest({ markets: ['spot', 'on-demand'] }), world.ports);
    expect(refused).toHaveLength(1);
  });

  test('is another plan for the third of three when the first plan has capacity for two', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    world.ec2.capacity.set('t3.xlarge', 2);
    const { instances } = await startRunners(aRequest({ count: 3 }), world.ports);
    expect(instances.map(({ plan }) => plan.instanceType).toSorted()).toEqual(['m5.xlarge', 't3.xlarge', 't3.xlarge']);
  });

  test('does not exist when every plan is refused: each refusal is reported, and nothing is left behind', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    world.ec2.refuse({}, NO_CAPACITY);
    const failure = await failureOf(startRunners(aRequest({ count: 2 }), world.ports));
    expect(failure.code).toBe('no-capacity');
    expect(failure.details).toContain('t3.xlarge on-demand in subnet-');
    expect(failure.details).toContain('m5.xlarge on-demand');
    expect(world.github.listed).toEqual([]);
    expect(world.journal.at(-1)?.state).toBe('rolled-back');
  });

  test('does not exist when quotas refuse every plan: the failure has the quota to raise', async () => {
    const world = createCloud();
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
    const world = createCloud({ bootMs: BOOT_MS });
    world.ec2.capacity.set('t3.xlarge', 0).set('m5.xlarge', 0);
    world.clock.after(60_000, () => world.ec2.capacity.set('m5.xlarge', 1));
    const { instances } = await startRunners(aRequest({ retryCapacityMs: 300_000 }), world.ports);
    expect(instances[0]!.plan.instanceType).toBe('m5.xlarge');
    expect(world.ec2.specs[0]!.clientToken).toBe('ci-actions-77-1-0123abcd-0-1s3');
  });

  test('needs client tokens that differ from those of other runs, because EC2 remembers them for the whole account', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    const other = { ...aRequest().run, runId: '2' };
    await startRunners(aRequest(), world.ports);
    await startRunners(aRequest({ run: other }), world.ports);
    expect(new Set(world.ec2.specs.map(({ clientToken }) => clientToken)).size).toBe(2);
  });

  test('is not waited for any longer than that', async () => {
    const world = createCloud();
    const began = world.clock.now();
    world.ec2.refuse({}, NO_CAPACITY);
    const failure = await failureOf(startRunners(aRequest({ count: 3, retryCapacityMs: 120_000 }), world.ports));
    expect(failure.code).toBe('no-capacity');
    expect(world.clock.now() - began).toBeLessThanOrEqual(125_000);
    expect(failure.details.split('\n')).toHaveLength(2);
  });

  test('is not expected of a plan that a quota refused', async () => {
    const world = createCloud();
    const began = world.clock.now();
    world.ec2.refuse({}, { code: 'VcpuLimitExceeded', message: 'Raise it.', scope: 'type', kind: 'quota' });
    await failureOf(startRunners(aRequest({ retryCapacityMs: 600_000 }), world.ports));
    expect(world.clock.now() - began).toBeLessThan(1_000);
  });

  test('is not waited for after the start is cancelled', async () => {
    const world = createCloud();
    world.ec2.refuse({}, NO_CAPACITY);
    world.clock.after(15_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
    const failure = await failureOf(startRunners(aRequest({ count: 2, retryCapacityMs: 600_000 }), world.ports));
    expect(failure.code).toBe('cancelled');
    expect(world.github.listed).toEqual([]);
  });

  test('does not cause a storm of launches: their number is limited', async () => {
    const world = createCloud();
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
    const world = createCloud({ bootMs: BOOT_MS });
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

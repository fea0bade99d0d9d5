import { describe, expect, test } from '@jest/globals';
import { Failure, type FailureCode } from '../../../../src/core/kernel/failure.js';
import type { LaunchTarget, Refusal } from '../../../../src/core/ports/ec2.js';
import { dryRunStart, startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { AMD64_IMAGE, SUBNET_A, SUBNET_B } from '../../../worlds/fake-catalog.js';
import { FakeEc2, NO_CAPACITY } from '../../../worlds/fake-ec2.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';

const SUBNETS = [SUBNET_A, SUBNET_B];
const ABROAD = `eu-west-1/${SUBNET_A}`;
const BOTH_MARKETS = ['spot', 'on-demand'] as const;

function aWorldWithEurope() {
  const world = createCloud({ bootMs: 5_000 });
  const europe = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
  europe.onLaunch((instance) => world.clock.after(5_000, () => world.bringOnline(instance)));
  world.elsewhere.set('eu-west-1', europe);
  world.ec2.regions = ['us-east-1', 'eu-west-1'];
  return { ...world, europe };
}

function deadEnd(scope: Refusal['scope'], code: FailureCode = 'aws-not-authorized', what = 'Forbidden'): Refusal {
  const failure = new Failure(code, `${what}.`, { hint: `Undo "${what}".` });
  return { code: what, message: `${what}.`, scope, kind: 'rejected', failure };
}

/** type/subnet/market/region of every launch, in order. */
function recordLaunches(ec2: FakeEc2, asked: string[] = []): string[] {
  const launch = ec2.launch.bind(ec2);
  ec2.launch = (spec) => {
    const { instanceType, subnetId = '', market } = spec.plan;
    asked.push(`${instanceType} ${subnetId.slice(-1)} ${market} ${ec2.region}`);
    return launch(spec);
  };
  return asked;
}

test.each<[kind: Refusal['kind'], hint: RegExp]>([
  ['unsupported', /^EC2 does not offer these plans, now or later: name other types in `ec2-instance-type`/],
  ['capacity', /^Capacity comes and goes: run the job again later/],
])('When every plan is refused as %s, the hint is about that', async (kind, hint) => {
  const world = createCloud({ bootMs: 5_000 });
  world.ec2.refuse({}, { code: 'Unsupported', message: 'not supported', scope: 'plan', kind });
  const failure = await failureOf(startRunners(aRequest({ subnetIds: SUBNETS }), world.ports));
  expect(failure).toMatchObject({ code: 'no-capacity', hint: expect.stringMatching(hint) });
});

describe('A refusal closes no more plans than EC2 means', () => {
  test.each<[scope: Refusal['scope'], match: Partial<LaunchTarget>, asked: string[]]>([
    [
      'plan',
      { instanceType: 't3.xlarge' },
      ['t3.xlarge a spot us-east-1', 't3.xlarge b spot us-east-1', 'm5.xlarge a spot us-east-1'],
    ],
    ['type', { instanceType: 't3.xlarge' }, ['t3.xlarge a spot us-east-1', 'm5.xlarge a spot us-east-1']],
    ['subnet', { subnetId: SUBNET_A }, ['t3.xlarge a spot us-east-1', 't3.xlarge b spot us-east-1']],
    ['market', { market: 'spot' }, ['t3.xlarge a spot us-east-1', 't3.xlarge a on-demand us-east-1']],
    ['region', {}, ['t3.xlarge a spot us-east-1', 't3.xlarge a spot eu-west-1']],
  ])('%s', async (scope, match, expected) => {
    const world = aWorldWithEurope();
    const asked = recordLaunches(world.ec2);
    recordLaunches(world.europe, asked);
    world.ec2.refuse(match, deadEnd(scope));
    const subnetIds = scope === 'region' ? [...SUBNETS, ABROAD] : SUBNETS;
    await startRunners(aRequest({ subnetIds, markets: BOTH_MARKETS }), world.ports);
    expect(asked).toEqual(expected);
  });

  test('a quota of one region leaves the same type in another region open', async () => {
    const world = aWorldWithEurope();
    world.ec2.refuse({}, { code: 'VcpuLimitExceeded', message: 'm', scope: 'type', kind: 'quota' });
    const request = aRequest({ instanceTypes: ['t3.xlarge'], subnetIds: [...SUBNETS, ABROAD] });
    const { instances } = await startRunners(request, world.ports);
    expect(instances[0]!.plan).toMatchObject({ instanceType: 't3.xlarge', region: 'eu-west-1' });
  });

  test('a full subnet is tried again with all of its types when the retry time allows', async () => {
    const world = createCloud({ bootMs: 5_000 });
    const asked = recordLaunches(world.ec2);
    const none: Refusal = { ...NO_CAPACITY, code: 'InsufficientFreeAddressesInSubnet', scope: 'subnet' };
    world.ec2.refuse({ subnetId: SUBNET_A }, none);
    const request = aRequest({ subnetIds: [SUBNET_A], retryCapacityMs: 15_000 });
    expect((await failureOf(startRunners(request, world.ports))).code).toBe('no-capacity');
    expect(asked).toEqual(['t3.xlarge a on-demand us-east-1', 't3.xlarge a on-demand us-east-1']);
  });

  test('an impossible plan is not tried again together with plans that lacked capacity', async () => {
    const world = createCloud({ bootMs: 5_000 });
    const asked = recordLaunches(world.ec2);
    world.ec2.refuse({ instanceType: 't3.xlarge' }, deadEnd('type'));
    world.ec2.refuse({ instanceType: 'm5.xlarge' }, NO_CAPACITY);
    const failure = await failureOf(startRunners(aRequest({ retryCapacityMs: 15_000 }), world.ports));
    expect(failure).toMatchObject({ code: 'no-capacity', hint: expect.stringContaining('Undo "Forbidden".') });
    expect(asked.filter((one) => one.startsWith('t3'))).toHaveLength(1);
    expect(asked.filter((one) => one.startsWith('m5'))).toHaveLength(2);
  });
});

describe('A start of which every plan is refused', () => {
  test('for one reason fails with that reason', async () => {
    const world = createCloud();
    world.ec2.refuse({}, deadEnd('type', 'image-unusable', 'Unfit'));
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure).toEqual({ code: 'image-unusable', message: 'Unfit.', hint: 'Undo "Unfit".', details: '' });
    expect(world.github.listed).toEqual([]);
  });

  test('for several reasons fails with the last one and lists all', async () => {
    const world = createCloud();
    world.ec2.refuse({ market: 'spot' }, deadEnd('market', 'aws-not-authorized', 'NoSpotRole'));
    world.ec2.refuse({ market: 'on-demand' }, deadEnd('region', 'aws-rejected', 'NoMachines'));
    const failure = await failureOf(startRunners(aRequest({ markets: BOTH_MARKETS }), world.ports));
    expect(failure).toMatchObject({ code: 'aws-rejected', message: 'NoMachines.' });
    expect(failure.details).toContain(`t3.xlarge spot in ${SUBNET_A} (us-east-1): NoSpotRole: NoSpotRole.`);
  });

  test('once because spot is impossible and once for lack of capacity has the hint about spot', async () => {
    const world = createCloud();
    world.ec2.refuse({ market: 'spot' }, deadEnd('market', 'aws-not-authorized', 'NoSpotRole'));
    world.ec2.refuse({ market: 'on-demand' }, NO_CAPACITY);
    const failure = await failureOf(startRunners(aRequest({ markets: BOTH_MARKETS }), world.ports));
    expect(failure).toMatchObject({ code: 'no-capacity', hint: 'Undo "NoSpotRole".' });
  });
});

test('The switch from spot to on-demand is announced with the reason and the price', async () => {
  const world = createCloud({ bootMs: 5_000 });
  world.ec2.refuse({ market: 'spot' }, deadEnd('market', 'aws-not-authorized', 'NoSpotRole'));
  const { instances } = await startRunners(aRequest({ markets: BOTH_MARKETS }), world.ports);
  expect(instances[0]!.plan.market).toBe('on-demand');
  expect(world.said).toContain(
    'notice: NoSpotRole. Undo "NoSpotRole". So no spot: going on with on-demand instances, at their price.',
  );
});

describe('An image that some types cannot launch', () => {
  const unfit: [what: string, image: object, type: object, says: RegExp][] = [
    ['boots by UEFI alone', { bootMode: 'uefi' }, {}, /t2\.xlarge .*: it boots by legacy-bios, and the image by uefi/],
    ['boots by BIOS alone', { bootMode: 'legacy-bios' }, { bootModes: ['uefi'] }, /by uefi, and the image by legacy/],
    ['has no ENA', { hasEna: false }, { requiresEna: true }, /needs enhanced networking \(ENA\)/],
    ['needs a TPM', { needsTpm: true }, {}, /has no NitroTPM/],
    ['is paravirtual', { virtualization: 'paravirtual' }, {}, /runs hvm images, and the image is paravirtual/],
    [
      'has its root in instance store',
      { rootDeviceType: 'instance-store' },
      {},
      /root is ebs, and the image's is instance-/,
    ],
  ];

  function aWorldWith(image: object, type: object) {
    const world = createCloud({ bootMs: 5_000 });
    const at = world.ec2.images.findIndex(({ id }) => id === AMD64_IMAGE);
    world.ec2.images[at] = { ...world.ec2.images[at]!, ...image };
    const t2 = world.ec2.types.findIndex(({ name }) => name === 't2.xlarge');
    world.ec2.types[t2] = { ...world.ec2.types[t2]!, ...type };
    // EC2 describes nothing of this type.
    const m5 = world.ec2.types.findIndex(({ name }) => name === 'm5.xlarge');
    const { name, architectures, vcpus, memoryMiB, gpus, markets } = world.ec2.types[m5]!;
    world.ec2.types[m5] = { name, architectures, vcpus, memoryMiB, gpus, markets };
    return world;
  }

  test.each(unfit)('because it %s is launched on the other types', async (_, image, type, says) => {
    const world = aWorldWith(image, type);
    const asked = recordLaunches(world.ec2);
    await startRunners(aRequest({ instanceTypes: ['t2.xlarge', 'm5.xlarge'] }), world.ports);
    expect(asked).toEqual(['m5.xlarge a on-demand us-east-1']);
    expect(world.said.join('\n')).toMatch(says);
  });

  test.each(unfit)('because it %s is refused when there is no other type', async (_, image, type, says) => {
    const world = aWorldWith(image, type);
    const failure = await failureOf(startRunners(aRequest({ instanceTypes: ['t2.xlarge'] }), world.ports));
    expect(failure).toMatchObject({ code: 'bad-input', message: expect.stringMatching(says) });
    expect(world.github.calls.filter((call) => call === 'registerRunner')).toEqual([]);
  });

  test('with the boot mode uefi-preferred is launched on all types', async () => {
    const world = aWorldWith({ bootMode: 'uefi-preferred' }, {});
    const { instances } = await startRunners(aRequest({ instanceTypes: ['t2.xlarge'] }), world.ports);
    expect(instances[0]!.plan.instanceType).toBe('t2.xlarge');
  });
});

describe('A region in which the credentials lack a permission', () => {
  const closed = () => new Failure('aws-not-authorized', 'Not opted in.', { hint: 'Opt in.' });
  const request = aRequest({ subnetIds: [SUBNET_A, ABROAD] });

  test.each(['describeTypes', 'describeSubnets', 'readParameters'] as const)('(%s) loses its plans', async (call) => {
    const world = aWorldWithEurope();
    world.ec2.fault(call, { error: closed(), times: 10 });
    const { instances } = await startRunners(request, world.ports);
    expect(instances[0]!.region).toBe('eu-west-1');
    expect(world.said).toContain('warning: Nothing is launched in us-east-1: Not opted in. Opt in.');
  });

  test('is the reason of the failure when no other region is left', async () => {
    const world = aWorldWithEurope();
    world.ec2.fault('describeTypes', { error: closed(), times: 10 });
    world.europe.fault('describeTypes', { error: closed(), times: 10 });
    expect(await failureOf(startRunners(request, world.ports))).toMatchObject({ message: 'Not opted in.' });
  });

  test('does not hide another region that did not answer', async () => {
    const world = aWorldWithEurope();
    world.ec2.fault('describeTypes', { error: new Failure('aws-unreachable', 'Broken.', { hint: 'h' }), times: 10 });
    expect(await failureOf(startRunners(request, world.ports))).toMatchObject({ code: 'aws-unreachable' });
  });
});

describe('A dry run', () => {
  const request = aRequest({ markets: BOTH_MARKETS });

  test('warns about a market that EC2 would refuse when another one is left', async () => {
    const world = createCloud();
    world.ec2.checkLaunch = async ({ plan }) => {
      if (plan.market === 'spot') throw deadEnd('market').failure!;
    };
    await dryRunStart(request, world.ports);
    expect(world.said.join('\n')).toContain(`warning: EC2 would refuse t3.xlarge spot in ${SUBNET_A} (us-east-1)`);
  });

  test('fails when no market is left, and when EC2 does not answer', async () => {
    const world = createCloud();
    world.ec2.fault('checkLaunch', { error: deadEnd('region').failure!, times: 2 });
    expect(await failureOf(dryRunStart(request, world.ports))).toMatchObject({ code: 'aws-not-authorized' });
    world.ec2.fault('checkLaunch', { error: new Failure('aws-unreachable', 'm', { hint: 'h' }), times: 1 });
    expect(await failureOf(dryRunStart(request, world.ports))).toMatchObject({ code: 'aws-unreachable' });
  });
});

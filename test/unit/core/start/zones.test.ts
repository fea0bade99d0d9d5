import { describe, expect, test } from '@jest/globals';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import {
  AMD64_IMAGE,
  FOREIGN_GROUP,
  FOREIGN_SUBNET,
  GROUP,
  STOCK_AMD64_IMAGE,
  SUBNET_A,
  SUBNET_B,
  SUBNET_C,
} from '../../../worlds/fake-catalog.js';
import { FakeEc2, NO_CAPACITY } from '../../../worlds/fake-ec2.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';

const BOOT_MS = 25_000;

describe('zones', () => {
  const ours = { kind: 'id', id: AMD64_IMAGE } as const;
  const stock = { kind: 'id', id: STOCK_AMD64_IMAGE } as const;
  const zones = [
    { image: ours, subnetId: SUBNET_A, securityGroupIds: [GROUP] },
    { image: ours, subnetId: FOREIGN_SUBNET, securityGroupIds: [FOREIGN_GROUP] },
    { image: stock, subnetId: SUBNET_B, securityGroupIds: [GROUP], region: 'eu-west-1' },
    { image: ours, subnetId: SUBNET_C, securityGroupIds: [GROUP] },
  ];

  function setUp(refusal = NO_CAPACITY) {
    const world = createCloud({ bootMs: BOOT_MS });
    const europe = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
    world.elsewhere.set('eu-west-1', europe);
    const sent: string[] = [];
    for (const ec2 of [world.ec2, europe]) {
      const launch = ec2.launch.bind(ec2);
      ec2.launch = (spec) => {
        sent.push([ec2.region, spec.plan.subnetId, spec.imageId, ...spec.securityGroupIds].join(' '));
        return launch(spec);
      };
      ec2.refuse({}, refusal);
    }
    return { world, europe, sent };
  }

  test('are tried in their order, each with its own region, image and groups, and nothing of the single inputs', async () => {
    const { world, sent } = setUp();
    const request = aRequest({
      zones,
      instanceTypes: ['t3.xlarge'],
      subnetIds: ['subnet-0dead'],
      image: { kind: 'id', id: 'ami-0dead' },
    });
    expect(await failureOf(startRunners(request, world.ports))).toMatchObject({ code: 'no-capacity' });
    expect(sent).toEqual([
      `us-east-1 ${SUBNET_A} ${AMD64_IMAGE} ${GROUP}`,
      `us-east-1 ${FOREIGN_SUBNET} ${AMD64_IMAGE} ${FOREIGN_GROUP}`,
      `eu-west-1 ${SUBNET_B} ${STOCK_AMD64_IMAGE} ${GROUP}`,
      `us-east-1 ${SUBNET_C} ${AMD64_IMAGE} ${GROUP}`,
    ]);
  });

  test('of one region and image are asked about together', async () => {
    const { world } = setUp();
    const asked: string[] = [];
    for (const operation of ['describeImage', 'describeTypes', 'describeSubnets', 'describeSecurityGroups'] as const) {
      const ask = world.ec2[operation].bind(world.ec2) as (...given: unknown[]) => Promise<never>;
      world.ec2[operation] = (...given: unknown[]) => {
        asked.push(operation);
        return ask(...given);
      };
    }
    await failureOf(startRunners(aRequest({ zones }), world.ports));
    expect(asked.toSorted()).toEqual(['describeImage', 'describeSecurityGroups', 'describeSubnets', 'describeTypes']);
  });

  test('are refused before anything is launched if the group of one is of another network than its subnet', async () => {
    const { world } = setUp();
    const wrong = [{ ...zones[0]!, securityGroupIds: [FOREIGN_GROUP] }, zones[3]!];
    expect((await failureOf(startRunners(aRequest({ zones: wrong }), world.ports))).message).toContain(
      'different networks',
    );
    expect(world.github.registered).toEqual([]);
  });

  test('are not closed by a refusal of a zone with another image or other groups', async () => {
    const { world, sent } = setUp({ code: 'InvalidGroup', message: 'no', scope: 'region', kind: 'rejected' });
    await failureOf(
      startRunners(aRequest({ zones: [zones[0]!, zones[3]!, zones[1]!], instanceTypes: ['t3.xlarge'] }), world.ports),
    );
    expect(sent.map((one) => one.split(' ')[1])).toEqual([SUBNET_A, FOREIGN_SUBNET]);
  });

  test('all appear in the journal, so that a roll-back reaches every region', async () => {
    const { world } = setUp();
    await failureOf(startRunners(aRequest({ zones }), world.ports));
    expect(world.journal[0]).toMatchObject({ regions: ['us-east-1', 'eu-west-1'] });
  });
});

import { expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { DataVolume, VolumesEc2 } from '../../../../src/core/ports/volumes.js';
import { createOnce } from '../../../../src/core/volumes/create.js';
import { StartVolume } from '../../../../src/core/volumes/start-volume.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aVolume, placeVolume } from '../../../worlds/data-volume.js';
import { AMD64_IMAGE, SUBNET_A } from '../../../worlds/fake-catalog.js';
import { run } from '../../../worlds/requests.js';

/** Every order in which the steps of several starts can be taken, as the list of whose step is next. */
function listOrders(steps: readonly number[]): number[][] {
  if (steps.every((left) => left === 0)) return [[]];
  return steps.flatMap((left, who) => {
    if (left === 0) return [];
    const rest = steps.map((one, at) => (at === who ? one - 1 : one));
    return listOrders(rest).map((order) => [who, ...order]);
  });
}

/** Lets each start send its next request only when it is its turn. */
class Turns {
  private readonly waiting: { readonly who: number; readonly go: () => void }[] = [];

  gate(who: number, ec2: VolumesEc2): VolumesEc2 {
    const gated = Object.entries(ec2).map(([name, call]) => [
      name,
      typeof call !== 'function'
        ? call
        : async (...args: unknown[]) => {
            await new Promise<void>((go) => this.waiting.push({ who, go }));
            return (call as (...all: unknown[]) => unknown)(...args);
          },
    ]);
    return Object.fromEntries(gated) as VolumesEc2;
  }

  async next(who: number): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    const at = this.waiting.findIndex((one) => one.who === who);
    if (at >= 0) this.waiting.splice(at, 1)[0]!.go();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }

  async drain(): Promise<void> {
    while (this.waiting.length > 0) await this.next(this.waiting[0]!.who);
  }
}

const PLANS = [{ instanceType: 't3.xlarge', market: 'on-demand' as const, region: 'us-east-1', subnetId: SUBNET_A }];
const SUBNETS = [{ id: SUBNET_A, vpcId: 'vpc', availabilityZone: 'us-east-1a' }];
const SETUP = {
  region: 'us-east-1',
  image: { id: AMD64_IMAGE } as never,
  rootVolume: { deviceName: '/dev/sda1' },
  furtherVolumes: [],
  securityGroupIds: [],
};

async function play(order: readonly number[], starts: number) {
  const { clock, ec2, log, said } = createCloud();
  const turns = new Turns();
  const played = Array.from({ length: starts }, async (_, who) => {
    const gated = turns.gate(who, await ec2.openVolumes());
    const ec2In = async () => Object.assign(Object.create(ec2) as typeof ec2, { openVolumes: async () => gated });
    const request = {
      dataVolume: aVolume(),
      run,
      startId: `0000000${who}`,
      namesSubnets: true,
      startupTimeoutMs: 300_000,
    };
    const volume = new StartVolume(request, { ec2In, clock, log });
    await volume.look(['us-east-1']);
    await volume.choose({ plans: PLANS, subnets: SUBNETS });
    await volume.prepare(new AbortController().signal);
    return volume.toLaunch(SETUP).payload.volume;
  });
  for (const who of order) await turns.next(who);
  await turns.drain();
  return { used: await Promise.all(played), volumes: ec2.dataVolumes.list().map(({ id }) => id), said };
}

// A start lists volumes and snapshots, creates, lists again, and may delete: five requests.
const orders = listOrders([5, 5]);

test(`Two starts that create the same name at once end with one volume, in each of ${orders.length} orders`, async () => {
  let met = 0;
  for (const order of orders) {
    const { used, volumes, said } = await play(order, 2);
    expect([order, volumes.length, new Set(used).size]).toEqual([order, 1, 1]);
    expect(volumes).toEqual([used[0]]);
    if (said.some((one) => one.startsWith('Another start created volume'))) met += 1;
  }
  // In many orders both create a volume. In the others one start finds the other's.
  expect(met).toBeGreaterThan(50);
  expect(met).toBeLessThan(orders.length);
});

test('Three starts end with one volume as well', async () => {
  const orders3 = listOrders([4, 4, 4]).filter((_, at) => at % 97 === 0);
  for (const order of orders3) {
    const { used, volumes } = await play(order, 3);
    expect([order, volumes.length, new Set(used).size]).toEqual([order, 1, 1]);
  }
});

/** A start that is not the first to create the name. EC2 takes so long to create its volume, and refuses to delete it before. */
async function playSecond(creationMs: number) {
  const { clock, ec2, log, said } = createCloud();
  const first = placeVolume(ec2);
  const volumes = await ec2.openVolumes();
  const readyAt = clock.now() + creationMs;
  const view = (one: DataVolume) => (one.id === first || clock.now() >= readyAt ? one : { ...one, state: 'creating' });
  const slow: VolumesEc2 = {
    ...volumes,
    createVolume: async (spec) => view(await volumes.createVolume(spec)),
    describeVolume: async (id) => {
      const found = await volumes.describeVolume(id);
      return found && view(found);
    },
    deleteVolume: async (id) => {
      if (clock.now() >= readyAt) return volumes.deleteVolume(id);
      throw new Failure('aws-rejected', `Volume '${id}' is in the 'creating' state.`, { hint: 'None.' });
    },
  };
  const create = { request: aVolume(), run, startId: '00000001' };
  const choice = { kind: 'create', zone: 'us-east-1a' } as Parameters<typeof createOnce>[1];
  const used = await createOnce(create, choice, { volumes: slow, clock, log });
  return { used: used.id, first, volumes: ec2.dataVolumes.list().map(({ id }) => id), said };
}

test('A start that was second deletes its own volume once EC2 has created it', async () => {
  const { used, first, volumes } = await playSecond(5_000);
  expect([used, volumes]).toEqual([first, [first]]);
});

test('A start that was second goes on if EC2 does not create its volume in a minute, and warns', async () => {
  const { used, first, volumes, said } = await playSecond(600_000);
  const [own] = volumes.filter((id) => id !== first);
  expect(used).toBe(first);
  expect(said.join()).toContain(`The volume ${own}, which this start created at the same time`);
  expect(said.join()).toContain(`--delete ${own}`);
});

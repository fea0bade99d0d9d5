import { expect } from '@jest/globals';
import type { FailureCode } from '../../src/core/kernel/failure.js';
import type { Instance, LaunchSpec, Refusal } from '../../src/core/ports/ec2.js';
import { HALF_AN_HOUR_MS } from './contract.js';
import { eventually, planFor, specFor, type Ec2World, type Ec2WorldOptions } from './ec2.world.js';

export interface Ec2Case {
  readonly world?: Ec2WorldOptions;
  readonly run: (world: Ec2World) => Promise<void>;
}

const UNKNOWN_ID = 'i-0ffffffffffffffff';

/** The behavior of the port, by name. `ec2.suite.ts` makes a test of each case for each implementation. */
const cases = {
  'reads the parameters that exist and leaves out the others': {
    async run({ ec2, catalog: { parameter } }) {
      const values = await ec2.readParameters([parameter.name, '/ci-actions/ami/nothing']);
      expect([...values]).toEqual([[parameter.name, parameter.value]]);
      expect(await ec2.readParameters([])).toEqual(new Map());
    },
  },
  'describes an image': {
    async run({ ec2, catalog: { image } }) {
      expect(await ec2.describeImage(image.id)).toMatchObject({
        ...image,
        state: 'available',
        architecture: 'x86_64',
      });
    },
  },
  'an image that does not exist is undefined': {
    async run({ ec2 }) {
      expect(await ec2.describeImage('ami-0ffffffffffffffff')).toBeUndefined();
    },
  },
  'finds the newest own image that matches a pattern': {
    async run(world) {
      const { pattern, newest } = await world.publishImages();
      expect((await world.ec2.findNewestImage(pattern))?.id).toBe(newest);
    },
  },
  'finds no image where none matches': {
    async run({ ec2 }) {
      expect(await ec2.findNewestImage('ci-actions-nothing-*')).toBeUndefined();
    },
  },
  'does not find the images of other accounts': {
    async run({ ec2, catalog }) {
      expect(await ec2.findNewestImage(catalog.foreignImageName)).toBeUndefined();
    },
  },
  'describes the instance types that exist and leaves out the others': {
    async run({ ec2 }) {
      const types = await ec2.describeTypes(['t3.xlarge', 'g4dn.xlarge', 't3.nowhere', 't4g.xlarge']);
      const byName = new Map(types.map((type) => [type.name, type]));
      expect([...byName.keys()].sort()).toEqual(['g4dn.xlarge', 't3.xlarge', 't4g.xlarge']);
      const common = { vcpus: 4, memoryMiB: 16_384, markets: ['on-demand', 'spot'] };
      expect(byName.get('t3.xlarge')).toMatchObject({ ...common, architectures: ['x86_64'], gpus: 0 });
      expect(byName.get('t4g.xlarge')).toMatchObject({ ...common, architectures: ['arm64'], gpus: 0 });
      expect(byName.get('g4dn.xlarge')).toMatchObject({ ...common, architectures: ['x86_64'], gpus: 1 });
    },
  },
  'describes the VPC of the subnets and security groups that exist and leaves out the others': {
    async run({ ec2, catalog: { subnets, group, vpc } }) {
      const found = await ec2.describeSubnets([...subnets, 'subnet-0ffffffffffffffff']);
      expect(found.map(({ id, vpcId }) => ({ id, vpcId })).sort(byId)).toEqual(
        subnets.map((id) => ({ id, vpcId: vpc })).sort(byId),
      );
      expect(found.every(({ availabilityZone }) => /^us-east-1[a-f]$/.test(availabilityZone))).toBe(true);
      expect(await ec2.describeSecurityGroups([group, 'sg-0ffffffffffffffff'])).toEqual([{ id: group, vpcId: vpc }]);
      expect(await ec2.describeSubnets([])).toEqual([]);
      expect(await ec2.describeSecurityGroups([])).toEqual([]);
    },
  },
  'launches an instance with the requested properties': {
    async run(world) {
      const spec = specFor(world, { plan: planFor(world, { subnetId: world.catalog.subnets[1] }) });
      const instance = await launch(world, spec);
      expect(instance).toMatchObject({
        id: expect.stringMatching(/^i-[0-9a-f]{17}$/),
        state: 'pending',
        type: 't3.xlarge',
        subnetId: world.catalog.subnets[1],
        market: 'on-demand',
        imageId: world.catalog.image.id,
        tags: spec.tags,
      });
      expect(instance.stateReason).toBeUndefined();
      // EC2 reports the launch time in whole seconds.
      expect(Math.abs(instance.launchedAt - world.clock.now())).toBeLessThan(HALF_AN_HOUR_MS);
    },
  },
  'launches into the default subnet when the plan names none': {
    async run(world) {
      const plan = { instanceType: 't3.xlarge', market: 'on-demand' } as const;
      const instance = await launch(world, specFor(world, { plan, securityGroupIds: [] }));
      const [subnet] = await world.ec2.describeSubnets([instance.subnetId ?? '']);
      expect(subnet?.vpcId).toBe(world.catalog.vpc);
    },
  },
  'launches a spot instance': {
    async run(world) {
      const instance = await launch(world, specFor(world, { plan: planFor(world, { market: 'spot' }) }));
      expect(instance.market).toBe('spot');
      await eventually(world, async () => (await find(world, instance.id))?.market === 'spot');
    },
  },
  'a launched instance becomes running': {
    async run(world) {
      const { id } = await launch(world, specFor(world));
      await eventually(world, async () => (await find(world, id))?.state === 'running');
      expect(await find(world, id)).toMatchObject({ id, type: 't3.xlarge', tags: { Name: 'contract' } });
    },
  },
  'the same client token launches once': {
    async run(world) {
      const spec = specFor(world);
      const first = await launch(world, spec);
      const again = await launch(world, spec);
      expect(again.id).toBe(first.id);
      expect(await world.ec2.findInstances({ Name: 'contract' })).toHaveLength(1);
    },
  },
  'the same client token with another request is a failure': {
    async run(world) {
      const spec = specFor(world);
      await launch(world, spec);
      const other = { ...spec, plan: planFor(world, { instanceType: 'm5.xlarge' }) };
      await expect(world.ec2.launch(other)).rejects.toMatchObject({ code: 'aws-rejected' });
    },
  },
  'a plan without capacity is refused, and no other plan': {
    async run(world) {
      const plan = planFor(world);
      await world.exhaust(plan);
      expect(await world.ec2.launch(specFor(world, { plan }))).toMatchObject({
        kind: 'refused',
        refusal: { code: 'InsufficientInstanceCapacity', scope: 'plan', kind: 'capacity' },
      });
      await launch(world, specFor(world, { plan: planFor(world, { subnetId: world.catalog.subnets[1] }) }));
      expect(await world.ec2.findInstances({ Name: 'contract' })).toHaveLength(1);
    },
  },
  'an image that does not exist is a refusal of the region': {
    async run(world) {
      const spec = specFor(world, { imageId: 'ami-0ffffffffffffffff' });
      await expectDeadEnd(world, spec, { scope: 'region', code: 'image-not-found' });
    },
  },
  'a subnet that does not exist is a refusal of the subnet': {
    async run(world) {
      const plan = planFor(world, { subnetId: 'subnet-0ffffffffffffffff' });
      await expectDeadEnd(world, specFor(world, { plan }), { scope: 'subnet', code: 'network-mismatch' });
    },
  },
  'a security group that does not exist is a refusal of the region': {
    async run(world) {
      const spec = specFor(world, { securityGroupIds: ['sg-0ffffffffffffffff'] });
      await expectDeadEnd(world, spec, { scope: 'region', code: 'network-mismatch' });
    },
  },
  'a type that does not exist is a refusal of the type': {
    async run(world) {
      const plan = planFor(world, { instanceType: 't3.nowhere' });
      await expectDeadEnd(world, specFor(world, { plan }), { scope: 'type', code: 'aws-rejected' });
    },
  },
  'describes how an image and the types boot': {
    async run({ ec2, catalog: { image } }) {
      expect(await ec2.describeImage(image.id)).toMatchObject({ virtualization: 'hvm', rootDeviceType: 'ebs' });
      const types = await ec2.describeTypes(['t2.xlarge', 't3.xlarge', 't4g.xlarge']);
      const common = { virtualizations: ['hvm'], rootDeviceTypes: ['ebs'] };
      expect(Object.fromEntries(types.map(({ name, ...facts }) => [name, facts]))).toMatchObject({
        't2.xlarge': { ...common, bootModes: ['legacy-bios'], requiresEna: false, hasTpm: false },
        't3.xlarge': { ...common, bootModes: ['legacy-bios', 'uefi'], requiresEna: true, hasTpm: true },
        't4g.xlarge': { ...common, bootModes: ['uefi'], requiresEna: true },
      });
    },
  },
  'a second volume carries the tags and is deleted with the instance': {
    async run(world) {
      const tags = { Name: 'contract', 'ci-actions:start': `${Math.random()}` };
      const furtherVolumes = [{ deviceName: '/dev/sdf', sizeGiB: 5, type: 'gp3' }];
      const { id } = await launch(world, specFor(world, { tags, furtherVolumes }));
      await eventually(world, async () => (await world.ec2.findVolumes(tags)).length === 2);
      expect((await world.ec2.findVolumes(tags)).map(({ sizeGiB }) => sizeGiB).sort((a, b) => a - b)).toEqual([5, 60]);
      await world.ec2.terminate([id]);
      await eventually(world, async () => (await world.ec2.findVolumes(tags)).length === 0);
    },
  },
  'the network interface carries the tags, also of a spot instance': {
    async run(world) {
      for (const market of ['on-demand', 'spot'] as const) {
        const spec = specFor(world, { plan: planFor(world, { market }) });
        const { id } = await launch(world, spec);
        expect(await world.readInterfaceTags(id)).toEqual(spec.tags);
      }
    },
  },
  'a dry run that is permitted resolves and launches nothing': {
    async run(world) {
      await world.ec2.checkLaunch(specFor(world));
      expect(await world.ec2.findInstances({ Name: 'contract' })).toEqual([]);
    },
  },
  'a dry run with an image that does not exist is a failure': {
    async run(world) {
      const spec = specFor(world, { imageId: 'ami-0ffffffffffffffff' });
      await expect(world.ec2.checkLaunch(spec)).rejects.toMatchObject({ name: 'Failure', code: 'image-not-found' });
    },
  },
  'describes the instances that exist and leaves out the others': {
    async run(world) {
      const { id } = await launch(world, specFor(world));
      const found = await world.ec2.describeInstances([UNKNOWN_ID, id]);
      expect(found.map((instance) => instance.id)).toEqual([id]);
      expect(await world.ec2.describeInstances([UNKNOWN_ID])).toEqual([]);
      expect(await world.ec2.describeInstances([])).toEqual([]);
    },
  },
  'a launched instance is not listed at first, and terminating it reports it as unknown': {
    world: { invisibleMs: 300 },
    async run(world) {
      const { id } = await launch(world, specFor(world));
      expect(await world.ec2.describeInstances([id])).toEqual([]);
      expect(await world.ec2.terminate([id])).toEqual({ ended: [], unknown: [id], refused: [] });
      await eventually(world, async () => (await find(world, id)) !== undefined);
      expect(await world.ec2.terminate([id])).toEqual({ ended: [id], unknown: [], refused: [] });
    },
  },
  'finds the instances that have all of the tags, each with exactly this value': {
    async run(world) {
      const label = async (tags: Record<string, string>) => (await launch(world, specFor(world, { tags }))).id;
      const wanted = await label({ 'ci-actions:run-id': '7', 'ci-actions:job': 'build' });
      await label({ 'ci-actions:run-id': '7', 'ci-actions:job': 'test' });
      await label({ 'ci-actions:run-id': '77', 'ci-actions:job': 'build' });
      const found = await world.ec2.findInstances({ 'ci-actions:run-id': '7', 'ci-actions:job': 'build' });
      expect(found.map(({ id }) => id)).toEqual([wanted]);
      expect(await world.ec2.findInstances({ 'ci-actions:run-id': '7' })).toHaveLength(2);
      expect(await world.ec2.findInstances({ 'ci-actions:run-id': '8' })).toEqual([]);
    },
  },
  'a wildcard in a tag filter matches only itself': {
    async run(world) {
      const tags = { 'ci-actions:job': 'build (*, x?)' };
      const { id } = await launch(world, specFor(world, { tags }));
      await launch(world, specFor(world, { tags: { 'ci-actions:job': 'build (any, xy)' } }));
      expect((await world.ec2.findInstances(tags)).map((instance) => instance.id)).toEqual([id]);
    },
  },
  'a terminated instance is described with its reason, and found only with alsoEnded': {
    async run(world) {
      const { id } = await launch(world, specFor(world));
      expect(await world.ec2.terminate([id])).toEqual({ ended: [id], unknown: [], refused: [] });
      await eventually(world, async () => (await find(world, id))?.state === 'terminated');
      expect(await find(world, id)).toMatchObject({
        stateReason: expect.stringContaining('Client.UserInitiatedShutdown'),
      });
      expect(await world.ec2.findInstances({ Name: 'contract' })).toEqual([]);
      expect(await world.ec2.findInstances({ Name: 'contract' }, { alsoEnded: true })).toMatchObject([{ id }]);
    },
  },
  'terminating twice succeeds': {
    async run(world) {
      const { id } = await launch(world, specFor(world));
      await world.ec2.terminate([id]);
      await eventually(world, async () => (await find(world, id))?.state === 'terminated');
      expect(await world.ec2.terminate([id])).toEqual({ ended: [id], unknown: [], refused: [] });
    },
  },
  'an unknown id does not keep the others from being terminated': {
    async run(world) {
      const first = await launch(world, specFor(world));
      const second = await launch(world, specFor(world));
      const answer = await world.ec2.terminate([first.id, UNKNOWN_ID, second.id, 'i-0eeeeeeeeeeeeeeee']);
      expect([...answer.unknown].sort()).toEqual(['i-0eeeeeeeeeeeeeeee', UNKNOWN_ID]);
      await eventually(world, async () => (await world.ec2.findInstances({ Name: 'contract' })).length === 0);
      expect(await world.ec2.terminate([])).toEqual({ ended: [], unknown: [], refused: [] });
    },
  },
  'a protected instance is refused by its id and does not keep the others from being terminated': {
    async run(world) {
      const [first, second] = [await launch(world, specFor(world)), await launch(world, specFor(world))];
      const plan = planFor(world, { subnetId: world.catalog.subnets[1] });
      const [guarded, elsewhere] = [await launch(world, specFor(world)), await launch(world, specFor(world, { plan }))];
      await world.protect(guarded.id);
      const ids = [first, guarded, second, elsewhere].map(({ id }) => id);
      const answer = await world.ec2.terminate(ids);
      expect(answer.ended.toSorted()).toEqual([first.id, second.id, elsewhere.id].toSorted());
      expect(answer).toMatchObject({ unknown: [], refused: [{ id: guarded.id, failure: { code: 'aws-rejected' } }] });
      expect(answer.refused[0]?.failure.message).toContain(guarded.id);
      expect((await find(world, guarded.id))?.state).not.toBe('shutting-down');
    },
  },
  'the console of a fresh or unknown instance is empty': {
    async run(world) {
      const { id } = await launch(world, specFor(world));
      expect(await world.ec2.readConsole(id)).toBe('');
      expect(await world.ec2.readConsole(UNKNOWN_ID)).toBe('');
    },
  },
} satisfies Record<string, Ec2Case>;

export type Ec2CaseName = keyof typeof cases;
export const EC2_CASES: Readonly<Record<Ec2CaseName, Ec2Case>> = cases;

/** Expects a refusal with this scope. */
async function expectDeadEnd(
  world: Ec2World,
  spec: LaunchSpec,
  { scope, code }: { scope: Refusal['scope']; code: FailureCode },
): Promise<void> {
  const outcome = await world.ec2.launch(spec);
  expect(outcome).toMatchObject({ kind: 'refused', refusal: { scope, failure: { name: 'Failure', code } } });
}

async function launch(world: Ec2World, spec: LaunchSpec): Promise<Instance> {
  const outcome = await world.ec2.launch(spec);
  if (outcome.kind !== 'launched') throw new Error(JSON.stringify(outcome));
  return outcome.instance;
}

async function find(world: Ec2World, id: string): Promise<Instance | undefined> {
  return (await world.ec2.describeInstances([id]))[0];
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id.localeCompare(b.id);
}

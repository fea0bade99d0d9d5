import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeTagsCommand,
  type DescribeInstancesCommandInput,
  type Filter,
} from '@aws-sdk/client-ec2';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { expect } from '@jest/globals';
import { errorOf, launch, listInstances, type Ec2ApiCase, type Ec2ApiWorld } from './ec2-api.world.js';

function named(name: string) {
  return { TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Name', Value: name }] }] };
}

async function find({ ec2 }: Ec2ApiWorld, ...Filters: Filter[]): Promise<string[]> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId));
}

/** The order of a listing is not documented. */
function expectSame(found: readonly (string | undefined)[], expected: readonly string[]): void {
  expect(found.toSorted(byText)).toEqual(expected.toSorted(byText));
}

function byText(a = '', b = ''): number {
  return a.localeCompare(b);
}

async function namesOf(world: Ec2ApiWorld, ids: readonly string[]): Promise<(string | undefined)[]> {
  const names = new Map((await listInstances(world)).map(({ InstanceId, Tags }) => [InstanceId, Tags?.[0]?.Value]));
  return ids.map((id) => names.get(id));
}

const filters: Readonly<Record<string, Ec2ApiCase>> = {
  'all filters of instances must hold, and one value of each is enough': {
    async run(world) {
      const a = await launch(world, { ...named('a'), ClientToken: 'token-a' });
      const subnet = world.catalog.subnets[1];
      const b = await launch(world, { ...named('b'), SubnetId: subnet, InstanceType: 'm5.xlarge' });
      const byName = { Name: 'tag:Name', Values: ['a', 'b'] };
      expectSame(await find(world, byName), [a.id, b.id]);
      expect(await find(world, byName, { Name: 'subnet-id', Values: [subnet] })).toEqual([b.id]);
      expect(await find(world, { Name: 'instance-type', Values: ['m5.*'] })).toEqual([b.id]);
      const stopped = { Name: 'instance-state-name', Values: ['stopped'] };
      expect(await find(world, stopped, { Name: 'tag-key', Values: ['Name'] })).toEqual([]);
      expect(await find(world, { Name: 'tag:name', Values: ['a'] })).toEqual([]);
    },
  },
  'an instance is found by its client token': {
    async run(world) {
      const { id } = await launch(world, { ClientToken: 'token-a' });
      await launch(world, { ClientToken: 'token-b' });
      expect(await find(world, { Name: 'client-token', Values: ['token-a'] })).toEqual([id]);
    },
  },
  'a filter that EC2 does not have is refused': {
    async run(world) {
      expect(await errorOf(find(world, { Name: 'instance-state', Values: ['running'] }))).toMatchObject({
        name: 'InvalidParameterValue',
        message: "The filter 'instance-state' is invalid",
      });
    },
  },
  'a filter with 201 values is refused': {
    async run(world) {
      const Values = Array.from({ length: 201 }, (_, index) => `${index}`);
      expect((await errorOf(find(world, { Name: 'tag:Name', Values }))).name).toBe('FilterLimitExceeded');
    },
  },
  'instances come in pages': {
    async run(world) {
      const ids: string[] = [];
      for (const name of 'abcdefg') ids.push((await launch(world, named(name))).id);
      const first = await world.ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
      const second = await world.ec2.send(new DescribeInstancesCommand({ MaxResults: 5, NextToken: first.NextToken }));
      expect([first.Reservations?.length, second.Reservations?.length, second.NextToken]).toEqual([5, 2, undefined]);
      const listed = [...(first.Reservations ?? []), ...(second.Reservations ?? [])].map(
        ({ Instances }) => Instances?.[0]?.InstanceId,
      );
      expectSame(listed, ids);
    },
  },
};

const wildcards = Object.fromEntries(
  (
    [
      ['a*c', ['abc', 'a*c']],
      ['a?c', ['abc', 'a*c']],
      ['a\\*c', ['a*c']],
      ['A*', []],
      ['abc', ['abc']],
    ] as const
  ).map(([pattern, names]): [string, Ec2ApiCase] => [
    `the filter value ${pattern} finds ${names.join(' and ') || 'nothing'}`,
    {
      async run(world) {
        for (const name of ['abc', 'a*c', 'b']) await launch(world, named(name));
        const found = await find(world, { Name: 'tag:Name', Values: [pattern] });
        expectSame(await namesOf(world, found), names);
      },
    },
  ]),
);

const refusals = Object.fromEntries(
  (
    [
      ['a page of 4', { MaxResults: 4 }, 'InvalidParameterValue'],
      ['ids and a page', { MaxResults: 5, InstanceIds: ['i-0ffffffffffffffff'] }, 'InvalidParameterCombination'],
      ['a token of no page', { NextToken: 'next' }, 'InvalidNextToken'],
      ['an id of another form', { InstanceIds: ['i-1'] }, 'InvalidInstanceID.Malformed'],
      ['an unknown id', { InstanceIds: ['i-0ffffffffffffffff'] }, 'InvalidInstanceID.NotFound'],
    ] satisfies [string, DescribeInstancesCommandInput, string][]
  ).map(([what, input, code]): [string, Ec2ApiCase] => [
    `describing instances with ${what} is refused`,
    {
      async run({ ec2 }) {
        expect((await errorOf(ec2.send(new DescribeInstancesCommand(input)))).name).toBe(code);
      },
    },
  ]),
);

const others: Readonly<Record<string, Ec2ApiCase>> = {
  'tags can be added, changed and removed by key and value': {
    async run(world) {
      const { id } = await launch(world, named('before'));
      const Tags = [
        { Key: 'Name', Value: 'after' },
        { Key: 'more', Value: '' },
      ];
      await world.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
      const ask = new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] });
      const listed = (await world.ec2.send(ask)).Tags;
      expect(listed).toEqual(Tags.map((tag) => ({ ...tag, ResourceId: id, ResourceType: 'instance' })));
      const removed = [{ Key: 'more' }, { Key: 'Name', Value: 'before' }];
      await world.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: removed }));
      expect((await world.ec2.send(ask)).Tags).toMatchObject([{ Key: 'Name', Value: 'after' }]);
    },
  },
  'images are found by owner, name, state, architecture and tag': {
    async run(world) {
      const x86 = await world.makeImage({ name: 'mine-x86', tags: { team: 'a' } });
      const arm = await world.makeImage({ name: 'mine-arm', architecture: 'arm64' });
      const search = async (filtersByName: Record<string, string>) => {
        const Filters = Object.entries(filtersByName).map(([Name, value]) => ({ Name, Values: [value] }));
        const command = new DescribeImagesCommand({ Filters, Owners: ['self'] });
        return ((await world.ec2.send(command)).Images ?? []).map(({ ImageId }) => ImageId);
      };
      expectSame(await search({ name: 'mine-*' }), [arm, x86]);
      expect(await search({ name: 'mine-*', architecture: 'arm64', state: 'available' })).toEqual([arm]);
      expect(await search({ 'tag:team': 'a' })).toEqual([x86]);
      const { Images } = await world.ec2.send(new DescribeImagesCommand({ ImageIds: [x86] }));
      expect(Images?.[0]).toMatchObject({
        State: 'available',
        RootDeviceName: '/dev/sda1',
        RootDeviceType: 'ebs',
        Public: false,
        CreationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      });
      const mapping = { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 8, SnapshotId: expect.stringMatching(/^snap-/) } };
      expect(Images?.[0]?.BlockDeviceMappings).toContainEqual(
        expect.objectContaining({ ...mapping, Ebs: expect.objectContaining(mapping.Ebs) }),
      );
    },
  },
  'instance types show processors, memory, GPUs and markets': {
    async run({ ec2 }) {
      const types = ['g4dn.xlarge', 't4g.xlarge'] as const;
      const { InstanceTypes = [] } = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: [...types] }));
      const [g4dn, t4g] = types.map((name) => InstanceTypes.find(({ InstanceType }) => InstanceType === name));
      expect(g4dn).toMatchObject({
        GpuInfo: { Gpus: [{ Name: 'T4', Manufacturer: 'NVIDIA', Count: 1, MemoryInfo: { SizeInMiB: 16_384 } }] },
        SupportedUsageClasses: expect.arrayContaining(['on-demand', 'spot']),
        VCpuInfo: { DefaultVCpus: 4 },
      });
      expect(t4g).toMatchObject({
        ProcessorInfo: { SupportedArchitectures: ['arm64'] },
        MemoryInfo: { SizeInMiB: 16_384 },
      });
      expect(t4g?.GpuInfo).toBeUndefined();
    },
  },
  'the zones of an instance type are listed': {
    async run({ ec2 }) {
      const Filters = [{ Name: 'instance-type', Values: ['t3.xlarge'] }];
      const ask = (LocationType?: 'availability-zone') =>
        ec2.send(new DescribeInstanceTypeOfferingsCommand({ Filters, ...(LocationType && { LocationType }) }));
      const inRegion = { InstanceType: 't3.xlarge', LocationType: 'region', Location: 'us-east-1' };
      expect((await ask()).InstanceTypeOfferings).toEqual([inRegion]);
      const { InstanceTypeOfferings = [] } = await ask('availability-zone');
      expect(InstanceTypeOfferings.map(({ Location }) => Location)).toEqual(
        expect.arrayContaining(['us-east-1a', 'us-east-1b']),
      );
    },
  },
  'an instance type that does not exist is refused by its name': {
    async run({ ec2 }) {
      const unknown = new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.xlarge', 't9.huge' as never] });
      expect(await errorOf(ec2.send(unknown))).toMatchObject({
        name: 'InvalidInstanceType',
        message: expect.stringContaining('[t9.huge]'),
      });
    },
  },
  'parameters can be written, and read one by one and several at a time': {
    async run({ ssm }) {
      await ssm.send(new PutParameterCommand({ Name: '/mine', Value: 'x', Type: 'String' }));
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/mine' }));
      expect(Parameter).toMatchObject({ Value: 'x', DataType: 'text', LastModifiedDate: expect.any(Date) });
      const several = await ssm.send(new GetParametersCommand({ Names: ['/mine', '/other'] }));
      expect(several).toMatchObject({ Parameters: [{ Name: '/mine', Value: 'x' }], InvalidParameters: ['/other'] });
    },
  },
  'parameters are found by their path, and are gone once they are deleted': {
    async run({ ssm }) {
      for (const Name of ['/a/x', '/a/b/y', '/c'])
        await ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String' }));
      const list = async (Recursive: boolean): Promise<(string | undefined)[]> => {
        const { Parameters = [] } = await ssm.send(new GetParametersByPathCommand({ Path: '/a', Recursive }));
        return Parameters.map(({ Name }) => Name);
      };
      expectSame(await list(false), ['/a/x']);
      expectSame(await list(true), ['/a/x', '/a/b/y']);
      await ssm.send(new DeleteParameterCommand({ Name: '/a/x' }));
      expectSame(await list(true), ['/a/b/y']);
      expect((await errorOf(ssm.send(new DeleteParameterCommand({ Name: '/a/x' })))).name).toBe('ParameterNotFound');
    },
  },
  'a parameter that does not exist, and 11 names at once, are refused': {
    async run({ ssm }) {
      expect((await errorOf(ssm.send(new GetParameterCommand({ Name: '/other' })))).name).toBe('ParameterNotFound');
      const Names = Array.from({ length: 11 }, (_, index) => `/${index}`);
      expect((await errorOf(ssm.send(new GetParametersCommand({ Names })))).name).toBe('ValidationException');
    },
  },
};

/** Filters, pages, tags, images, instance types and parameters. */
export const DESCRIBE_CASES: Readonly<Record<string, Ec2ApiCase>> = {
  ...filters,
  ...wildcards,
  ...refusals,
  ...others,
};

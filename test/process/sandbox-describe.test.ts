import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeTagsCommand,
  type EC2Client,
  type Filter,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { launch, refusal, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

let aws: AwsSandbox;
let ec2: EC2Client;

beforeEach(async () => {
  aws = await startAws();
  ec2 = aws.ec2;
});

afterEach(() => aws.close());

function named(name: string) {
  return { TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'Name', Value: name }] }] };
}

async function find(...Filters: Filter[]): Promise<string[]> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId));
}

describe('filters of instances', () => {
  test('all hold, one value of each is enough', async () => {
    const a = await launch(ec2, { ...named('a'), ClientToken: 'token-a' });
    const b = await launch(ec2, { ...named('b'), SubnetId: seed.SUBNET_B, InstanceType: 'm5.xlarge' });
    expect(await find({ Name: 'tag:Name', Values: ['a', 'b'] })).toEqual([a.id, b.id]);
    expect(
      await find({ Name: 'tag:Name', Values: ['a', 'b'] }, { Name: 'subnet-id', Values: [seed.SUBNET_B] }),
    ).toEqual([b.id]);
    expect(await find({ Name: 'client-token', Values: ['token-a'] })).toEqual([a.id]);
    expect(await find({ Name: 'instance-type', Values: ['m5.*'] })).toEqual([b.id]);
    expect(
      await find({ Name: 'instance-state-name', Values: ['stopped'] }, { Name: 'tag-key', Values: ['Name'] }),
    ).toEqual([]);
    expect(await find({ Name: 'tag:name', Values: ['a'] })).toEqual([]);
  });

  test.each([
    ['a*c', ['abc', 'a*c']],
    ['a?c', ['abc', 'a*c']],
    ['a\\*c', ['a*c']],
    ['A*', []],
    ['abc', ['abc']],
  ])('%s finds %j', async (pattern, names) => {
    for (const name of ['abc', 'a*c', 'b']) await launch(ec2, named(name));
    const found = await find({ Name: 'tag:Name', Values: [pattern] });
    expect(found.map((id) => aws.sandbox.ec2.instance(id).tags.get('Name'))).toEqual(names);
  });

  test('that EC2 does not have are refused', async () => {
    expect(await refusal(find({ Name: 'instance-state', Values: ['running'] }))).toMatchObject({
      name: 'InvalidParameterValue',
      message: "The filter 'instance-state' is invalid",
    });
    const many = Array.from({ length: 201 }, (_, index) => `${index}`);
    expect((await refusal(find({ Name: 'tag:Name', Values: many }))).name).toBe('FilterLimitExceeded');
  });
});

test('instances come in pages', async () => {
  for (const name of 'abcdefg') await launch(ec2, named(name));
  const first = await ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
  const second = await ec2.send(new DescribeInstancesCommand({ MaxResults: 5, NextToken: first.NextToken }));
  expect([first.Reservations?.length, second.Reservations?.length, second.NextToken]).toEqual([5, 2, undefined]);
  const ids = [...(first.Reservations ?? []), ...(second.Reservations ?? [])].map(
    ({ Instances }) => Instances?.[0]?.InstanceId,
  );
  expect(ids).toEqual(aws.sandbox.ec2.instances().map(({ id }) => id));
});

test.each([
  ['too small a page', { MaxResults: 4 }, 'InvalidParameterValue'],
  ['ids and a page', { MaxResults: 5, InstanceIds: ['i-0ffffffffffffffff'] }, 'InvalidParameterCombination'],
  ['a token of nobody', { NextToken: 'next' }, 'InvalidNextToken'],
  ['an id that is none', { InstanceIds: ['i-1'] }, 'InvalidInstanceID.Malformed'],
  ['an unknown id', { InstanceIds: ['i-0ffffffffffffffff'] }, 'InvalidInstanceID.NotFound'],
])('describing instances with %s is refused', async (_, input, code) => {
  expect((await refusal(ec2.send(new DescribeInstancesCommand(input)))).name).toBe(code);
});

test('tags can be added, changed and taken away', async () => {
  const { id } = await launch(ec2, named('before'));
  const Tags = [
    { Key: 'Name', Value: 'after' },
    { Key: 'more', Value: '' },
  ];
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
  const Filters = [{ Name: 'resource-id', Values: [id] }];
  const { Tags: found } = await ec2.send(new DescribeTagsCommand({ Filters }));
  expect(found).toEqual(Tags.map((tag) => ({ ...tag, ResourceId: id, ResourceType: 'instance' })));
  await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'more' }, { Key: 'Name', Value: 'before' }] }));
  expect([...aws.sandbox.ec2.instance(id).tags]).toEqual([['Name', 'after']]);
});

import type { EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { launch, launchOf, refusal, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

// EC2's own behavior is tested by test/contract/ec2-api*.cases.ts. Here are the sandbox's seed and options.

let aws: AwsSandbox;
let ec2: EC2Client;

beforeEach(async () => {
  aws = await startAws();
  ec2 = aws.ec2;
});

afterEach(() => aws.close());

test('an instance has the names of the seed', async () => {
  const instance = await launch(ec2, { IamInstanceProfile: { Name: seed.INSTANCE_PROFILE } });
  expect(instance).toMatchObject({
    InstanceId: expect.stringMatching(/^i-0[0-9a-f]{16}$/),
    ImageId: seed.OUR_AMD64_IMAGE,
    SubnetId: seed.SUBNET_A,
    VpcId: seed.VPC,
    Placement: { AvailabilityZone: 'us-east-1a' },
    SecurityGroups: [{ GroupId: seed.RUNNER_GROUP, GroupName: 'runners' }],
    IamInstanceProfile: { Arn: `arn:aws:iam::${seed.ACCOUNT}:instance-profile/${seed.INSTANCE_PROFILE}` },
  });
});

test('a launch with a parameter that the sandbox does not model is refused', async () => {
  const refused = await refusal(ec2.send(launchOf({ LaunchTemplate: { LaunchTemplateName: 'x' } })));
  expect(refused).toMatchObject({ name: 'UnsupportedBySandbox', message: expect.stringMatching(/LaunchTemplate/) });
  expect(refused.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(aws.sandbox.ec2.instances()).toEqual([]);
});

test.each(['RunInstances', 'ec2:CreateTags', 'iam:PassRole'])(
  'a dry run without the permission %s is refused',
  async (permission) => {
    aws.sandbox.ec2.denied.add(permission);
    const profile = { IamInstanceProfile: { Name: seed.INSTANCE_PROFILE } };
    const refused = await refusal(
      ec2.send(
        launchOf({
          DryRun: true,
          ...profile,
          TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }],
        }),
      ),
    );
    expect(refused).toMatchObject({ name: 'UnauthorizedOperation', $metadata: { httpStatusCode: 403 } });
    expect(refused.message).toContain(permission);
  },
);

test('a client token belongs to its request even if that found no capacity, and launches once there is some', async () => {
  aws.sandbox.ec2.capacity['t3.xlarge'] = 0;
  await refusal(ec2.send(launchOf({ ClientToken: 'once' })));
  const other = await refusal(ec2.send(launchOf({ ClientToken: 'once', InstanceType: 'm5.xlarge' })));
  expect(other.name).toBe('IdempotentParameterMismatch');
  aws.sandbox.ec2.capacity['t3.xlarge'] = 1;
  expect((await launch(ec2, { ClientToken: 'once' })).State?.Name).toBe('pending');
});

test("the image's other mappings make volumes, each as the request's mapping for its device changes it", async () => {
  const made = aws.sandbox.ec2.images.get(seed.OUR_AMD64_IMAGE)!;
  const data = { device: '/dev/sdf', sizeGiB: 20, snapshotId: 'snap-0123456789abcdef0', type: 'gp2' };
  const cache = { device: '/dev/sdg', sizeGiB: 10, type: 'gp3' };
  const volumes = [data, cache].map((one) => ({ ...one, deleteOnTermination: false }));
  aws.sandbox.ec2.images.set(made.id, { ...made, volumes });
  const keep = { BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { DeleteOnTermination: true } }] };
  const drop = { BlockDeviceMappings: [{ DeviceName: '/dev/sdg', NoDevice: '' }] };
  await launch(ec2, keep);
  await launch(ec2, { BlockDeviceMappings: [...keep.BlockDeviceMappings, ...drop.BlockDeviceMappings] });
  const summary = [...aws.sandbox.ec2.volumes.values()].map(
    ({ attachment, sizeGiB, type }) => `${attachment!.device} ${sizeGiB} ${type} ${attachment!.deleteOnTermination}`,
  );
  const [root, changed, kept] = ['/dev/sda1 50 gp3 true', '/dev/sdf 20 gp2 true', '/dev/sdg 10 gp3 false'];
  expect(summary).toEqual([root, changed, kept, root, changed]);
});

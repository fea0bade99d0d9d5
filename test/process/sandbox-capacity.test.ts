import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, describe, expect, test } from '@jest/globals';
import { seed, type SandboxOptions } from '../../sandbox/sandbox.js';
import { becomes, launch, launchOf, refusal, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

const open: AwsSandbox[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((aws) => aws.close()));
});

async function start(options?: SandboxOptions): Promise<AwsSandbox> {
  const aws = await startAws(options);
  open.push(aws);
  return aws;
}

const terminate = (...InstanceIds: string[]) => new TerminateInstancesCommand({ InstanceIds });
const spot = { InstanceMarketOptions: { MarketType: 'spot' } } as const;

describe('capacity', () => {
  test('runs out per plan with HTTP 500, and is freed when an instance ends', async () => {
    const aws = await start({ capacity: { [`t3.xlarge/${seed.SUBNET_A}`]: 1 } });
    const { id } = await launch(aws.ec2);
    const refused = await refusal(aws.ec2.send(launchOf()));
    expect(refused).toMatchObject({ name: 'InsufficientInstanceCapacity', $metadata: { httpStatusCode: 500 } });
    expect(refused.message).toContain(
      'sufficient t3.xlarge capacity in the Availability Zone you requested (us-east-1a)',
    );
    await launch(aws.ec2, { InstanceType: 'm5.xlarge' });
    expect((await launch(aws.ec2, { SubnetId: undefined, SecurityGroupIds: undefined })).SubnetId).toBe(seed.SUBNET_B);
    await aws.ec2.send(terminate(id));
    await becomes(aws, id, 'terminated');
    await launch(aws.ec2);
  });

  test('allows as many instances as there is capacity for, but not fewer than MinCount', async () => {
    const aws = await start({ capacity: { 't3.xlarge': 3 } });
    expect((await refusal(aws.ec2.send(launchOf({ MinCount: 4, MaxCount: 5 })))).name).toBe(
      'InsufficientInstanceCapacity',
    );
    const { Instances } = await aws.ec2.send(launchOf({ MinCount: 2, MaxCount: 5 }));
    expect(Instances?.map(({ AmiLaunchIndex }) => AmiLaunchIndex)).toEqual([0, 1, 2]);
  });

  test('of spot is separate, and a market can be refused', async () => {
    const aws = await start({
      capacity: { 't3.xlarge/*/spot': 0 },
      refusals: { '*/*/spot': 'MaxSpotInstanceCountExceeded' },
    });
    expect((await refusal(aws.ec2.send(launchOf(spot)))).name).toBe('MaxSpotInstanceCountExceeded');
    delete aws.sandbox.ec2.refusals['*/*/spot'];
    const refused = await refusal(aws.ec2.send(launchOf(spot)));
    expect(refused.message).toBe('There is no Spot capacity available that matches your request.');
    await launch(aws.ec2);
  });

  test('does not exist for a type in a zone that does not offer it', async () => {
    const aws = await start();
    const arm = { ImageId: seed.OUR_ARM64_IMAGE, InstanceType: 'a1.xlarge' } as const;
    const refused = await refusal(aws.ec2.send(launchOf({ ...arm, SubnetId: seed.SUBNET_C })));
    expect(refused).toMatchObject({
      name: 'Unsupported',
      message: expect.stringContaining('choosing us-east-1a, us-east-1b'),
    });
    await launch(aws.ec2, arm);
  });

  test('is limited by the quota of vCPUs, which is separate for G instances', async () => {
    const aws = await start({ quota: { 'standard/on-demand': 8, 'gpu/on-demand': 0, 'standard/spot': 3 } });
    await aws.ec2.send(launchOf({ MinCount: 2, MaxCount: 2 }));
    expect(await refusal(aws.ec2.send(launchOf()))).toMatchObject({
      name: 'VcpuLimitExceeded',
      $metadata: { httpStatusCode: 400 },
    });
    expect((await refusal(aws.ec2.send(launchOf({ InstanceType: 'g6.xlarge' })))).name).toBe('VcpuLimitExceeded');
    expect((await refusal(aws.ec2.send(launchOf(spot)))).name).toBe('MaxSpotInstanceCountExceeded');
  });
});

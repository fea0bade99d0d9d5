import { DescribeSpotInstanceRequestsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { expect } from '@jest/globals';
import { HALF_AN_HOUR_MS } from './contract.js';
import { becomes, errorOf, launch, launchOf, listInstances, terminate, type Ec2ApiCase } from './ec2-api.world.js';

const spot = { InstanceMarketOptions: { MarketType: 'spot' } } as const;

/** What RunInstances creates, and how it answers. */
export const LAUNCH_CASES: Readonly<Record<string, Ec2ApiCase>> = {
  'the SDK reads a launched instance as EC2 describes it': {
    async run(world) {
      const { image, subnets, vpc, group, keyName } = world.catalog;
      const Tags = [
        { Key: 'Name', Value: '<a> & "b" é' },
        { Key: 'empty', Value: '' },
      ];
      const { Instances: [instance] = [], ...reservation } = await world.ec2.send(
        launchOf(world, {
          TagSpecifications: [{ ResourceType: 'instance', Tags }],
          KeyName: keyName,
          MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        }),
      );
      expect(reservation.ReservationId).toMatch(/^r-[0-9a-f]{17}$/);
      expect(instance).toMatchObject({
        InstanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
        State: { Code: 0, Name: 'pending' },
        ImageId: image.id,
        InstanceType: 't3.xlarge',
        Architecture: 'x86_64',
        SubnetId: subnets[0],
        VpcId: vpc,
        Placement: { AvailabilityZone: expect.stringMatching(/^us-east-1[a-f]$/) },
        SecurityGroups: [{ GroupId: group }],
        KeyName: keyName,
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, HttpEndpoint: 'enabled' },
        Tags,
        EbsOptimized: false,
        RootDeviceName: '/dev/sda1',
      });
      expect(instance?.InstanceLifecycle).toBeUndefined();
      expect(Math.abs((instance?.LaunchTime?.getTime() ?? 0) - Date.now())).toBeLessThan(HALF_AN_HOUR_MS);
    },
  },
  'a pending instance has a reason for its state and no volume': {
    async run(world) {
      const instance = await launch(world);
      expect(instance).toMatchObject({ StateReason: { Code: 'pending' }, BlockDeviceMappings: [] });
    },
  },
  '50 tags are allowed': {
    async run(world) {
      const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `key-${index}`, Value: '' }));
      const { id } = await launch(world, { TagSpecifications: [{ ResourceType: 'instance', Tags }] });
      expect((await listInstances(world)).map(({ InstanceId, Tags: found }) => [InstanceId, found?.length])).toEqual([
        [id, 50],
      ]);
    },
  },
  'a dry run launches nothing and answers that the launch would have succeeded': {
    async run(world) {
      const error = await errorOf(world.ec2.send(launchOf(world, { DryRun: true })));
      expect(error).toMatchObject({ name: 'DryRunOperation', $metadata: { httpStatusCode: 412 } });
      expect(await listInstances(world)).toEqual([]);
    },
  },
  'a client token launches once': {
    async run(world) {
      const first = await launch(world, { ClientToken: 'once' });
      expect((await launch(world, { ClientToken: 'once' })).id).toBe(first.id);
      expect(await listInstances(world)).toHaveLength(1);
    },
  },
  'a client token belongs to its request': {
    async run(world) {
      await launch(world, { ClientToken: 'once' });
      const other = { ClientToken: 'once', SubnetId: world.catalog.subnets[1] };
      const error = await errorOf(world.ec2.send(launchOf(world, other)));
      expect(error).toMatchObject({ name: 'IdempotentParameterMismatch', $metadata: { httpStatusCode: 400 } });
    },
  },
  'a root volume follows its mapping and the tags': {
    async run(world) {
      const Ebs = { VolumeSize: 60, VolumeType: 'gp3', Throughput: 250, VolumeInitializationRate: 200 } as const;
      const { id } = await launch(world, {
        BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs }],
        TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'owner', Value: 'me' }] }],
      });
      const { Volumes } = await world.ec2.send(new DescribeVolumesCommand({}));
      expect(Volumes).toHaveLength(1);
      expect(Volumes?.[0]).toMatchObject({
        Size: 60,
        VolumeType: 'gp3',
        Iops: 3000,
        Throughput: 250,
        VolumeInitializationRate: 200,
        State: 'in-use',
        AvailabilityZone: expect.stringMatching(/^us-east-1[a-f]$/),
        Attachments: [{ InstanceId: id, Device: '/dev/sda1', DeleteOnTermination: true, State: 'attached' }],
        Tags: [{ Key: 'owner', Value: 'me' }],
      });
    },
  },
  'a mapping for another device adds a volume, which outlives the instance unless the mapping says otherwise': {
    async run(world) {
      const { image } = world.catalog;
      const mapping = { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 30 } };
      await launch(world, { BlockDeviceMappings: [mapping] });
      const { Volumes = [] } = await world.ec2.send(new DescribeVolumesCommand({}));
      const facts = new Map(
        Volumes.map(({ Size, Attachments: [attachment] = [] }) => [
          attachment?.Device,
          { Size, DeleteOnTermination: attachment?.DeleteOnTermination },
        ]),
      );
      expect(Object.fromEntries(facts)).toEqual({
        '/dev/sda1': { Size: image.rootVolumeGiB, DeleteOnTermination: true },
        '/dev/sdf': { Size: 30, DeleteOnTermination: false },
      });
    },
  },
  'a spot instance has a spot request, which closes with the instance': {
    async run(world) {
      const Tags = [{ Key: 'a', Value: 'b' }];
      const TagSpecifications = [{ ResourceType: 'spot-instances-request' as const, Tags }];
      const instance = await launch(world, { ...spot, TagSpecifications });
      const ask = new DescribeSpotInstanceRequestsCommand({
        SpotInstanceRequestIds: [instance.SpotInstanceRequestId ?? 'none'],
      });
      expect(instance.InstanceLifecycle).toBe('spot');
      const open = { InstanceId: instance.id, State: 'active', Type: 'one-time', Status: { Code: 'fulfilled' }, Tags };
      expect((await world.ec2.send(ask)).SpotInstanceRequests).toMatchObject([open]);
      await terminate(world, instance.id);
      await becomes(world, instance.id, 'terminated');
      expect((await world.ec2.send(ask)).SpotInstanceRequests).toMatchObject([
        { State: 'closed', Status: { Code: 'instance-terminated-by-user' } },
      ]);
    },
  },
};

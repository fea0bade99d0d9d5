import {
  CancelSpotInstanceRequestsCommand,
  DeleteVolumeCommand,
  DescribeInstanceStatusCommand,
  DescribeVolumesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect } from '@jest/globals';
import { becomes, describeOne, errorOf, launch, terminate, type Ec2ApiCase } from './ec2-api.world.js';

/** An instance from launch to termination, and what remains of it. */
export const LIFE_CASES: Readonly<Record<string, Ec2ApiCase>> = {
  'a running instance lists its volume': {
    async run(world) {
      const { id } = await launch(world);
      await becomes(world, id, 'running');
      expect((await describeOne(world, id))?.BlockDeviceMappings).toMatchObject([
        { DeviceName: '/dev/sda1', Ebs: { Status: 'attached' } },
      ]);
    },
  },
  'TerminateInstances answers with the state before and after, and again for a terminated instance': {
    async run(world) {
      const { id } = await launch(world);
      await becomes(world, id, 'running');
      const command = new TerminateInstancesCommand({ InstanceIds: [id] });
      const { TerminatingInstances } = await world.ec2.send(command);
      expect(TerminatingInstances).toMatchObject([
        { InstanceId: id, PreviousState: { Name: 'running' }, CurrentState: { Code: 32, Name: 'shutting-down' } },
      ]);
      await becomes(world, id, 'terminated');
      await expect(world.ec2.send(command)).resolves.toBeDefined();
    },
  },
  'a terminated instance stays listed, with the reason': {
    async run(world) {
      const { id } = await launch(world);
      await terminate(world, id);
      await becomes(world, id, 'terminated');
      const gone = await describeOne(world, id);
      expect(gone).toMatchObject({ StateReason: { Code: 'Client.UserInitiatedShutdown' } });
      expect(gone?.StateTransitionReason).toMatch(/^User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (GMT|UTC)\)$/);
    },
  },
  'a terminated instance has no network and no volumes': {
    async run(world) {
      const { id } = await launch(world);
      await terminate(world, id);
      await becomes(world, id, 'terminated');
      const gone = await describeOne(world, id);
      expect([gone?.SubnetId, gone?.PrivateIpAddress]).toEqual([undefined, undefined]);
      expect(gone?.BlockDeviceMappings).toEqual([]);
    },
  },
  'one bad id spares the whole batch': {
    async run(world) {
      const { id } = await launch(world);
      const InstanceIds = [id, 'i-0ffffffffffffffff', 'i-0eeeeeeeeeeeeeeee'];
      const error = await errorOf(world.ec2.send(new TerminateInstancesCommand({ InstanceIds })));
      expect(error.message).toBe("The instance IDs 'i-0ffffffffffffffff', 'i-0eeeeeeeeeeeeeeee' do not exist");
      await becomes(world, id, 'running');
    },
  },
  'a protected instance is not terminated': {
    async run(world) {
      const { id } = await launch(world, { DisableApiTermination: true });
      expect((await errorOf(terminate(world, id))).name).toBe('OperationNotPermitted');
      await becomes(world, id, 'running');
    },
  },
  'a stopped instance keeps its volume and can be started again': {
    async run(world) {
      const { id } = await launch(world);
      await becomes(world, id, 'running');
      await world.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
      await becomes(world, id, 'stopped');
      const { InstanceStatuses } = await world.ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id] }));
      expect(InstanceStatuses).toEqual([]);
      expect((await world.ec2.send(new DescribeVolumesCommand({}))).Volumes).toHaveLength(1);
      await world.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
      await becomes(world, id, 'running');
    },
  },
  'a terminated instance cannot be started': {
    async run(world) {
      const { id } = await launch(world);
      await terminate(world, id);
      const error = await errorOf(world.ec2.send(new StartInstancesCommand({ InstanceIds: [id] })));
      expect(error.name).toBe('IncorrectInstanceState');
    },
  },
  'a one-time spot instance cannot be stopped': {
    async run(world) {
      const { id } = await launch(world, { InstanceMarketOptions: { MarketType: 'spot' } });
      const error = await errorOf(world.ec2.send(new StopInstancesCommand({ InstanceIds: [id] })));
      expect(error.name).toBe('UnsupportedOperation');
    },
  },
  'a spot instance goes on when its request is cancelled': {
    async run(world) {
      const { id, SpotInstanceRequestId = '' } = await launch(world, { InstanceMarketOptions: { MarketType: 'spot' } });
      const cancel = new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [SpotInstanceRequestId] });
      expect((await world.ec2.send(cancel)).CancelledSpotInstanceRequests).toEqual([
        { SpotInstanceRequestId, State: 'cancelled' },
      ]);
      await becomes(world, id, 'running');
    },
  },
  'a volume that may outlive its instance stays until it is deleted': {
    async run(world) {
      const Ebs = { DeleteOnTermination: false, VolumeSize: world.catalog.image.rootVolumeGiB };
      const { id } = await launch(world, { BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs }] });
      const describe = async () => (await world.ec2.send(new DescribeVolumesCommand({}))).Volumes;
      const VolumeId = (await describe())?.[0]?.VolumeId;
      expect((await errorOf(world.ec2.send(new DeleteVolumeCommand({ VolumeId })))).name).toBe('VolumeInUse');
      await terminate(world, id);
      await becomes(world, id, 'terminated');
      expect(await describe()).toMatchObject([{ VolumeId, State: 'available', Attachments: [] }]);
      await world.ec2.send(new DeleteVolumeCommand({ VolumeId }));
      expect(await describe()).toEqual([]);
    },
  },
};

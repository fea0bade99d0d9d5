import type { RunInstancesCommandInput, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import type { EbsBlockDevice, VolumeType, _InstanceType } from '@aws-sdk/client-ec2';
import type { LaunchSpec } from '../core/ports/ec2.js';
import type { VolumeSpec } from '../core/ports/catalog.js';

/** The one RunInstances request of this suite: one instance that leaves nothing behind when it powers off, or waits in a pool. */
export function toRunInstances(spec: LaunchSpec): RunInstancesCommandInput {
  const { plan } = spec;
  return {
    MinCount: 1,
    MaxCount: 1,
    ClientToken: spec.clientToken,
    ImageId: spec.imageId,
    InstanceType: plan.instanceType as _InstanceType,
    InstanceInitiatedShutdownBehavior: spec.onPowerOff ?? 'terminate',
    // Two hops: a job's containers on Docker's bridge may use the instance's role too.
    MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
    BlockDeviceMappings: [spec.rootVolume, ...(spec.furtherVolumes ?? [])].map((volume) => ({
      DeviceName: volume.deviceName,
      Ebs: toEbs(volume),
    })),
    TagSpecifications: toTagSpecifications(spec),
    UserData: Buffer.from(spec.userData).toString('base64'),
    ...(plan.subnetId && { SubnetId: plan.subnetId }),
    ...(spec.securityGroupIds.length > 0 && { SecurityGroupIds: [...spec.securityGroupIds] }),
    ...(spec.instanceProfile && { IamInstanceProfile: toProfile(spec.instanceProfile) }),
    ...(spec.keyName && { KeyName: spec.keyName }),
    ...(plan.market === 'spot' && {
      InstanceMarketOptions: {
        MarketType: 'spot',
        SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' },
      },
    }),
  };
}

/** Never a snapshot: EC2 completes a mapping by the image's own, and a policy need not allow any. */
function toEbs(volume: VolumeSpec): EbsBlockDevice {
  return {
    DeleteOnTermination: true,
    ...(volume.sizeGiB !== undefined && { VolumeSize: volume.sizeGiB }),
    ...(volume.type && { VolumeType: volume.type as VolumeType }),
    ...(volume.iops !== undefined && { Iops: volume.iops }),
    ...(volume.throughputMiBps !== undefined && { Throughput: volume.throughputMiBps }),
    ...(volume.initializationRateMiBps !== undefined && { VolumeInitializationRate: volume.initializationRateMiBps }),
    ...(volume.encrypted && { Encrypted: true }),
    ...(volume.kmsKeyId && { KmsKeyId: volume.kmsKeyId }),
  };
}

function toTagSpecifications({ tags, plan }: LaunchSpec): TagSpecification[] {
  const Tags: Tag[] = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length === 0) return [];
  const kinds = [
    'instance',
    'volume',
    'network-interface',
    ...(plan.market === 'spot' ? (['spot-instances-request'] as const) : []),
  ] as const;
  return kinds.map((ResourceType) => ({ ResourceType, Tags }));
}

function toProfile(nameOrArn: string): { Arn: string } | { Name: string } {
  return nameOrArn.startsWith('arn:') ? { Arn: nameOrArn } : { Name: nameOrArn };
}

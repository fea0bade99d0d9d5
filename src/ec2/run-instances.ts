import type { RunInstancesCommandInput, TagSpecification } from '@aws-sdk/client-ec2';
import type { EbsBlockDevice, VolumeType, _InstanceType } from '@aws-sdk/client-ec2';
import type { VolumeSpec } from '../core/ports/catalog.js';
import type { LaunchSpec } from '../core/ports/ec2.js';
import { toTags } from './paging.js';

/**
 * The RunInstances request for one instance. When the instance powers off, it is terminated with its volumes, or it is
 * stopped and waits in a pool.
 */
export function toRunInstances(spec: LaunchSpec): RunInstancesCommandInput {
  const { plan } = spec;
  return {
    MinCount: 1,
    MaxCount: 1,
    ClientToken: spec.clientToken,
    ImageId: spec.imageId,
    InstanceType: plan.instanceType as _InstanceType,
    InstanceInitiatedShutdownBehavior: spec.onPowerOff ?? 'terminate',
    // Two hops, so that the containers of a job on Docker's bridge network can use the role of the instance.
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

/**
 * Names no snapshot for the image's own mappings, because EC2 adds it. So only starts with a copy of a data volume need
 * a permission for snapshots.
 */
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
    ...(volume.snapshotId && { SnapshotId: volume.snapshotId }),
  };
}

function toTagSpecifications({ tags, plan }: LaunchSpec): TagSpecification[] {
  const Tags = toTags(tags);
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

import type { Params } from '../query/params.js';
import type { XmlValue } from '../query/xml.js';
import type { Ec2World } from '../world/world.js';
import { attachVolume, detachVolume } from './attach-volume.js';
import { startInstances, stopInstances, terminateInstances } from './change-state.js';
import { copyImage } from './copy-image.js';
import { CREATE_VOLUME_PARAMETERS, createVolume } from './create-volume.js';
import { describeInstances, describeInstanceStatus } from './describe-instances.js';
import { deregisterImage, enableImageDeprecation } from './image-life.js';
import { describeImages } from './images.js';
import { describeInstanceAttribute, getConsoleOutput } from './inspect-instance.js';
import { describeInstanceTypes, describeOfferings } from './instance-types.js';
import { describeLaunchTemplates, describeLaunchTemplateVersions } from './launch-templates.js';
import { RUN_INSTANCES_PARAMETERS, runInstances } from './launch/run-instances.js';
import { CHANGEABLE, modifyInstanceAttribute } from './modify-instance.js';
import { describeVolumesModifications, modifyVolume, VOLUME_CHANGES } from './modify-volume.js';
import { describeRegions, describeSecurityGroups, describeSubnets, describeVpcs, describeZones } from './network.js';
import { createSnapshot, deleteSnapshot, describeSnapshots } from './snapshots.js';
import { describeSpotPriceHistory } from './spot-prices.js';
import { cancelSpotRequests, describeSpotRequests } from './spot-requests.js';
import { createTags, deleteTags, describeTags } from './tags.js';
import { deleteVolume, describeVolumes } from './volumes.js';

export interface Operation {
  /** Its parameters besides the common ones. Any other parameter is refused. */
  readonly parameters: readonly string[];
  /** @throws Ec2Error */
  run(world: Ec2World, params: Params): { [element: string]: XmlValue };
}

const PAGED = ['Filter', 'MaxResults', 'NextToken'];

function operation(parameters: readonly string[], run: Operation['run']): Operation {
  return { parameters, run };
}

/** The EC2 actions that the sandbox has, by name. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  AttachVolume: operation(['Device', 'InstanceId', 'VolumeId'], attachVolume),
  CancelSpotInstanceRequests: operation(['SpotInstanceRequestId'], cancelSpotRequests),
  CopyImage: operation(
    ['ClientToken', 'CopyImageTags', 'Description', 'Name', 'SourceImageId', 'SourceRegion', 'TagSpecification'],
    copyImage,
  ),
  CreateSnapshot: operation(['Description', 'TagSpecification', 'VolumeId'], createSnapshot),
  CreateTags: operation(['ResourceId', 'Tag'], createTags),
  CreateVolume: operation(CREATE_VOLUME_PARAMETERS, createVolume),
  DeleteSnapshot: operation(['SnapshotId'], deleteSnapshot),
  DeleteTags: operation(['ResourceId', 'Tag'], deleteTags),
  DeleteVolume: operation(['VolumeId'], deleteVolume),
  DeregisterImage: operation(['DeleteAssociatedSnapshots', 'ImageId'], deregisterImage),
  DescribeAvailabilityZones: operation(['AllAvailabilityZones', 'Filter', 'ZoneName'], describeZones),
  DescribeImages: operation(['ImageId', 'IncludeDeprecated', 'IncludeDisabled', 'Owner', ...PAGED], describeImages),
  DescribeInstanceAttribute: operation(['Attribute', 'InstanceId'], describeInstanceAttribute),
  DescribeInstances: operation(['InstanceId', ...PAGED], describeInstances),
  DescribeInstanceStatus: operation(['IncludeAllInstances', 'InstanceId', ...PAGED], describeInstanceStatus),
  DescribeInstanceTypeOfferings: operation(['LocationType', ...PAGED], describeOfferings),
  DescribeInstanceTypes: operation(['InstanceType', ...PAGED], (_world, params) => describeInstanceTypes(params)),
  DescribeLaunchTemplates: operation(['LaunchTemplateId', 'LaunchTemplateName', ...PAGED], describeLaunchTemplates),
  DescribeLaunchTemplateVersions: operation(
    ['LaunchTemplateId', 'LaunchTemplateName', 'LaunchTemplateVersion', ...PAGED],
    describeLaunchTemplateVersions,
  ),
  DescribeRegions: operation(['AllRegions', 'Filter', 'RegionName'], describeRegions),
  DescribeSecurityGroups: operation(['GroupId', 'GroupName', ...PAGED], describeSecurityGroups),
  DescribeSnapshots: operation(['Owner', 'SnapshotId', ...PAGED], describeSnapshots),
  DescribeSpotInstanceRequests: operation(['SpotInstanceRequestId', ...PAGED], describeSpotRequests),
  DescribeSpotPriceHistory: operation(
    ['AvailabilityZone', 'EndTime', 'InstanceType', 'ProductDescription', 'StartTime', ...PAGED],
    describeSpotPriceHistory,
  ),
  DescribeSubnets: operation(['SubnetId', ...PAGED], describeSubnets),
  DescribeTags: operation(PAGED, describeTags),
  DescribeVolumes: operation(['VolumeId', ...PAGED], describeVolumes),
  DescribeVolumesModifications: operation(['VolumeId', ...PAGED], describeVolumesModifications),
  DescribeVpcs: operation(['VpcId', ...PAGED], describeVpcs),
  DetachVolume: operation(['Device', 'Force', 'InstanceId', 'VolumeId'], detachVolume),
  EnableImageDeprecation: operation(['DeprecateAt', 'ImageId'], enableImageDeprecation),
  GetConsoleOutput: operation(['InstanceId', 'Latest'], getConsoleOutput),
  ModifyInstanceAttribute: operation(['InstanceId', ...CHANGEABLE], modifyInstanceAttribute),
  ModifyVolume: operation([...VOLUME_CHANGES, 'VolumeId'], modifyVolume),
  RunInstances: operation(RUN_INSTANCES_PARAMETERS, runInstances),
  StartInstances: operation(['InstanceId'], startInstances),
  StopInstances: operation(['Force', 'Hibernate', 'InstanceId', 'SkipOsShutdown'], stopInstances),
  TerminateInstances: operation(['Force', 'InstanceId', 'SkipOsShutdown'], terminateInstances),
};

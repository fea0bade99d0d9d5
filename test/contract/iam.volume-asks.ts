import type { Params } from '../../sandbox/ec2/query/params.js';
import { arn, readTagSpecifications, type Ask } from './iam.arns.js';

/** The permissions for a resource that a request creates, and for its tags. */
export function listMade(
  kind: string,
  from: { readonly action: string; readonly params: Params; readonly region: string; readonly facts?: Ask['context'] },
): Ask[] {
  const { action, params, region, facts = {} } = from;
  const marks = readTagSpecifications(params).get(kind);
  const resource = arn(region, kind, 'new');
  const context = { ...marks, 'ec2:CreateAction': action.replace('ec2:', '') };
  const marking = { action: 'ec2:CreateTags', resource, context };
  return [{ action, resource, context: { ...marks, ...facts } }, ...(marks ? [marking] : [])];
}

/** The permissions for the volume and its tags, and for the snapshot that it is created from. */
export function listCreateVolumeAsks(params: Params, region: string, tagsOf: (id: string) => Ask['context']): Ask[] {
  const action = 'ec2:CreateVolume';
  const facts = {
    'ec2:Encrypted': `${params.flag('Encrypted') ?? false}`,
    'ec2:VolumeSize': params.text('Size') ?? '0',
    'ec2:VolumeType': params.text('VolumeType') ?? 'gp2',
    'ec2:AvailabilityZone': params.text('AvailabilityZone') ?? '',
  };
  const snapshot = params.text('SnapshotId');
  const used =
    snapshot === undefined ? [] : [{ action, resource: arn(region, 'snapshot', snapshot), context: tagsOf(snapshot) }];
  return [...listMade('volume', { action, params, region, facts }), ...used];
}

import { afterAll, describe, expect, test } from '@jest/globals';
import { findDenied, readPolicy } from './iam.roles.js';
import { createAccount, properLaunch, TAG, type Misuse } from './iam.world.js';

const account = await createAccount();
afterAll(() => account.close());

const reap = [readPolicy('reap')];
const oursTag = { 'Tag.1.Key': TAG, 'Tag.1.Value': 'octo-org/octo-repo' };

const misuses: readonly Misuse[] = [
  [
    'launch at all',
    account.ec2('RunInstances', properLaunch).filter(({ resource }) => resource.includes(':instance/')),
    [`ec2:RunInstances on instance`, 'ec2:CreateTags on instance'],
  ],
  [
    'terminate an untagged instance',
    account.ec2('TerminateInstances', { 'InstanceId.1': account.nobodys.instance }),
    ['ec2:TerminateInstances on instance'],
  ],
  [
    'terminate another repository’s instance',
    account.ec2('TerminateInstances', { 'InstanceId.1': account.theirs.instance }),
    ['ec2:TerminateInstances on instance'],
  ],
  [
    'delete an untagged volume',
    account.ec2('DeleteVolume', { VolumeId: account.nobodys.volume }),
    ['ec2:DeleteVolume on volume'],
  ],
  [
    'delete another repository’s volume',
    account.ec2('DeleteVolume', { VolumeId: account.theirs.volume }),
    ['ec2:DeleteVolume on volume'],
  ],
  [
    'cancel another repository’s spot request',
    account.ec2('CancelSpotInstanceRequests', { 'SpotInstanceRequestId.1': account.theirs.spotRequest }),
    ['ec2:CancelSpotInstanceRequests on spot-instances-request'],
  ],
  [
    'tag a volume as ours, to delete it',
    account.ec2('CreateTags', { 'ResourceId.1': account.nobodys.volume, ...oursTag }),
    ['ec2:CreateTags on volume'],
  ],
  [
    'read a console',
    account.ec2('GetConsoleOutput', { InstanceId: account.ours.instance }),
    ['ec2:GetConsoleOutput on instance'],
  ],
  [
    'read which image a preset means',
    account.ssm('GetParameters', { Names: ['/ci-actions/ami/amd64'] }),
    ['ssm:GetParameters on parameter'],
  ],
];

describe('The role reap may not', () => {
  test.each(misuses)('%s', async (_, asks, refused) => {
    expect(await findDenied(asks, reap)).toEqual(refused);
  });

  test('leave its owner’s repositories when it has all of them', async () => {
    const wide = [readPolicy('reap', { '<REPOSITORY>': '*' })];
    const foreign = await account.leave({ [TAG]: 'octo-org-2/octo-repo' });
    const ids = {
      'InstanceId.1': account.ours.instance,
      'InstanceId.2': account.theirs.instance,
      'InstanceId.3': foreign.instance,
    };
    expect(await findDenied(account.ec2('TerminateInstances', ids), wide)).toEqual([
      'ec2:TerminateInstances on instance',
    ]);
  });
});

test('The same done properly is denied to nobody', async () => {
  const { instance, volume, spotRequest } = account.ours;
  const asks = [
    ...account.ec2('TerminateInstances', { 'InstanceId.1': instance }),
    ...account.ec2('DeleteVolume', { VolumeId: volume }),
    ...account.ec2('CancelSpotInstanceRequests', { 'SpotInstanceRequestId.1': spotRequest }),
  ];
  expect(await findDenied(asks, reap)).toEqual([]);
});

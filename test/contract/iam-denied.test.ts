import { afterAll, describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { findDenied, readPolicy } from './iam.roles.js';
import { arn, ask, createAccount, elsewhere, launch, properLaunch, TAG, tagged, type Misuse } from './iam.world.js';

const account = await createAccount();
afterAll(() => account.close());

const startStop = [readPolicy('start-stop'), readPolicy('pass-role')];
const oursTag = { 'Tag.1.Key': TAG, 'Tag.1.Value': 'octo-org/octo-repo' };
const oursResource = { [`aws:ResourceTag/${TAG}`]: 'octo-org/octo-repo' };

const RUN = 'ec2:RunInstances on';

const misuses: readonly Misuse[] = [
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
    'terminate an instance of a repository whose name begins like ours',
    account.ec2('TerminateInstances', { 'InstanceId.1': account.alike.instance }),
    ['ec2:TerminateInstances on instance'],
  ],
  [
    'hide another’s instance among ours',
    account.ec2('TerminateInstances', {
      'InstanceId.1': account.ours.instance,
      'InstanceId.2': account.theirs.instance,
    }),
    ['ec2:TerminateInstances on instance'],
  ],
  [
    'launch without tags',
    account.ec2('RunInstances', { ...launch.bare, ...launch.imdsV2 }),
    [`${RUN} instance`, `${RUN} network-interface`, `${RUN} volume`],
  ],
  [
    'launch with another repository’s tag',
    account.ec2('RunInstances', { ...launch.bare, ...launch.imdsV2, ...launch.tags('octo-org/other-repo') }),
    ['instance', 'network-interface', 'volume'].flatMap((kind) => [`${RUN} ${kind}`, `ec2:CreateTags on ${kind}`]),
  ],
  [
    'launch with an untagged volume',
    account.ec2('RunInstances', {
      ...launch.bare,
      ...launch.imdsV2,
      ...tagged('instance', { [TAG]: 'octo-org/octo-repo' }, 1),
      ...tagged('network-interface', { [TAG]: 'octo-org/octo-repo' }, 2),
    }),
    [`${RUN} volume`],
  ],
  [
    'launch with an untagged network interface',
    account.ec2('RunInstances', {
      ...launch.bare,
      ...launch.imdsV2,
      ...tagged('instance', { [TAG]: 'octo-org/octo-repo' }, 1),
      ...tagged('volume', { [TAG]: 'octo-org/octo-repo' }, 2),
    }),
    [`${RUN} network-interface`],
  ],
  [
    'launch with somebody’s network interface, and so its address and groups',
    account.ec2('RunInstances', { ...properLaunch, 'NetworkInterface.1.NetworkInterfaceId': 'eni-0123456789abcdef0' }),
    [`${RUN} network-interface`],
  ],
  [
    'launch for spot with an untagged request',
    account.ec2('RunInstances', { ...properLaunch, 'InstanceMarketOptions.MarketType': 'spot' }),
    [`${RUN} spot-instances-request`],
  ],
  [
    'launch with IMDSv1 allowed',
    account.ec2('RunInstances', { ...properLaunch, 'MetadataOptions.HttpTokens': 'optional' }),
    [`${RUN} instance`],
  ],
  [
    'launch with nothing said of IMDS',
    account.ec2('RunInstances', { ...launch.bare, ...launch.tags('octo-org/octo-repo') }),
    [`${RUN} instance`],
  ],
  [
    'launch with metadata that reaches further than a container',
    account.ec2('RunInstances', { ...properLaunch, 'MetadataOptions.HttpPutResponseHopLimit': '3' }),
    [`${RUN} instance`],
  ],
  [
    'launch a type that was not allowed',
    account.ec2('RunInstances', { ...properLaunch, InstanceType: 'p5.48xlarge' }),
    [`${RUN} instance`],
  ],
  [
    'launch in a region that was not allowed',
    elsewhere(account.ec2('RunInstances', properLaunch)),
    ['image', 'subnet', 'security-group', 'instance', 'network-interface', 'volume'].map((kind) => `${RUN} ${kind}`),
  ],
  [
    'launch with a disk of somebody’s snapshot',
    account.ec2('RunInstances', { ...properLaunch, 'BlockDeviceMapping.1.Ebs.SnapshotId': 'snap-0123456789abcdef0' }),
    [`${RUN} snapshot`],
  ],
  [
    'launch with another role’s profile',
    account.ec2('RunInstances', { ...properLaunch, 'IamInstanceProfile.Name': 'administrator' }),
    ['iam:PassRole on role'],
  ],
  [
    'tag an existing instance as ours',
    account.ec2('CreateTags', { 'ResourceId.1': account.nobodys.instance, ...oursTag }),
    ['ec2:CreateTags on instance'],
  ],
  [
    'tag an existing volume as ours',
    account.ec2('CreateTags', { 'ResourceId.1': account.nobodys.volume, ...oursTag }),
    ['ec2:CreateTags on volume'],
  ],
  [
    'change the tags of our own instance',
    account.ec2('CreateTags', { 'ResourceId.1': account.ours.instance, ...oursTag }),
    ['ec2:CreateTags on instance'],
  ],
  [
    'take our instance’s tags away',
    account.ec2('DeleteTags', { 'ResourceId.1': account.ours.instance, 'Tag.1.Key': TAG }),
    ['ec2:DeleteTags on instance'],
  ],
  [
    'read another repository’s console',
    account.ec2('GetConsoleOutput', { InstanceId: account.theirs.instance }),
    ['ec2:GetConsoleOutput on instance'],
  ],
  [
    'change the user data of our own instance',
    account.ec2('ModifyInstanceAttribute', { InstanceId: account.ours.instance }),
    ['ec2:ModifyInstanceAttribute on instance'],
  ],
  [
    'start a stopped instance',
    account.ec2('StartInstances', { 'InstanceId.1': account.ours.instance }),
    ['ec2:StartInstances on instance'],
  ],
  [
    'stop an instance',
    account.ec2('StopInstances', { 'InstanceId.1': account.nobodys.instance }),
    ['ec2:StopInstances on instance'],
  ],
  [
    'delete our own volume',
    account.ec2('DeleteVolume', { VolumeId: account.ours.volume }),
    ['ec2:DeleteVolume on volume'],
  ],
  [
    'open a shell on our own instance',
    ask('ssm:StartSession', arn.instance(account.ours.instance), oursResource),
    ['ssm:StartSession on instance'],
  ],
  [
    'publish another image',
    account.ssm('PutParameter', { Name: '/ci-actions/ami/amd64', Value: 'ami-0bad' }),
    ['ssm:PutParameter on parameter'],
  ],
  [
    'read a parameter of others',
    account.ssm('GetParameters', { Names: ['/prod/password'] }),
    ['ssm:GetParameters on parameter'],
  ],
  [
    'pass the machines’ role to another service',
    ask('iam:PassRole', arn.role(seed.INSTANCE_PROFILE), { 'iam:PassedToService': 'lambda.amazonaws.com' }),
    ['iam:PassRole on role'],
  ],
];

describe('The role start-stop may not', () => {
  test.each(misuses)('%s', async (_, asks, refused) => {
    expect(await findDenied(asks, startStop)).toEqual(refused);
  });

  test('give machines a role at all, unless it was told which', async () => {
    const asks = account.ec2('RunInstances', { ...properLaunch, 'IamInstanceProfile.Name': seed.INSTANCE_PROFILE });
    expect(await findDenied(asks, startStop.slice(0, 1))).toEqual(['iam:PassRole on role']);
  });

  test('do anything where a place was not filled in', async () => {
    const forgotten = [readPolicy('start-stop', { '<OWNER>': '<OWNER>' })];
    const asks = account.ec2('TerminateInstances', { 'InstanceId.1': account.ours.instance });
    expect(await findDenied(asks, forgotten)).toEqual(['ec2:TerminateInstances on instance']);
  });
});

test('The same done properly is denied to nobody', async () => {
  expect(await findDenied(account.ec2('RunInstances', properLaunch), startStop)).toEqual([]);
  const ids = { 'InstanceId.1': account.ours.instance };
  expect(await findDenied(account.ec2('TerminateInstances', ids), startStop)).toEqual([]);
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { ACCOUNT, type Ask } from './iam.asks.js';
import { findDenied, isAllowed, readPolicy } from './iam.roles.js';
import { arn, ask, createAccount, launch, properLaunch, TAG, tagged, type Misuse } from './iam.world.js';

const account = await createAccount();
afterAll(() => account.close());

const amiBuild = [readPolicy('ami-build')];
const RUN = 'ec2:RunInstances on';
const PRESET = 'ci-actions:preset';
const MARKS = { [`aws:RequestTag/${PRESET}`]: 'amd64' };
const IS_MARKED = { [`aws:ResourceTag/${PRESET}`]: 'amd64' };
const builder = arn.instance('i-0b111d');
const inEc2 = (name: string) => `arn:aws:ec2:us-east-1:${ACCOUNT}:${name}`;

/** What Packer's amazon-ebs builder, publishing and pruning ask for, in their order. */
const uses: readonly (readonly [string, readonly Ask[]])[] = [
  ['make a key', made('ec2:CreateKeyPair', inEc2('key-pair/packer'))],
  [
    'make a security group',
    [
      ...made('ec2:CreateSecurityGroup', inEc2('security-group/new')),
      ...ask('ec2:CreateSecurityGroup', inEc2('vpc/vpc-1')),
    ],
  ],
  [
    'launch a machine by which Session Manager reaches it',
    account.ec2('RunInstances', {
      ...launch.bare,
      KeyName: 'packer',
      'IamInstanceProfile.Name': seed.INSTANCE_PROFILE,
      ...tagged('instance', { [PRESET]: 'amd64' }, 1),
      ...tagged('volume', { [PRESET]: 'amd64' }, 2),
      ...tagged('network-interface', { [PRESET]: 'amd64' }, 3),
    }),
  ],
  [
    'connect to it',
    [
      ...ask('ssm:StartSession', builder, { [`ssm:resourceTag/${PRESET}`]: 'amd64' }),
      ...ask('ssm:StartSession', arn.document('AWS-StartPortForwardingSession')),
    ],
  ],
  ['stop it', ask('ec2:StopInstances', builder, IS_MARKED)],
  [
    'take its image',
    [
      ...ask('ec2:CreateImage', builder, IS_MARKED),
      ...made('ec2:CreateImage', arn.image),
      ...made('ec2:CreateImage', arn.snapshot),
    ],
  ],
  ['tag the finished image', ask('ec2:CreateTags', arn.image, { ...MARKS, ...IS_MARKED })],
  ['terminate the machine', ask('ec2:TerminateInstances', builder, IS_MARKED)],
  ['remove its key', ask('ec2:DeleteKeyPair', inEc2('key-pair/packer'), IS_MARKED)],
  ['remove its security group', ask('ec2:DeleteSecurityGroup', inEc2('security-group/sg-1'), IS_MARKED)],
  ['look whether the region has a type', ask('ec2:DescribeInstanceTypes', '*')],
  [
    'launch a machine that tests the image',
    account.ec2('RunInstances', {
      ...launch.bare,
      ...tagged('instance', { [PRESET]: 'amd64' }, 1),
      ...tagged('volume', { [PRESET]: 'amd64' }, 2),
    }),
  ],
  ['read what it says', ask('ec2:GetConsoleOutput', builder, IS_MARKED)],
  ['publish the image', account.ssm('PutParameter', { Name: '/ci-actions/ami/amd64', Value: 'ami-1' })],
  ['deregister an old image', ask('ec2:DeregisterImage', arn.image, IS_MARKED)],
  ['delete its snapshot', ask('ec2:DeleteSnapshot', arn.snapshot, IS_MARKED)],
];

function made(action: string, resource: string): Ask[] {
  const marking = ask('ec2:CreateTags', resource, { ...MARKS, 'ec2:CreateAction': action.replace('ec2:', '') });
  return [...ask(action, resource, MARKS), ...marking];
}

const misuses: readonly Misuse[] = [
  [
    'terminate a runner',
    account.ec2('TerminateInstances', { 'InstanceId.1': account.ours.instance }),
    ['ec2:TerminateInstances on instance'],
  ],
  [
    'launch without a preset’s tag',
    account.ec2('RunInstances', properLaunch),
    [`${RUN} instance`, 'ec2:CreateTags on instance', `${RUN} volume`, 'ec2:CreateTags on volume'],
  ],
  [
    'take an image of a machine that it did not start',
    ask('ec2:CreateImage', arn.instance(account.nobodys.instance)),
    ['ec2:CreateImage on instance'],
  ],
  ['mark an existing image as its own', ask('ec2:CreateTags', arn.image, MARKS), ['ec2:CreateTags on image']],
  ['deregister another image', ask('ec2:DeregisterImage', arn.image), ['ec2:DeregisterImage on image']],
  ['delete another snapshot', ask('ec2:DeleteSnapshot', arn.snapshot), ['ec2:DeleteSnapshot on snapshot']],
  [
    'write another parameter',
    account.ssm('PutParameter', { Name: '/prod/password', Value: 'x' }),
    ['ssm:PutParameter on parameter'],
  ],
  [
    'open a shell on its machine',
    ask('ssm:StartSession', arn.document('SSM-SessionManagerRunShell')),
    ['ssm:StartSession on document'],
  ],
  [
    'read what a runner says',
    ask('ec2:GetConsoleOutput', arn.instance(account.ours.instance), {
      [`aws:ResourceTag/${TAG}`]: 'octo-org/octo-repo',
    }),
    ['ec2:GetConsoleOutput on instance'],
  ],
  [
    'connect to a runner',
    ask('ssm:StartSession', arn.instance(account.ours.instance), { [`ssm:resourceTag/${TAG}`]: 'octo-org/octo-repo' }),
    ['ssm:StartSession on instance'],
  ],
  [
    'share its image with the world',
    ask('ec2:ModifyImageAttribute', arn.image, IS_MARKED),
    ['ec2:ModifyImageAttribute on image'],
  ],
  [
    'pass another role',
    ask('iam:PassRole', arn.role('administrator'), { 'iam:PassedToService': 'ec2.amazonaws.com' }),
    ['iam:PassRole on role'],
  ],
];

describe('The role ami-build may', () => {
  test.each(uses)('%s', async (_, asks) => {
    const verdicts = await Promise.all(asks.map((one) => isAllowed(one, amiBuild)));
    expect(asks.filter((_one, at) => !verdicts[at])).toEqual([]);
  });
});

describe('The role ami-build may not', () => {
  test.each(misuses)('%s', async (_, asks, refused) => {
    expect(await findDenied(asks, amiBuild)).toEqual(refused);
  });
});

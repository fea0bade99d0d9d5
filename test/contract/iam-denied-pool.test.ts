import { afterAll, describe, expect, test } from '@jest/globals';
import { findDenied, readPolicy } from './iam.roles.js';
import { createAccount, launch, TAG, tagged, type Misuse } from './iam.world.js';

const POOL = 'ci-actions:pool';
const OURS = { [TAG]: 'octo-org/octo-repo' };

const account = await createAccount();
afterAll(() => account.close());
const pooled = await account.leave({ ...OURS, [POOL]: 'ready' });
const theirPooled = await account.leave({ [TAG]: 'octo-org/other-repo', [POOL]: 'ready' });

const claim = [readPolicy('start-stop'), readPolicy('pool-claim')];
const fill = [readPolicy('pool-fill')];

const mark = (id: string, repository: string) =>
  account.ec2('CreateTags', { 'ResourceId.1': id, 'Tag.1.Key': TAG, 'Tag.1.Value': repository });
const tell = (id: string) => account.ec2('ModifyInstanceAttribute', { InstanceId: id, 'UserData.Value': 'IyE=' });
const wake = (id: string) => account.ec2('StartInstances', { 'InstanceId.1': id });
const end = (id: string) => account.ec2('TerminateInstances', { 'InstanceId.1': id });
const launchWith = (tags: Readonly<Record<string, string>>) =>
  account.ec2('RunInstances', {
    ...launch.bare,
    ...launch.imdsV2,
    ...tagged('instance', tags, 1),
    ...tagged('volume', tags, 2),
    ...tagged('network-interface', tags, 3),
  });

const claimMisuses: readonly Misuse[] = [
  [
    'give a runner’s instance another payload',
    tell(account.ours.instance),
    ['ec2:ModifyInstanceAttribute on instance'],
  ],
  ['give another repository’s pool a payload', tell(theirPooled.instance), ['ec2:ModifyInstanceAttribute on instance']],
  ['give anybody’s machine a payload', tell(account.nobodys.instance), ['ec2:ModifyInstanceAttribute on instance']],
  ['start another repository’s pooled instance', wake(theirPooled.instance), ['ec2:StartInstances on instance']],
  ['start anybody’s machine', wake(account.nobodys.instance), ['ec2:StartInstances on instance']],
  [
    'claim another repository’s instance by its tag',
    mark(theirPooled.instance, 'octo-org/octo-repo'),
    ['ec2:CreateTags on instance'],
  ],
  ['give a pooled instance away', mark(pooled.instance, 'octo-org/other-repo'), ['ec2:CreateTags on instance']],
  [
    'tag a pooled instance without saying whose it is',
    account.ec2('CreateTags', { 'ResourceId.1': pooled.instance, 'Tag.1.Key': 'Name', 'Tag.1.Value': 'x' }),
    ['ec2:CreateTags on instance'],
  ],
  [
    'make a runner’s instance one of a pool',
    mark(account.ours.instance, 'octo-org/octo-repo'),
    ['ec2:CreateTags on instance'],
  ],
];

const fillMisuses: readonly Misuse[] = [
  ['end a runner’s instance', end(account.ours.instance), ['ec2:TerminateInstances on instance']],
  ['end another repository’s pooled instance', end(theirPooled.instance), ['ec2:TerminateInstances on instance']],
  [
    'launch outside any pool',
    launchWith(OURS),
    ['instance', 'network-interface', 'volume'].flatMap((kind) => [
      `ec2:RunInstances on ${kind}`,
      `ec2:CreateTags on ${kind}`,
    ]),
  ],
  ['start a pooled instance', wake(pooled.instance), ['ec2:StartInstances on instance']],
  ['give a pooled instance another payload', tell(pooled.instance), ['ec2:ModifyInstanceAttribute on instance']],
  ['tag what exists', mark(pooled.instance, 'octo-org/octo-repo'), ['ec2:CreateTags on instance']],
];

describe('The role start-stop with pool-claim may not', () => {
  test.each(claimMisuses)('%s', async (_, asks, refused) => {
    expect(await findDenied(asks, claim)).toEqual(refused);
  });
});

describe('The role pool-fill may not', () => {
  test.each(fillMisuses)('%s', async (_, asks, refused) => {
    expect(await findDenied(asks, fill)).toEqual(refused);
  });
});

test('The same done properly is denied to nobody', async () => {
  const { instance } = pooled;
  const claims = [...tell(instance), ...mark(instance, 'octo-org/octo-repo'), ...wake(instance)];
  expect(await findDenied(claims, claim)).toEqual([]);
  expect(await findDenied([...launchWith({ ...OURS, [POOL]: 'ready' }), ...end(instance)], fill)).toEqual([]);
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { findDenied, readPolicy } from './iam.roles.js';
import type { Ask } from './iam.asks.js';
import { createAccount, elsewhere as inAnotherRegion, TAG, taggedLaunch, type Misuse } from './iam.world.js';

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
const launchWith = (tags: Readonly<Record<string, string>>) => account.ec2('RunInstances', taggedLaunch(tags));

const change = (id: string, fields: Readonly<Record<string, string>>) =>
  account.ec2('ModifyInstanceAttribute', { InstanceId: id, ...fields });
const CHANGE = 'ec2:ModifyInstanceAttribute on instance';
/** AWS says in two ways what a request changes, and its reference does not say which it uses for which attribute. */
const inOneWay = (id: string, key: string, value: string) =>
  change(id, {}).map((one) => ({ ...one, context: { ...one.context, [key]: value } }));
const claimed = await account.leave({ ...OURS, [POOL]: 'ready', 'ci-actions:start': '0123abcd' });
const elsewhere = await account.leave({ ...OURS, [POOL]: 'ready' });
const asType = (asks: readonly Ask[], type: string) =>
  asks.map((one) => ({ ...one, context: { ...one.context, 'ec2:InstanceType': type } }));

/** What a claim could make of a pooled machine, were a claim's permissions wider than a claim. */
const changes: readonly Misuse[] = [
  ['make a pooled machine another type', change(pooled.instance, { 'InstanceType.Value': 'p5.48xlarge' }), [CHANGE]],
  [
    'make a pooled machine another type in the older form',
    change(pooled.instance, { Attribute: 'instanceType', Value: 'p5.48xlarge' }),
    [CHANGE],
  ],
  [
    'make a pooled machine another type, where AWS names the attribute alone',
    inOneWay(pooled.instance, 'ec2:Attribute', 'InstanceType'),
    [CHANGE],
  ],
  [
    'make a pooled machine another type, where AWS names the value alone',
    inOneWay(pooled.instance, 'ec2:Attribute/InstanceType', 'p5.48xlarge'),
    [CHANGE],
  ],
  [
    'hide another type behind user data',
    change(pooled.instance, { 'UserData.Value': 'IyE=', 'InstanceType.Value': 'p5.48xlarge' }),
    [CHANGE],
  ],
  [
    'hide another type behind the power-off',
    change(pooled.instance, {
      'InstanceInitiatedShutdownBehavior.Value': 'terminate',
      'InstanceType.Value': 'p5.48xlarge',
    }),
    [CHANGE],
  ],
  [
    'keep a pooled machine from being terminated',
    change(pooled.instance, { 'DisableApiTermination.Value': 'true' }),
    [CHANGE],
  ],
  ['keep a pooled machine from being stopped', change(pooled.instance, { 'DisableApiStop.Value': 'true' }), [CHANGE]],
  [
    'let a pooled machine stop instead of end',
    change(pooled.instance, { 'InstanceInitiatedShutdownBehavior.Value': 'stop' }),
    [CHANGE],
  ],
  [
    'let a pooled machine stop instead of end, in the older form',
    change(pooled.instance, { Attribute: 'instanceInitiatedShutdownBehavior', Value: 'stop' }),
    [CHANGE],
  ],
  [
    'let a pooled machine forward others’ packets',
    change(pooled.instance, { 'SourceDestCheck.Value': 'false' }),
    [CHANGE],
  ],
  [
    'put a pooled machine into another security group',
    change(pooled.instance, { 'GroupId.1': 'sg-0123456789abcdef0' }),
    ['ec2:ModifyInstanceAttribute on security-group'],
  ],
  ['give a machine that a start has claimed another payload', tell(claimed.instance), [CHANGE]],
  [
    'start a pooled machine of a type that was not allowed',
    asType(wake(pooled.instance), 'p5.48xlarge'),
    ['ec2:StartInstances on instance'],
  ],
  [
    'start a pooled machine in a region that was not allowed',
    inAnotherRegion(wake(elsewhere.instance)),
    ['ec2:StartInstances on instance'],
  ],
  [
    'move a pooled machine to another pool',
    account.ec2('CreateTags', {
      'ResourceId.1': pooled.instance,
      'Tag.1.Key': TAG,
      'Tag.1.Value': 'octo-org/octo-repo',
      'Tag.2.Key': POOL,
      'Tag.2.Value': 'other',
    }),
    ['ec2:CreateTags on instance'],
  ],
  [
    'mark a pooled machine by a key in another case alone',
    account.ec2('CreateTags', {
      'ResourceId.1': pooled.instance,
      'Tag.1.Key': 'CI-Actions:Repository',
      'Tag.1.Value': 'octo-org/octo-repo',
    }),
    ['ec2:CreateTags on instance'],
  ],
];

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
  test.each([...claimMisuses, ...changes])('%s', async (_, asks, refused) => {
    expect(await findDenied(asks, claim)).toEqual(refused);
  });
});

describe('The role pool-fill may not', () => {
  test.each(fillMisuses)('%s', async (_, asks, refused) => {
    expect(await findDenied(asks, fill)).toEqual(refused);
  });
});

test.each([
  ['names the attribute alone', 'ec2:Attribute', 'UserData'],
  ['names the attribute as the API’s older form does', 'ec2:Attribute', 'userData'],
  ['names the value alone', 'ec2:Attribute/UserData', 'IyE='],
])('A claim may change the user data where AWS %s', async (_, key, value) => {
  expect(await findDenied(inOneWay(pooled.instance, key, value), claim)).toEqual([]);
});

test('The same done properly is denied to nobody', async () => {
  const { instance } = pooled;
  const endAtPowerOff = change(instance, { 'InstanceInitiatedShutdownBehavior.Value': 'terminate' });
  const claims = [...tell(instance), ...endAtPowerOff, ...mark(instance, 'octo-org/octo-repo'), ...wake(instance)];
  expect(await findDenied(claims, claim)).toEqual([]);
  expect(await findDenied([...launchWith({ ...OURS, [POOL]: 'ready' }), ...end(instance)], fill)).toEqual([]);
});

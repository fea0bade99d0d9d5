import { TAG } from '../src/core/kernel/identity.js';
import { launchMarked, preflightActions, WHERE } from './launch.js';
import { IS_OURS, MARKED_AS_OURS, OURS } from './ours.js';
import { all, inAccount, look, marked, PLACE, type Conditions, type Policy } from './policy.js';

/**
 * Instances of any pool of the repository. An instance keeps its pool tag for life, even after a start has claimed it.
 */
const OUR_POOLS = { ...IS_OURS, [`aws:ResourceTag/${TAG.pool}`]: '*' } as const;

/**
 * The attributes that ModifyInstanceAttribute can change, without the two that a claim changes, by their names in
 * `ec2:Attribute/…`. Security groups and volumes are separate resources, which no statement names.
 * Source: EC2 API reference, ModifyInstanceAttribute; Service Authorization Reference,
 * `ec2:Attribute/${AttributeName}`.
 */
const OTHER_ATTRIBUTES = [
  'DisableApiStop',
  'DisableApiTermination',
  'EbsOptimized',
  'EnaSupport',
  'InstanceType',
  'Kernel',
  'Ramdisk',
  'SourceDestCheck',
  'SriovNetSupport',
];
const POWER_OFF = 'InstanceInitiatedShutdownBehavior';

/** Allows one attribute of a pooled instance that no start has claimed, and no other attribute in the same request. */
function changeOf(attribute: string, others: readonly string[]): Conditions {
  const absent = others.map((name) => [`ec2:Attribute/${name}`, 'true']);
  return {
    StringLike: OUR_POOLS,
    // A request has its attribute in this key or in `ec2:Attribute/NAME`. AWS does not document the case of the value.
    StringEqualsIgnoreCaseIfExists: { 'ec2:Attribute': attribute },
    Null: { ...Object.fromEntries(absent), [`aws:ResourceTag/${TAG.start}`]: 'true' },
  };
}

/** What start-runner with `pool` needs in addition to `startStop`. */
export const poolClaim: Policy = {
  title: 'start-runner with `pool`',
  grants: [
    {
      sid: 'TellPooled',
      actions: { 'ec2:ModifyInstanceAttribute': 'start: the user data for the next boot of the machine' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: changeOf('UserData', [POWER_OFF, ...OTHER_ATTRIBUTES]),
      on: "the user data of machines that carry this repository's tag and a pool's tag, and that no start has claimed",
    },
    {
      sid: 'EndPooledAtPowerOff',
      actions: { 'ec2:ModifyInstanceAttribute': 'start: the machine is terminated when it powers off' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: all(changeOf(POWER_OFF, ['UserData', ...OTHER_ATTRIBUTES]), {
        StringEquals: { [`ec2:Attribute/${POWER_OFF}`]: 'terminate' },
      }),
      on: 'the same machines, and only to `terminate`',
    },
    {
      sid: 'StartPooled',
      actions: { 'ec2:StartInstances': 'start: the machine, as the last step' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: {
        StringLike: { ...OUR_POOLS, ...WHERE, 'ec2:InstanceType': PLACE.instanceTypes },
      },
      on: "machines that carry this repository's tag and a pool's tag, of your types, in your regions",
    },
    {
      sid: 'MarkPooled',
      actions: { 'ec2:CreateTags': 'start: the start that owns the machine from now on' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: all(MARKED_AS_OURS, {
        StringLike: OUR_POOLS,
        Null: { [`aws:RequestTag/${TAG.pool}`]: 'true', [`aws:RequestTag/${TAG.poolShape}`]: 'true' },
      }),
      on: "machines that carry this repository's tag and a pool's tag, and keep both",
    },
  ],
};

/** What fill-pool needs. It can end only instances that wait in a pool or came from one. */
export const poolFill: Policy = {
  title: 'fill-pool',
  grants: [
    look({
      ...preflightActions(''),
      'ec2:DescribeInstances': 'which machines are in the pool, and whether they have stopped',
    }),
    ...launchMarked({
      who: '',
      mark: marked({ ...OURS, [TAG.pool]: '*' }),
      marked: "this repository's tag and a pool's tag",
      parts: ['volume/*', 'network-interface/*'],
      partsPurpose: 'its volumes and its network interface',
    }),
    {
      sid: 'EndPooled',
      actions: {
        'ec2:TerminateInstances': 'machines that are too old, of another shape, too many, or that did not warm up',
        'ec2:GetConsoleOutput': 'how the first boot ended',
      },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: OUR_POOLS },
      on: "machines that carry this repository's tag and a pool's tag",
    },
  ],
};

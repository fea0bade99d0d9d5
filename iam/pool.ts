import { TAG } from '../src/core/kernel/identity.js';
import { launchMarked, preflightActions, WHERE } from './launch.js';
import { IS_OURS, MARKED_AS_OURS, OURS } from './ours.js';
import { all, inAccount, look, marked, PLACE, type Conditions, type Policy } from './policy.js';

/** Any pool of the repository. The pool's tag stays on an instance for life, also after a claim. */
const OUR_POOLS = { ...IS_OURS, [`aws:ResourceTag/${TAG.pool}`]: '*' } as const;

/**
 * The attributes that ModifyInstanceAttribute could change besides the two that a claim changes, by their names in
 * `ec2:Attribute/…`. Security groups and volumes are resources of their own there, which no statement names.
 * Source: EC2 API reference, ModifyInstanceAttribute; Service Authorization Reference, `ec2:Attribute/${AttributeName}`.
 */
const OTHERS = [
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

/** One attribute of a pooled machine that no start has claimed, and no other in the same request. */
function changeOf(attribute: string, others: readonly string[]): Conditions {
  const absent = others.map((name) => [`ec2:Attribute/${name}`, 'true']);
  return {
    StringLike: OUR_POOLS,
    // AWS does not document whether a request names its attribute in this key or in the key with its name, nor the case.
    StringEqualsIgnoreCaseIfExists: { 'ec2:Attribute': attribute },
    Null: { ...Object.fromEntries(absent), [`aws:ResourceTag/${TAG.start}`]: 'true' },
  };
}

/** In addition to `startStop`, for start-runner with `pool`. */
export const poolClaim: Policy = {
  title: 'start-runner with `pool`',
  grants: [
    {
      sid: 'TellPooled',
      actions: { 'ec2:ModifyInstanceAttribute': 'start: the payload of the next boot' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: changeOf('UserData', [POWER_OFF, ...OTHERS]),
      on: "the user data of machines that carry this repository's tag and a pool's, and that no start has claimed",
    },
    {
      sid: 'EndPooledAtPowerOff',
      actions: { 'ec2:ModifyInstanceAttribute': "start: the machine's power-off becomes termination" },
      resources: inAccount('ec2', 'instance/*'),
      conditions: all(changeOf(POWER_OFF, ['UserData', ...OTHERS]), {
        StringEquals: { [`ec2:Attribute/${POWER_OFF}`]: 'terminate' },
      }),
      on: 'the same machines, and only to `terminate`',
    },
    {
      sid: 'StartPooled',
      actions: { 'ec2:StartInstances': 'start: the last request of a claim' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: {
        StringLike: { ...OUR_POOLS, ...WHERE, 'ec2:InstanceType': PLACE.instanceTypes },
      },
      on: "machines that carry this repository's tag and a pool's, of your types, in your regions",
    },
    {
      sid: 'MarkPooled',
      actions: { 'ec2:CreateTags': 'start: the run and job that claimed the machine' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: all(MARKED_AS_OURS, {
        StringLike: OUR_POOLS,
        Null: { [`aws:RequestTag/${TAG.pool}`]: 'true', [`aws:RequestTag/${TAG.poolShape}`]: 'true' },
      }),
      on: "machines that carry this repository's tag and a pool's, and keep both",
    },
  ],
};

/** The permissions of fill-pool. It can end machines that wait in a pool, or came from one, and nothing else. */
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
      marked: "this repository's tag and a pool's",
      parts: ['volume/*', 'network-interface/*'],
      partsPurpose: 'its volumes and its network interface',
    }),
    {
      sid: 'EndPooled',
      actions: {
        'ec2:TerminateInstances': 'machines that are too old, of another shape or too many, and failed warm-ups',
        'ec2:GetConsoleOutput': 'how the first boot ended',
      },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: OUR_POOLS },
      on: "machines that carry this repository's tag and a pool's",
    },
  ],
};

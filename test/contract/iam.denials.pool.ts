import type { Ask } from './iam.asks.js';
import { launchAndTag, type Denials } from './iam.denials.js';
import { CREATED_KINDS, elsewhere, OURS, TAG, taggedLaunch, type Account } from './iam.world.js';

export const POOL = 'ci-actions:pool';
const MODIFY = ['ec2:ModifyInstanceAttribute on instance'];
const START = ['ec2:StartInstances on instance'];
const CREATE_TAGS = ['ec2:CreateTags on instance'];
const ourTag = { [TAG]: OURS };
const USER_DATA = { 'UserData.Value': 'IyE=' };

/** The ids of pooled instances, by what they are to the role's repository. */
export interface Pooled {
  readonly waiting: string;
  readonly claimed: string;
  readonly theirs: string;
}

export async function placePool({ place }: Account): Promise<Pooled> {
  const ids = async (tags: Readonly<Record<string, string>>) => (await place({ [POOL]: 'ready', ...tags })).instance;
  return {
    waiting: await ids(ourTag),
    claimed: await ids({ ...ourTag, 'ci-actions:start': '0123abcd' }),
    theirs: await ids({ [TAG]: 'octo-org/other-repo' }),
  };
}

/**
 * A ModifyInstanceAttribute with one condition key alone. AWS describes a change with two keys, and its reference does
 * not say which attribute has which key.
 */
export function modifyWith(account: Account, id: string, context: Ask['context']): Ask[] {
  return account.modify(id, {}).map((one) => ({ ...one, context: { ...one.context, ...context } }));
}

/** The limits of a start's role in a repository that has a pool. */
export function denyPoolClaim(account: Account, { waiting, claimed, theirs }: Pooled): Denials[] {
  const { ours, untagged, modify, tag, start } = account;
  const role = 'start-stop with pool-claim';
  return [
    {
      role,
      rule: "claims only waiting instances of its repository's pools",
      calls: [
        ["change the user data of a runner's instance", modify(ours.instance, USER_DATA), MODIFY],
        ["change the user data of another repository's pooled instance", modify(theirs, USER_DATA), MODIFY],
        ['change the user data of an untagged instance', modify(untagged.instance, USER_DATA), MODIFY],
        ['change the user data of an instance that a start has claimed', modify(claimed, USER_DATA), MODIFY],
        ["start another repository's pooled instance", start(theirs), START],
        ['start an untagged instance', start(untagged.instance), START],
        ["tag another repository's pooled instance as its own", tag(theirs, ourTag), CREATE_TAGS],
        ["tag a pooled instance as another repository's", tag(waiting, { [TAG]: 'octo-org/other-repo' }), CREATE_TAGS],
        ["tag a pooled instance without the repository's tag", tag(waiting, { Name: 'x' }), CREATE_TAGS],
        [
          "tag a pooled instance with the repository's key in other letter case",
          tag(waiting, { 'CI-Actions:Repository': OURS }),
          CREATE_TAGS,
        ],
        ["tag a runner's instance as one of a pool", tag(ours.instance, ourTag), CREATE_TAGS],
        ['move a pooled instance to another pool', tag(waiting, { ...ourTag, [POOL]: 'other' }), CREATE_TAGS],
      ],
    },
    {
      role,
      rule: 'changes only the user data and the shutdown behavior of a pooled instance',
      calls: [
        ['change the type', modify(waiting, { 'InstanceType.Value': 'p5.48xlarge' }), MODIFY],
        [
          "change the type in the API's older form",
          modify(waiting, { Attribute: 'instanceType', Value: 'p5.48xlarge' }),
          MODIFY,
        ],
        [
          'change the type where AWS passes the attribute alone',
          modifyWith(account, waiting, { 'ec2:Attribute': 'InstanceType' }),
          MODIFY,
        ],
        [
          'change the type where AWS passes the value alone',
          modifyWith(account, waiting, { 'ec2:Attribute/InstanceType': 'p5.48xlarge' }),
          MODIFY,
        ],
        [
          'change the type in one call with the user data',
          modify(waiting, { ...USER_DATA, 'InstanceType.Value': 'p5.48xlarge' }),
          MODIFY,
        ],
        [
          'change the type in one call with the shutdown behavior',
          modify(waiting, {
            'InstanceInitiatedShutdownBehavior.Value': 'terminate',
            'InstanceType.Value': 'p5.48xlarge',
          }),
          MODIFY,
        ],
        ['protect it from termination', modify(waiting, { 'DisableApiTermination.Value': 'true' }), MODIFY],
        ['protect it from being stopped', modify(waiting, { 'DisableApiStop.Value': 'true' }), MODIFY],
        [
          'let it stop instead of terminate at shutdown',
          modify(waiting, { 'InstanceInitiatedShutdownBehavior.Value': 'stop' }),
          MODIFY,
        ],
        [
          "let it stop instead of terminate at shutdown, in the API's older form",
          modify(waiting, { Attribute: 'instanceInitiatedShutdownBehavior', Value: 'stop' }),
          MODIFY,
        ],
        ['let it forward packets of others', modify(waiting, { 'SourceDestCheck.Value': 'false' }), MODIFY],
        [
          'move it to another security group',
          modify(waiting, { 'GroupId.1': 'sg-0123456789abcdef0' }),
          ['ec2:ModifyInstanceAttribute on security-group'],
        ],
      ],
    },
    {
      role,
      rule: 'starts pooled instances only of the types and in the regions that its policy names',
      calls: [
        [
          'start a pooled instance of another type',
          start(waiting).map((one) => ({ ...one, context: { ...one.context, 'ec2:InstanceType': 'p5.48xlarge' } })),
          START,
        ],
        ['start a pooled instance in another region', elsewhere(start(waiting)), START],
      ],
    },
  ];
}

/** The limits of the role for fill-pool. */
export function denyPoolFill(account: Account, { waiting, theirs }: Pooled): Denials[] {
  const { ours, terminate } = account;
  return [
    {
      role: 'pool-fill',
      rule: "only launches and terminates, and only instances of its repository's pools",
      calls: [
        ["terminate a runner's instance", terminate(ours.instance), ['ec2:TerminateInstances on instance']],
        ["terminate another repository's pooled instance", terminate(theirs), ['ec2:TerminateInstances on instance']],
        ["launch without a pool's tag", account.launch(taggedLaunch(ourTag)), launchAndTag(...CREATED_KINDS)],
        ['start a pooled instance', account.start(waiting), START],
        ['change the user data of a pooled instance', account.modify(waiting, USER_DATA), MODIFY],
        ['tag an existing instance', account.tag(waiting, ourTag), CREATE_TAGS],
      ],
    },
  ];
}

import { seed } from '../../sandbox/sandbox.js';
import { launchAndTag, type Denials } from './iam.denials.js';
import {
  arn,
  ask,
  BARE_LAUNCH,
  CREATED_KINDS,
  elsewhere,
  IMDS_V2,
  OURS,
  properLaunch,
  TAG,
  taggedLaunch,
  tagsOn,
  type Account,
} from './iam.world.js';

const RUN = 'ec2:RunInstances on';
const TERMINATE = ['ec2:TerminateInstances on instance'];
const ourTag = { [TAG]: OURS };
const ourResource = { [`aws:ResourceTag/${TAG}`]: OURS };

/** The limits of the role for start-runner and stop-runner. */
export function denyStartStop(account: Account): Denials[] {
  const { ours, theirs, alike, untagged, ec2, ssm, terminate, launch } = account;
  return [
    {
      role: 'start-stop',
      rule: 'terminates only instances of its repository',
      calls: [
        ['terminate an untagged instance', terminate(untagged.instance), TERMINATE],
        ["terminate another repository's instance", terminate(theirs.instance), TERMINATE],
        ['terminate an instance of a repository whose name begins like its own', terminate(alike.instance), TERMINATE],
        [
          "terminate another repository's instance in one call with its own",
          terminate(ours.instance, theirs.instance),
          TERMINATE,
        ],
      ],
    },
    {
      role: 'start-stop',
      rule: 'tags everything that it launches with its repository',
      calls: [
        ['launch without tags', launch({ ...BARE_LAUNCH, ...IMDS_V2 }), CREATED_KINDS.map((kind) => `${RUN} ${kind}`)],
        [
          "launch with another repository's tag",
          launch(taggedLaunch({ [TAG]: 'octo-org/other-repo' })),
          launchAndTag(...CREATED_KINDS),
        ],
        [
          'launch with an untagged volume',
          launch({ ...BARE_LAUNCH, ...IMDS_V2, ...tagsOn(['instance', 'network-interface'], ourTag) }),
          [`${RUN} volume`],
        ],
        [
          'launch with an untagged network interface',
          launch({ ...BARE_LAUNCH, ...IMDS_V2, ...tagsOn(['instance', 'volume'], ourTag) }),
          [`${RUN} network-interface`],
        ],
        [
          'launch with an existing network interface, which has an address and security groups of its own',
          launch({ ...properLaunch, 'NetworkInterface.1.NetworkInterfaceId': 'eni-0123456789abcdef0' }),
          [`${RUN} network-interface`],
        ],
        [
          'launch a spot instance with an untagged spot request',
          launch({ ...properLaunch, 'InstanceMarketOptions.MarketType': 'spot' }),
          [`${RUN} spot-instances-request`],
        ],
      ],
    },
    {
      role: 'start-stop',
      rule: 'launches only with IMDSv2, and only the types, regions, disks and profiles that its policy names',
      calls: [
        [
          'launch with IMDSv1 allowed',
          launch({ ...properLaunch, 'MetadataOptions.HttpTokens': 'optional' }),
          [`${RUN} instance`],
        ],
        [
          'launch without IMDS options',
          launch({ ...BARE_LAUNCH, ...tagsOn(CREATED_KINDS, ourTag) }),
          [`${RUN} instance`],
        ],
        [
          'launch with a hop limit for IMDS that reaches further than a container',
          launch({ ...properLaunch, 'MetadataOptions.HttpPutResponseHopLimit': '3' }),
          [`${RUN} instance`],
        ],
        ['launch another type', launch({ ...properLaunch, InstanceType: 'p5.48xlarge' }), [`${RUN} instance`]],
        [
          'launch in another region',
          elsewhere(launch(properLaunch)),
          ['image', 'subnet', 'security-group', 'instance', 'network-interface', 'volume'].map(
            (kind) => `${RUN} ${kind}`,
          ),
        ],
        [
          'launch with a disk made from a snapshot',
          launch({ ...properLaunch, 'BlockDeviceMapping.1.Ebs.SnapshotId': 'snap-0123456789abcdef0' }),
          [`${RUN} snapshot`],
        ],
        [
          "launch with another role's instance profile",
          launch({ ...properLaunch, 'IamInstanceProfile.Name': 'administrator' }),
          ['iam:PassRole on role'],
        ],
        [
          "pass the instances' role to another service",
          ask('iam:PassRole', arn.role(seed.INSTANCE_PROFILE), { 'iam:PassedToService': 'lambda.amazonaws.com' }),
          ['iam:PassRole on role'],
        ],
      ],
    },
    {
      role: 'start-stop',
      rule: 'changes no tag of an existing resource, because tags decide what it may terminate',
      calls: [
        ['tag an existing instance as its own', account.tag(untagged.instance, ourTag), ['ec2:CreateTags on instance']],
        ['tag an existing volume as its own', account.tag(untagged.volume, ourTag), ['ec2:CreateTags on volume']],
        ['change the tags of its own instance', account.tag(ours.instance, ourTag), ['ec2:CreateTags on instance']],
        [
          'remove the tags of its own instance',
          ec2('DeleteTags', { 'ResourceId.1': ours.instance, 'Tag.1.Key': TAG }),
          ['ec2:DeleteTags on instance'],
        ],
      ],
    },
    {
      role: 'start-stop',
      rule: 'does nothing with instances but launch, describe and terminate them and read their consoles',
      calls: [
        [
          "read another repository's console",
          ec2('GetConsoleOutput', { InstanceId: theirs.instance }),
          ['ec2:GetConsoleOutput on instance'],
        ],
        [
          'change the user data of its own instance',
          account.modify(ours.instance, {}),
          ['ec2:ModifyInstanceAttribute on instance'],
        ],
        ['start a stopped instance', account.start(ours.instance), ['ec2:StartInstances on instance']],
        [
          'stop an instance',
          ec2('StopInstances', { 'InstanceId.1': untagged.instance }),
          ['ec2:StopInstances on instance'],
        ],
        ['delete its own volume', ec2('DeleteVolume', { VolumeId: ours.volume }), ['ec2:DeleteVolume on volume']],
        [
          'open a shell on its own instance',
          ask('ssm:StartSession', arn.instance(ours.instance), ourResource),
          ['ssm:StartSession on instance'],
        ],
      ],
    },
    {
      role: 'start-stop',
      rule: 'reads the parameters of images and writes none',
      calls: [
        [
          'publish another image',
          ssm('PutParameter', { Name: '/ci-actions/ami/amd64', Value: 'ami-0bad' }),
          ['ssm:PutParameter on parameter'],
        ],
        [
          'read another parameter',
          ssm('GetParameters', { Names: ['/prod/password'] }),
          ['ssm:GetParameters on parameter'],
        ],
      ],
    },
    {
      role: 'start-stop without pass-role',
      rule: 'gives instances no role',
      calls: [
        [
          'launch with an instance profile',
          launch({ ...properLaunch, 'IamInstanceProfile.Name': seed.INSTANCE_PROFILE }),
          ['iam:PassRole on role'],
        ],
      ],
    },
    {
      role: 'start-stop with <OWNER> not filled in',
      rule: 'does nothing',
      calls: [['terminate an instance of the repository', terminate(ours.instance), TERMINATE]],
    },
  ];
}

import { launchAndTag, type Denials } from './iam.denials.js';
import { arn, ask, BARE_LAUNCH, elsewhere, OURS, properLaunch, TAG, tagsOn, type Account } from './iam.world.js';

const PRESET = 'ci-actions:preset';
const MARKS = { [`aws:RequestTag/${PRESET}`]: 'amd64', 'aws:TagKeys': [PRESET] };
const IS_MARKED = { [`aws:ResourceTag/${PRESET}`]: 'amd64' };
const RUN = 'ec2:RunInstances on';

/** The limits of the role that builds and keeps images. */
export function denyAmiBuild(account: Account): Denials[] {
  const { ours, untagged } = account;
  return [
    {
      role: 'ami-build',
      rule: "touches no instance but its own builders, which the preset's tag marks",
      calls: [
        ["terminate a runner's instance", account.terminate(ours.instance), ['ec2:TerminateInstances on instance']],
        [
          "launch without a preset's tag",
          account.launch(properLaunch),
          [
            `${RUN} instance`,
            'ec2:CreateTags on instance',
            'ec2:CreateTags on network-interface',
            `${RUN} volume`,
            'ec2:CreateTags on volume',
          ],
        ],
        [
          "launch with the preset's key in other letter case",
          account.launch({ ...BARE_LAUNCH, ...tagsOn(['instance'], { 'CI-Actions:Preset': 'amd64' }) }),
          [...launchAndTag('instance'), `${RUN} volume`],
        ],
        [
          'create an image of an instance that it did not launch',
          ask('ec2:CreateImage', arn.instance(untagged.instance)),
          ['ec2:CreateImage on instance'],
        ],
        [
          'open a shell on its builder',
          ask('ssm:StartSession', arn.document('SSM-SessionManagerRunShell')),
          ['ssm:StartSession on document'],
        ],
        [
          "read the console of a runner's instance",
          ask('ec2:GetConsoleOutput', arn.instance(ours.instance), { [`aws:ResourceTag/${TAG}`]: OURS }),
          ['ec2:GetConsoleOutput on instance'],
        ],
        [
          "connect to a runner's instance",
          ask('ssm:StartSession', arn.instance(ours.instance), { [`ssm:resourceTag/${TAG}`]: OURS }),
          ['ssm:StartSession on instance'],
        ],
        [
          'pass another role',
          ask('iam:PassRole', arn.role('administrator'), { 'iam:PassedToService': 'ec2.amazonaws.com' }),
          ['iam:PassRole on role'],
        ],
      ],
    },
    {
      role: 'ami-build',
      rule: 'keeps only its own images, in the regions that its policy names',
      calls: [
        ['tag an existing image as its own', ask('ec2:CreateTags', arn.image, MARKS), ['ec2:CreateTags on image']],
        ['deregister another image', ask('ec2:DeregisterImage', arn.image), ['ec2:DeregisterImage on image']],
        ['delete another snapshot', ask('ec2:DeleteSnapshot', arn.snapshot), ['ec2:DeleteSnapshot on snapshot']],
        [
          'write another parameter',
          account.ssm('PutParameter', { Name: '/prod/password', Value: 'x' }),
          ['ssm:PutParameter on parameter'],
        ],
        ['copy an image to another region', elsewhere(ask('ec2:CopyImage', arn.image)), ['ec2:CopyImage on image']],
        [
          'tag a snapshot that no copy creates',
          ask('ec2:CreateTags', arn.snapshot, { ...MARKS, 'ec2:CreateAction': 'CreateSnapshot' }),
          ['ec2:CreateTags on snapshot'],
        ],
        [
          'share its image with other accounts',
          ask('ec2:ModifyImageAttribute', arn.image, IS_MARKED),
          ['ec2:ModifyImageAttribute on image'],
        ],
      ],
    },
  ];
}

import { TAG } from '../src/core/kernel/identity.js';
import { all, inAccount, inAnyAccount, look, marked, PLACE, withoutAccount, type Policy } from './policy.js';

// The preset's tag, not the repository's: a machine that builds an image is no runner, and no role for runners may end
// it.
const MARKED = marked({ [TAG.preset]: '*' });
const IS_MARKED = { [`aws:ResourceTag/${TAG.preset}`]: '*' } as const;
const WHERE = { 'aws:RequestedRegion': PLACE.regions } as const;
const MADE = [
  ...inAccount('ec2', 'instance/*', 'volume/*', 'network-interface/*', 'key-pair/*', 'security-group/*'),
  ...withoutAccount('ec2', 'image/*', 'snapshot/*'),
];
const MAKING_CALLS = ['RunInstances', 'CreateImage', 'CreateKeyPair', 'CreateSecurityGroup'];

/**
 * The policy for building images with Packer's amazon-ebs builder, and for publishing and pruning them. Every
 * `run_tags`, `run_volume_tags`, `tags` and `snapshot_tags` of the template must hold the preset's tag. Source of the
 * calls: packer-plugin-amazon, the steps of `builder/ebs/builder.go`.
 */
export const amiBuild: Policy = {
  title: 'Building AMIs',
  grants: [
    look({
      'ec2:DescribeImages':
        'Packer: the base image, and whether the new image is ready; npm run ami: which images exist',
      'ec2:DescribeInstanceTypes': 'build: whether the region offers the type',
      'ec2:DescribeInstances': 'Packer and smoke: whether the machine runs; prune and list: which images are in use',
      'ec2:DescribeLaunchTemplates': 'prune and list: which launch templates exist',
      'ec2:DescribeLaunchTemplateVersions': 'prune and list: which images the launch templates name',
      'ec2:DescribeRegions': 'Packer and npm run ami: whether the region exists',
      'ec2:DescribeSecurityGroups': 'Packer: whether its temporary security group exists',
      'ec2:DescribeSnapshots': 'prune: snapshots without an image',
      'ec2:DescribeSubnets': 'Packer: in which subnet to build',
      'ec2:DescribeVolumes': 'Packer and build: whether the volumes are deleted',
      'ec2:DescribeVpcs': 'Packer: the default VPC',
    }),
    {
      sid: 'BuildFrom',
      actions: { 'ec2:RunInstances': 'Packer: what the machine is launched from and into' },
      resources: [
        ...withoutAccount('ec2', 'image/*'),
        ...inAnyAccount('ec2', 'subnet/*', 'security-group/*'),
        // Packer tags the network interface, the launch of the smoke test does not. An interface alone gives no access.
        ...inAccount('ec2', 'key-pair/*', 'network-interface/*'),
      ],
      conditions: { StringLike: WHERE },
      on: 'any image, subnet, security group, key pair and network interface, in your regions',
    },
    {
      sid: 'GroupIn',
      actions: { 'ec2:CreateSecurityGroup': 'Packer: the VPC of its temporary security group' },
      resources: inAnyAccount('ec2', 'vpc/*'),
      conditions: { StringLike: WHERE },
      on: 'any VPC, in your regions',
    },
    {
      sid: 'MakeMarked',
      actions: {
        'ec2:RunInstances': 'Packer: the machine, its volumes and its network interface; smoke: its machine',
        'ec2:CreateKeyPair': 'Packer: its temporary key',
        'ec2:CreateSecurityGroup':
          'Packer: its temporary security group, without ingress when it connects through Session Manager',
        'ec2:CreateImage': 'Packer: the image and its snapshots',
      },
      resources: MADE,
      conditions: all(MARKED, { StringLike: WHERE }),
      on: "what is created with a preset's tag, in your regions",
    },
    {
      sid: 'MarkWhenMade',
      actions: { 'ec2:CreateTags': 'Packer: the tags of what it creates' },
      resources: MADE,
      conditions: all(MARKED, { StringEquals: { 'ec2:CreateAction': MAKING_CALLS } }),
      on: 'what the same call creates',
    },
    {
      // No condition on tags: EC2 also checks the permission for the original, which the request cannot tag.
      sid: 'CopyImages',
      actions: { 'ec2:CopyImage': 'copy: the image and its snapshots' },
      resources: withoutAccount('ec2', 'image/*', 'snapshot/*'),
      conditions: { StringLike: WHERE },
      on: 'any image and snapshot, in your regions',
    },
    {
      sid: 'MarkCopies',
      actions: { 'ec2:CreateTags': 'copy: the tags of the original, which EC2 copies itself' },
      resources: withoutAccount('ec2', 'image/*', 'snapshot/*'),
      conditions: { StringEquals: { 'ec2:CreateAction': 'CopyImage' } },
      on: 'what the same copy creates',
    },
    {
      sid: 'ChangeMarked',
      actions: {
        'ec2:CreateImage': 'Packer: the machine whose image is created',
        'ec2:CreateTags': 'Packer: the tags of the finished image and its snapshots',
        'ec2:StopInstances': 'Packer: the machine, before its image is created',
        'ec2:TerminateInstances': 'Packer: the machine; smoke: its machine',
        'ec2:GetConsoleOutput': 'smoke: the console of its machine',
        'ec2:DeleteVolume': 'Packer: a volume that the machine left behind',
        'ec2:DeleteKeyPair': 'Packer: its temporary key',
        'ec2:DeleteSecurityGroup': 'Packer: its temporary security group',
        'ec2:EnableImageDeprecation': 'publish and copy: the date from which the image is deprecated',
        'ec2:DeregisterImage': 'prune, and Packer when a build fails',
        'ec2:DeleteSnapshot': 'prune, and Packer when a build fails',
      },
      resources: MADE,
      conditions: { StringLike: IS_MARKED },
      on: "what carries a preset's tag",
    },
    {
      sid: 'PublishImages',
      actions: {
        'ssm:GetParameters': 'npm run ami: the current images and their predecessors',
        'ssm:PutParameter': 'publish and rollback: the image that start-runner uses from now on',
      },
      resources: inAccount('ssm', 'parameter/ci-actions/ami/*'),
      on: 'the parameters of this suite. For launch templates with `resolve:ssm:/your/path`, add that path; otherwise prune removes nothing',
    },
    {
      sid: 'ReadBaseImages',
      actions: { 'ssm:GetParameter': 'Packer: the base image', 'ssm:GetParameters': 'Packer: the base image' },
      resources: inAnyAccount('ssm', 'parameter/aws/service/*'),
      on: "AWS's public parameters",
    },
    {
      sid: 'Connect',
      actions: { 'ssm:StartSession': 'Packer: a tunnel to the machine' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: { [`ssm:resourceTag/${TAG.preset}`]: '*' } },
      on: "machines that carry a preset's tag",
    },
    {
      sid: 'ConnectByPort',
      actions: { 'ssm:StartSession': 'Packer: the type of the tunnel' },
      resources: inAnyAccount('ssm', 'document/AWS-StartPortForwardingSession'),
      on: "AWS's document for port forwarding, and no document that runs commands",
    },
    {
      sid: 'EndOwnSessions',
      actions: {
        'ssm:TerminateSession': 'Packer: its tunnel',
        'ssm:ResumeSession': 'Packer: its tunnel, when it breaks',
      },
      resources: inAccount('ssm', 'session/${aws:userid}-*'),
      on: 'the tunnels of the same role session',
    },
    {
      sid: 'GiveBuildMachinesThisRole',
      actions: { 'iam:PassRole': 'Packer: the role through which Session Manager reaches the machine' },
      resources: [`arn:aws:iam::${PLACE.account}:role/${PLACE.instanceRole}`],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
      on: 'this one role, and only to EC2',
    },
    {
      sid: 'ReadThisProfile',
      actions: { 'iam:GetInstanceProfile': 'Packer: whether the profile exists' },
      resources: [`arn:aws:iam::${PLACE.account}:instance-profile/${PLACE.instanceRole}`],
      on: 'the instance profile of the same name',
    },
  ],
};

import { TAG } from '../src/core/kernel/identity.js';
import { IS_OURS, OURS } from './ours.js';
import { inAccount, type Policy } from './policy.js';

/** What stop-runner needs in addition to `startStop` for machines with `keep-on-failure-minutes`. */
export const keepFailed: Policy = {
  title: 'stop-runner with `keep-on-failure-minutes`',
  grants: [
    {
      sid: 'MarkKept',
      actions: { 'ec2:CreateTags': 'stop: until when a machine stays after a failed job' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: {
        StringLike: IS_OURS,
        // IAM ignores the case of a key in the first condition, and compares the exact keys in the second.
        Null: { [`aws:RequestTag/${TAG.keepUntil}`]: 'false' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': [TAG.keepUntil] },
      },
      on: `machines that carry this repository's tag, and only the tag \`${TAG.keepUntil}\``,
    },
  ],
};

/**
 * What a machine's own role needs for `access: ssm`: the part of AmazonSSMManagedInstanceCore for sessions. Source: AWS
 * Systems Manager user guide, "Add Session Manager permissions to an existing IAM role". AWS has no narrower permission
 * for these actions.
 */
export const sessionHost: Policy = {
  title: 'the machine with `access: ssm`',
  grants: [
    {
      sid: 'TakeSessions',
      actions: {
        'ssm:UpdateInstanceInformation': 'the SSM agent: the machine is there',
        'ssmmessages:CreateControlChannel': 'the SSM agent: the machine waits for sessions',
        'ssmmessages:CreateDataChannel': 'the SSM agent: a session begins',
        'ssmmessages:OpenControlChannel': 'the SSM agent: the machine waits for sessions',
        'ssmmessages:OpenDataChannel': 'the SSM agent: a session begins',
      },
      resources: ['*'],
      on: 'everything: AWS has no narrower permission for these actions',
    },
  ],
};

/** What people need to look at a machine: a shell, and to end it earlier. */
export const sessionUser: Policy = {
  title: 'people who look at machines',
  grants: [
    {
      sid: 'OpenShell',
      actions: { 'ssm:StartSession': 'a shell on the machine' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: { [`ssm:resourceTag/${TAG.repository}`]: OURS[TAG.repository] } },
      on: "machines that carry this repository's tag",
    },
    {
      sid: 'OnlyAShell',
      actions: { 'ssm:StartSession': 'the kind of session: a shell, and no tunnel to other machines' },
      resources: inAccount('ssm', 'document/SSM-SessionManagerRunShell'),
      on: 'the document of shells',
    },
    {
      sid: 'EndOwnSessions',
      actions: { 'ssm:TerminateSession': 'the end of the session', 'ssm:ResumeSession': 'after a lost connection' },
      resources: inAccount('ssm', 'session/${aws:userid}-*'),
      on: 'sessions of the same person',
    },
    {
      sid: 'EndMachines',
      actions: { 'ec2:TerminateInstances': 'a machine that nobody needs to look at any more' },
      resources: inAccount('ec2', 'instance/*'),
      conditions: { StringLike: IS_OURS },
      on: "machines that carry this repository's tag",
    },
  ],
};

import type { Allowances, Denials } from './iam.denials.js';
import { arn, ask, OURS, TAG, type Account } from './iam.world.js';

const KEEP = 'ci-actions:keep-until';
const UNTIL = '2026-11-27T20:00:00.000Z';
const CREATE_TAGS = ['ec2:CreateTags on instance'];
const START = 'ssm:StartSession';

/** A session on an instance of this repository. */
const sessionOn = (id: string, repository: string | undefined) =>
  ask(START, arn.instance(id), repository === undefined ? {} : { [`ssm:resourceTag/${TAG}`]: repository });

/** The limits of the policies for machines that people look at. */
export function denySessions(account: Account): Denials[] {
  const { ours, theirs, untagged, tag, terminate } = account;
  return [
    {
      role: 'start-stop with keep-failed',
      rule: 'tags only machines of its repository, and only with the end of their time',
      calls: [
        ["tag another repository's machine", tag(theirs.instance, { [KEEP]: UNTIL }), CREATE_TAGS],
        ['tag an untagged machine', tag(untagged.instance, { [KEEP]: UNTIL }), CREATE_TAGS],
        ['tag a volume', tag(ours.volume, { [KEEP]: UNTIL }), ['ec2:CreateTags on volume']],
        ['move its machine to another repository', tag(ours.instance, { [TAG]: 'octo-org/other-repo' }), CREATE_TAGS],
        ['prolong its lifetime', tag(ours.instance, { 'ci-actions:expires-at': UNTIL }), CREATE_TAGS],
        ['add a further tag', tag(ours.instance, { [KEEP]: UNTIL, 'ci-actions:run-id': '1' }), CREATE_TAGS],
        ['write the key in other letter case', tag(ours.instance, { 'CI-Actions:Keep-Until': UNTIL }), CREATE_TAGS],
      ],
    },
    {
      role: 'session-user',
      rule: 'opens shells on machines of its repository, and nothing else',
      calls: [
        [
          "open a shell on another repository's machine",
          sessionOn(theirs.instance, 'octo-org/other-repo'),
          [`${START} on instance`],
        ],
        [
          'open a shell on a machine of a repository whose name begins alike',
          sessionOn(account.alike.instance, `${OURS}-2`),
          [`${START} on instance`],
        ],
        ['open a shell on any other machine', sessionOn(untagged.instance, undefined), [`${START} on instance`]],
        [
          'open a tunnel to another host',
          ask(START, arn.document('AWS-StartPortForwardingSessionToRemoteHost')),
          [`${START} on document`],
        ],
        ['end an untagged machine', terminate(untagged.instance), ['ec2:TerminateInstances on instance']],
        [
          'run a command on its machine',
          ask('ssm:SendCommand', arn.instance(ours.instance)),
          ['ssm:SendCommand on instance'],
        ],
      ],
    },
    {
      role: 'session-host',
      rule: 'only offers sessions',
      calls: [
        ['open a shell on another machine', sessionOn(ours.instance, OURS), [`${START} on instance`]],
        [
          'read a parameter',
          ask('ssm:GetParameter', 'arn:aws:ssm:us-east-1:123456789012:parameter/secret'),
          ['ssm:GetParameter on parameter'],
        ],
        ['end a machine', terminate(ours.instance), ['ec2:TerminateInstances on instance']],
      ],
    },
  ];
}

export function allowSessions({ ours, tag, terminate }: Account): Allowances[] {
  return [
    {
      role: 'start-stop with keep-failed',
      calls: [['tag its machine with the end of its time', tag(ours.instance, { [KEEP]: UNTIL })]],
    },
    {
      role: 'session-user',
      calls: [
        ["open a shell on its repository's machine", sessionOn(ours.instance, OURS)],
        ['open it by the document of shells', ask(START, arn.document('SSM-SessionManagerRunShell'))],
        ["end its repository's machine", terminate(ours.instance)],
      ],
    },
    {
      role: 'session-host',
      calls: [
        ['offer sessions', ask('ssmmessages:CreateControlChannel', '*')],
        ['take a session', ask('ssmmessages:OpenDataChannel', '*')],
      ],
    },
  ];
}

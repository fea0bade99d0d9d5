import { afterAll, describe, expect, test } from '@jest/globals';
import { amiBuild as amiBuildPolicy } from '../../iam/ami-build.js';
import { PLACE } from '../../iam/policy.js';
import { seed } from '../../sandbox/sandbox.js';
import { Desk } from '../process/ami-command.js';
import { abandonSnapshot, keepBuild, keepTemplate } from '../worlds/sandbox/images.js';
import { ACCOUNT, collectAsks, type Ask } from './iam.asks.js';
import { findDenied, isAllowed, readPolicy } from './iam.roles.js';
import { arn, ask, BARE_LAUNCH, createAccount, CREATED_KINDS, tagsOn } from './iam.world.js';

const account = await createAccount();
afterAll(() => account.close());

const amiBuild = [readPolicy('ami-build')];
const PRESET = 'ci-actions:preset';
const MARKS = { [`aws:RequestTag/${PRESET}`]: 'amd64', 'aws:TagKeys': [PRESET] };
const IS_MARKED = { [`aws:ResourceTag/${PRESET}`]: 'amd64' };
const builder = arn.instance('i-0b111d');
const inEc2 = (name: string) => `arn:aws:ec2:us-east-1:${ACCOUNT}:${name}`;

/** The calls of Packer's amazon-ebs builder, of publishing and of pruning, in their order. */
const uses: readonly (readonly [string, readonly Ask[]])[] = [
  ['create a key pair', made('ec2:CreateKeyPair', inEc2('key-pair/packer'))],
  [
    'create a security group',
    [
      ...made('ec2:CreateSecurityGroup', inEc2('security-group/new')),
      ...ask('ec2:CreateSecurityGroup', inEc2('vpc/vpc-1')),
    ],
  ],
  [
    'launch a builder that Session Manager can reach',
    account.ec2('RunInstances', {
      ...BARE_LAUNCH,
      KeyName: 'packer',
      'IamInstanceProfile.Name': seed.INSTANCE_PROFILE,
      ...tagsOn(CREATED_KINDS, { [PRESET]: 'amd64' }),
    }),
  ],
  [
    'connect to the builder',
    [
      ...ask('ssm:StartSession', builder, { [`ssm:resourceTag/${PRESET}`]: 'amd64' }),
      ...ask('ssm:StartSession', arn.document('AWS-StartPortForwardingSession')),
    ],
  ],
  ['stop the builder', ask('ec2:StopInstances', builder, IS_MARKED)],
  [
    'create its image',
    [
      ...ask('ec2:CreateImage', builder, IS_MARKED),
      ...made('ec2:CreateImage', arn.image),
      ...made('ec2:CreateImage', arn.snapshot),
    ],
  ],
  ['tag the finished image', ask('ec2:CreateTags', arn.image, { ...MARKS, ...IS_MARKED })],
  ['terminate the builder', ask('ec2:TerminateInstances', builder, IS_MARKED)],
  ['delete its key pair', ask('ec2:DeleteKeyPair', inEc2('key-pair/packer'), IS_MARKED)],
  ['delete its security group', ask('ec2:DeleteSecurityGroup', inEc2('security-group/sg-1'), IS_MARKED)],
  ['check whether the region has a type', ask('ec2:DescribeInstanceTypes', '*')],
  [
    'launch an instance that tests the image',
    account.launch({ ...BARE_LAUNCH, ...tagsOn(['instance', 'volume'], { [PRESET]: 'amd64' }) }),
  ],
  ['read its console', ask('ec2:GetConsoleOutput', builder, IS_MARKED)],
  ['deregister an old image', ask('ec2:DeregisterImage', arn.image, IS_MARKED)],
  ['delete its snapshot', ask('ec2:DeleteSnapshot', arn.snapshot, IS_MARKED)],
];

function made(action: string, resource: string): Ask[] {
  const marking = ask('ec2:CreateTags', resource, { ...MARKS, 'ec2:CreateAction': action.replace('ec2:', '') });
  return [...ask(action, resource, MARKS), ...marking];
}

const COMMANDS = ['publish', 'copy', 'rollback', 'prune', 'list'] as const;

/** The requests of `npm run ami` over the life of images, by command. */
async function keepImages(): Promise<readonly (readonly [string, readonly Ask[]])[]> {
  const desk = await Desk.open();
  try {
    const image = keepBuild(desk.sandbox.ec2, {});
    for (const ageDays of [20, 30, 40]) keepBuild(desk.sandbox.ec2, { ageDays });
    keepTemplate(desk.sandbox.ec2, 'web', ['resolve:ssm:/ci-actions/ami/amd64:1']);
    abandonSnapshot(desk.sandbox.ec2, { tags: { [PRESET]: 'amd64' }, ageDays: 9 });
    const all = collectAsks(desk.sandbox);
    const asked: [string, readonly Ask[]][] = [];
    for (const command of COMMANDS) {
      const from = all.length;
      const args = {
        publish: `--preset amd64 --image ${image}`,
        copy: '--preset amd64 --to eu-west-1 --publish',
        rollback: '--preset amd64',
        prune: '--keep 1 --regions us-east-1,eu-west-1',
        list: '',
      }[command];
      const { code, stderr } = await desk.ami(`${command} ${args}`.trim());
      if (code !== 0) throw new Error(stderr);
      asked.push([command, all.slice(from)]);
    }
    return asked;
  } finally {
    await desk.sandbox.close();
  }
}

const commands = await keepImages();

describe('The role ami-build is enough for npm run ami --', () => {
  const policies = [readPolicy('ami-build', { [PLACE.regions]: '*-1' })];

  test.each(commands)('%s', async (_, asks) => {
    expect(asks.length).toBeGreaterThan(0);
    expect(await findDenied(asks, policies)).toEqual([]);
  });

  test('and the commands need everything that the role grants them', () => {
    const asked = new Set(commands.flatMap(([, asks]) => asks.map(({ action }) => action)));
    const granted = amiBuildPolicy.grants.flatMap(({ actions }) =>
      Object.entries(actions).flatMap(([action, purpose]) =>
        /\b(publish|copy|rollback|prune|list|npm run ami)\b/.test(purpose) ? [action] : [],
      ),
    );
    expect([...new Set(granted)].sort()).toEqual([...asked].sort());
  });
});

describe('The role ami-build may', () => {
  test.each(uses)('%s', async (_, asks) => {
    const verdicts = await Promise.all(asks.map((one) => isAllowed(one, amiBuild)));
    expect(asks.filter((_one, at) => !verdicts[at])).toEqual([]);
  });
});

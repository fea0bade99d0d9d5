import { afterAll, describe, expect, test } from '@jest/globals';
import { findDenied, readPolicy } from './iam.roles.js';
import { createAccount, launch, TAG, tagged, taggedLaunch } from './iam.world.js';

const account = await createAccount();
afterAll(() => account.close());

const OURS = 'octo-org/octo-repo';
const POOL = { 'ci-actions:pool': 'ready' };
const PRESET = 'ci-actions:preset';
/** IAM finds `aws:RequestTag/…` by the key in any case: each of these satisfies it. */
const OTHER_CASES = [
  'CI-Actions:Repository',
  'CI-ACTIONS:REPOSITORY',
  'ci-actions:Repository',
  'ci-actions:repositorY',
];

type Tags = Readonly<Record<string, string>>;

const launchWith = (tags: Tags) => account.ec2('RunInstances', taggedLaunch(tags));

/** The machine, and its tags, are what must not be. */
const ofInstance = (denied: readonly string[]) => denied.filter((one) => one.endsWith(' on instance'));

describe.each([
  ['start-stop', {}],
  ['pool-fill', POOL],
] as const)('The role %s may not launch', (role, rest: Tags) => {
  const policies = [readPolicy(role)];

  test.each(OTHER_CASES)('by the key %s, which EC2’s filters and this suite do not see', async (key) => {
    const denied = await findDenied(launchWith({ ...rest, [key]: OURS }), policies);
    expect(ofInstance(denied)).toEqual(['ec2:RunInstances on instance', 'ec2:CreateTags on instance']);
    expect(denied).toContain('ec2:RunInstances on volume');
  });

  test.each(OTHER_CASES)('by the right key beside %s, which says another repository', async (key) => {
    const asks = launchWith({ ...rest, [TAG]: OURS }).map((one) => {
      const keys = one.context['aws:TagKeys'];
      return keys ? { ...one, context: { ...one.context, 'aws:TagKeys': [keys, key].flat() } } : one;
    });
    expect(ofInstance(await findDenied(asks, policies))).toContain('ec2:CreateTags on instance');
  });

  test('unless the tags of the user are beside it, in whatever case they are', async () => {
    const tags = { ...rest, [TAG]: OURS, Name: 'x', 'Cost:Center': 'ml', 'ci-actions:run-id': '7', TEAM: 'search' };
    expect(await findDenied(launchWith(tags), policies)).toEqual([]);
  });
});

test('The role pool-fill may not launch with the pool’s key in another case', async () => {
  const asks = launchWith({ [TAG]: OURS, 'CI-Actions:Pool': 'ready' });
  expect(ofInstance(await findDenied(asks, [readPolicy('pool-fill')]))).toEqual([
    'ec2:RunInstances on instance',
    'ec2:CreateTags on instance',
  ]);
});

test('The role ami-build may not make a machine or an image with the preset’s key in another case', async () => {
  const build = [readPolicy('ami-build')];
  const marked = (key: string) =>
    account.ec2('RunInstances', { ...launch.bare, ...tagged('instance', { [key]: 'amd64' }) });
  expect(ofInstance(await findDenied(marked('CI-Actions:Preset'), build))).toEqual([
    'ec2:RunInstances on instance',
    'ec2:CreateTags on instance',
  ]);
  expect(ofInstance(await findDenied(marked(PRESET), build))).toEqual([]);
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { denyAmiBuild } from './iam.denials.ami-build.js';
import { launchAndTag, ROLES, type Allowances, type Denials } from './iam.denials.js';
import { denyOtherCases } from './iam.denials.keys.js';
import { denyPoolClaim, denyPoolFill, modifyWith, placePool, POOL } from './iam.denials.pool.js';
import { denyReap } from './iam.denials.reap.js';
import { denyStartStop } from './iam.denials.start-stop.js';
import { allowSessions, denySessions } from './iam.denials.sessions.js';
import { allowVolumes, denyVolumes, placeData } from './iam.denials.volumes.js';
import { findDenied } from './iam.roles.js';
import { BARE_LAUNCH, createAccount, OURS, properLaunch, TAG, taggedLaunch, tagsOn } from './iam.world.js';

const account = await createAccount();
afterAll(() => account.close());
const pooled = await placePool(account);
const dataVolumes = await placeData(account);
const foreign = await account.place({ [TAG]: 'octo-org-2/octo-repo' });

/** What IAM denies each role, and why. */
const denials: readonly Denials[] = [
  ...denyStartStop(account),
  ...denyPoolClaim(account, pooled),
  ...denyPoolFill(account, pooled),
  ...denyReap(account, foreign.instance),
  ...denyAmiBuild(account),
  ...denySessions(account),
  ...denyVolumes(account, dataVolumes),
  denyOtherCases(account, 'start-stop without pass-role', {}),
  denyOtherCases(account, 'pool-fill', { [POOL]: 'ready' }),
  {
    role: 'pool-fill',
    rule: "launches only with the pool's key as filters read it",
    calls: [
      [
        "launch with the pool's key in other letter case",
        account.launch(taggedLaunch({ [TAG]: OURS, 'CI-Actions:Pool': 'ready' })),
        launchAndTag('instance', 'network-interface', 'volume'),
      ],
    ],
  },
];

const ourTag = { [TAG]: OURS };
const userTags = { Name: 'x', 'Cost:Center': 'ml', 'ci-actions:run-id': '7', TEAM: 'search' };
const presetTag = tagsOn(['instance'], { 'ci-actions:preset': 'amd64' });

/** The calls that the denials must not affect. */
const allowances: readonly Allowances[] = [
  ...allowSessions(account),
  ...allowVolumes(account, dataVolumes),
  {
    role: 'start-stop',
    calls: [
      ["launch with its repository's tags", account.launch(properLaunch)],
      ["terminate its repository's instance", account.terminate(account.ours.instance)],
    ],
  },
  {
    role: 'start-stop without pass-role',
    calls: [
      ['launch with tags of the user, in any letter case', account.launch(taggedLaunch({ ...ourTag, ...userTags }))],
    ],
  },
  {
    role: 'start-stop with pool-claim',
    calls: [
      ['change the user data of a pooled instance', account.modify(pooled.waiting, { 'UserData.Value': 'IyE=' })],
      [
        'change the user data where AWS passes the attribute alone',
        modifyWith(account, pooled.waiting, { 'ec2:Attribute': 'UserData' }),
      ],
      [
        "change the user data where AWS passes the attribute as the API's older form does",
        modifyWith(account, pooled.waiting, { 'ec2:Attribute': 'userData' }),
      ],
      [
        'change the user data where AWS passes the value alone',
        modifyWith(account, pooled.waiting, { 'ec2:Attribute/UserData': 'IyE=' }),
      ],
      [
        'let a pooled instance terminate at shutdown',
        account.modify(pooled.waiting, { 'InstanceInitiatedShutdownBehavior.Value': 'terminate' }),
      ],
      ['tag a pooled instance', account.tag(pooled.waiting, ourTag)],
      ['start a pooled instance', account.start(pooled.waiting)],
    ],
  },
  {
    role: 'pool-fill',
    calls: [
      ["launch with a pool's tag", account.launch(taggedLaunch({ ...ourTag, [POOL]: 'ready' }))],
      [
        'launch with tags of the user, in any letter case',
        account.launch(taggedLaunch({ ...ourTag, [POOL]: 'ready', ...userTags })),
      ],
      ['terminate a pooled instance', account.terminate(pooled.waiting)],
    ],
  },
  {
    role: 'reap',
    calls: [
      ["terminate its repository's instance", account.terminate(account.ours.instance)],
      ["delete its repository's volume", account.ec2('DeleteVolume', { VolumeId: account.ours.volume })],
      [
        "cancel its repository's spot request",
        account.ec2('CancelSpotInstanceRequests', { 'SpotInstanceRequestId.1': account.ours.spotRequest }),
      ],
    ],
  },
  {
    role: 'ami-build',
    calls: [
      [
        "launch an instance with a preset's tag",
        account.launch({ ...BARE_LAUNCH, ...presetTag }).filter(({ resource }) => resource.includes(':instance/')),
      ],
    ],
  },
];

describe.each(denials)('The role $role $rule: it may not', ({ role, calls }) => {
  test.each(calls)('%s', async (_, asks, denied) => {
    expect(await findDenied(asks, ROLES[role])).toEqual(denied);
  });
});

describe.each(allowances)('The role $role may', ({ role, calls }) => {
  test.each(calls)('%s', async (_, asks) => {
    expect(asks).not.toEqual([]);
    expect(await findDenied(asks, ROLES[role])).toEqual([]);
  });
});

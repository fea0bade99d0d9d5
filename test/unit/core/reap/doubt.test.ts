import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { nameClaim } from '../../../../src/core/kernel/origin.js';
import { refuseIncomplete, type SweepResult } from '../../../../src/core/reap/reap.js';
import { FakeEc2 } from '../../../worlds/fake-ec2.js';
import { failureOf } from '../../../worlds/requests.js';
import { brief, HOME, MINUTE, ORG_SCOPE, SweepWorld } from '../../../worlds/sweep.js';

const HOUR = 60;
const DAY = 24 * HOUR;
const OURS = 'octo-org/octo-repo';
const BARE = { [TAG.repository]: OURS };
const ENTERPRISE = { kind: 'enterprise', enterprise: 'octo-business' } as const;
const FORBIDDEN = new Failure('github-forbidden', 'GitHub answered with 403.', { hint: 'Give the token more.' });

/** The error with which the action fails; `undefined` when it succeeds. */
async function errorOf(reaped: SweepResult) {
  try {
    refuseIncomplete(reaped);
    return undefined;
  } catch (error) {
    return failureOf(Promise.reject(error));
  }
}

/** Five orphans. A sweep that continues after a failure ends them all. */
async function startFiveOrphans(world: SweepWorld) {
  const orphans = [];
  for (let one = 0; one < 5; one++) orphans.push(await world.start({ runId: `${one + 1}` }));
  for (let one = 0; one < 5; one++) world.setRun('completed', `${one + 1}`);
  return orphans;
}

describe('A malicious instance among five orphans is kept, and the orphans are ended:', () => {
  test.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['the scope of a foreign enterprise', { [TAG.scope]: 'enterprise:evil' }, 'failed'],
    ['the scope of an enterprise that is a path', { [TAG.scope]: 'enterprise:../../user' }, 'failed'],
    ['the scope of a foreign organization', { [TAG.scope]: 'org:evil' }, 'skipped'],
    ['the scope of a foreign repository', { [TAG.scope]: 'repo:evil/octo-repo' }, 'skipped'],
    ['a scope with a further path', { [TAG.scope]: 'repo:octo-org/octo-repo/../../evil' }, 'skipped'],
    ['an empty scope', { [TAG.scope]: '' }, 'skipped'],
    ['a scope in capitals', { [TAG.scope]: 'ORG:octo-org' }, 'skipped'],
    ['no expiry', { [TAG.expiresAt]: undefined }, 'skipped'],
    ['an expiry that is not a date', { [TAG.expiresAt]: '2026-02-31T25:00:00Z' }, 'skipped'],
    ['a malformed time of its claim', { [TAG.claimedAt]: 'yesterday' }, 'skipped'],
    ['a time of its claim in the future', { [TAG.claimedAt]: '2099-01-01T00:00:00.000Z' }, 'skipped'],
    ['a runner id that is too large', { [TAG.runnerId]: '99999999999999999999' }, 'skipped'],
    ['a runner name with a line break', { [TAG.runnerName]: 'ec2-1-1-x-0123abcd-0\n::error::' }, 'skipped'],
    ['another repository under the same key in another case', { 'CI-Actions:Repository': 'octo-org/other' }, 'skipped'],
  ])('%s', async (_, changes, outcome) => {
    const world = new SweepWorld();
    const orphans = await startFiveOrphans(world);
    const [, , malicious] = orphans;
    world.ec2.retag(malicious!.instance.id, changes);
    const reaped = await world.reap();
    expect(reaped.findings.map((one) => [one.id, one.outcome])).toEqual(
      orphans.map((one) => [one.instance.id, one === malicious ? outcome : 'removed']),
    );
    expect(world.state(malicious!)).toBe('running');
    expect([...world.connected]).toEqual(['repo:octo-org/octo-repo']);
    const error = await errorOf(reaped);
    expect(error?.message).toEqual(outcome === 'failed' ? expect.stringContaining(malicious!.instance.id) : undefined);
  });

  test('an instance of a scope that answers 403, and the error names both', async () => {
    const world = new SweepWorld();
    const orphans = await startFiveOrphans(world);
    const malicious = await world.start({ scope: ORG_SCOPE, runId: '9' });
    world.setRun('completed', '9');
    world.github(ORG_SCOPE).failNext('listRunners', FORBIDDEN);
    const reaped = await world.reap();
    expect(orphans.map((one) => world.state(one))).toEqual(orphans.map(() => 'shutting-down'));
    expect(world.state(malicious)).toBe('running');
    const error = await errorOf(reaped);
    expect(error).toMatchObject({ code: 'github-forbidden', hint: expect.stringContaining('Give the token more.') });
    expect(error?.message).toMatch(new RegExp(`org:octo-org.*${malicious.instance.id}`));
  });

  test('an instance of a scope for which there are no credentials', async () => {
    const world = new SweepWorld();
    await startFiveOrphans(world);
    await world.start({ scope: ENTERPRISE, runId: '9' });
    world.unreachable.set('enterprise:octo-business', new Failure('bad-input', 'An App cannot.', { hint: 'h' }));
    const reaped = await world.reap({ reach: { kind: 'repo', home: HOME, enterprise: 'octo-business' } });
    expect(reaped.findings.filter(({ outcome }) => outcome === 'removed')).toHaveLength(5);
    expect((await errorOf(reaped))?.code).toBe('bad-input');
  });

  test('an instance type whose price is not known changes nothing', async () => {
    const world = new SweepWorld();
    const orphans = await startFiveOrphans(world);
    const listed = world.ec2.findInstances.bind(world.ec2);
    world.ec2.findInstances = async (...query) =>
      (await listed(...query)).map((one, index) => (index === 2 ? { ...one, type: '' } : one));
    const { findings } = await world.reap();
    expect(findings.map(({ outcome }) => outcome)).toEqual(orphans.map(() => 'removed'));
    expect(findings[2]!.estimatedCost).toBeUndefined();
  });
});

test('The enterprise of the input is queried, also when the tag has it in another case', async () => {
  const world = new SweepWorld();
  const started = await world.start({ scope: ENTERPRISE });
  world.setRun('completed');
  const reaped = await world.reap({ reach: { kind: 'repo', home: HOME, enterprise: 'Octo-Business' } });
  expect(reaped.findings.map(({ outcome }) => outcome)).toEqual(['removed']);
  expect(world.state(started)).toBe('shutting-down');
});

describe('A finding in doubt', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['an instance with nothing but the tag of the repository', BARE, `its tag ${TAG.scope} is missing`],
    [
      'an instance with that tag under a key in another case',
      { 'CI-Actions:Repository': OURS },
      `its tag CI-Actions:Repository is "${OURS}", which is ci-actions:repository in another case`,
    ],
    ['an instance with that tag and a pool', { ...BARE, [TAG.pool]: 'ready' }, `its tag ${TAG.scope} is missing`],
  ])('such as %s is listed with age and cost, and fails the sweep after a day', async (_, tags, why) => {
    const world = new SweepWorld();
    const instance = await world.launch(tags);
    await world.age(DAY - 1);
    const before = await world.reap();
    expect(brief(before)).toEqual([`instance skipped: ${why}`]);
    expect(world.said).toContain(`warning: Left alone instance ${instance.id}: ${why}.`);
    expect(await errorOf(before)).toBeUndefined();
    await world.age(1);
    const reaped = await world.reap();
    expect(reaped.findings).toMatchObject([{ outcome: 'skipped', ageMs: DAY * MINUTE, inDoubtMs: DAY * MINUTE }]);
    const error = await errorOf(reaped);
    expect(error).toMatchObject({ code: 'cleanup-incomplete' });
    expect(error?.message).toContain(
      `instance ${instance.id} in us-east-1: ${why}; in doubt for 24.0 h, cost so far $3.99`,
    );
    expect(error?.hint).toContain('must be ended by a person');
    expect(world.state({ instance })).toBe('running');
  });

  test('does not stop the sweep, and each of several is named', async () => {
    const world = new SweepWorld();
    const doubted = [await world.launch(BARE), await world.launch({ 'CI-ACTIONS:REPOSITORY': OURS })];
    await world.age(2 * DAY);
    await startFiveOrphans(world);
    const reaped = await world.reap();
    expect(reaped.findings.filter(({ outcome }) => outcome === 'removed')).toHaveLength(5);
    const error = await errorOf(reaped);
    const names = doubted.map(({ id }) => `instance ${id}`).join(', ');
    expect(error?.message).toBe(`2 of 7 findings could not be resolved: ${names}.`);
    for (const { id } of doubted) expect(error?.details).toContain(`${id} in us-east-1: its tag`);
  });

  test('because of a busy runner fails the sweep a day after the end of its time', async () => {
    const world = new SweepWorld();
    await world.start({ runner: { busy: true }, lifetimeMs: 6 * HOUR * MINUTE });
    await world.age(30 * HOUR - 1);
    expect(await errorOf(await world.reap())).toBeUndefined();
    await world.age(1);
    expect((await errorOf(await world.reap()))?.message).toContain('but its runner is busy; in doubt for 24.0 h');
  });

  test('also fails a dry run', async () => {
    const world = new SweepWorld();
    await world.launch(BARE);
    await world.age(DAY);
    expect(await errorOf(await world.reap({ dryRun: true }))).toBeDefined();
  });

  test('of unknown age fails the sweep at once', async () => {
    const world = new SweepWorld();
    const instance = { ...(await world.launch(BARE)), launchedAt: Number.POSITIVE_INFINITY };
    const ageless = Object.assign(new FakeEc2({ clock: world.clock }), { findInstances: async () => [instance] });
    const reaped = await world.reap({}, [ageless]);
    expect(reaped.findings[0]!.ageMs).toBeUndefined();
    expect(await errorOf(reaped)).toBeDefined();
  });

  test('may be a volume or a spot request with a key in another case, if it would be removed', async () => {
    const world = new SweepWorld();
    const tags = { 'Ci-Actions:Repository': OURS };
    const volume = { state: 'available', type: 'gp3', createdAt: 0, sizeGiB: 50, tags };
    world.ec2.volumes.push({ ...volume, id: 'vol-1' }, { ...volume, id: 'vol-2', state: 'in-use' });
    world.ec2.spotRequests.push({ id: 'sir-1', state: 'open', createdAt: 0, tags });
    const reaped = await world.reap();
    expect(reaped.findings.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['vol-1', 'skipped'],
      ['sir-1', 'skipped'],
    ]);
    expect(world.ec2.volumes).toHaveLength(2);
  });

  test('may be a volume in error, which nothing uses and nothing ends', async () => {
    const world = new SweepWorld();
    world.ec2.volumes.push({
      id: 'vol-1',
      state: 'error',
      type: 'gp3',
      createdAt: world.clock.now(),
      sizeGiB: 8,
      tags: BARE,
    });
    await world.age(DAY);
    const reaped = await world.reap();
    expect(brief(reaped)).toEqual(['volume skipped: EC2 reports its state as error']);
    expect((await errorOf(reaped))?.message).toContain('volume vol-1');
  });

  test('is never a resource of another repository, or one with another key', async () => {
    const world = new SweepWorld();
    await world.launch({ 'CI-Actions:Repository': 'octo-org/other' });
    await world.launch({ [TAG.repository]: 'octo-org/other', Name: OURS });
    await world.launch({ 'my-service:department': OURS, 'ab-cdefghi:jklmnopqrs': OURS });
    await world.age(2 * DAY);
    expect(brief(await world.reap())).toEqual([]);
  });

  test('is not an instance with the same repository under both keys', async () => {
    const world = new SweepWorld();
    const started = await world.start();
    world.ec2.retag(started.instance.id, { 'CI-Actions:Repository': OURS });
    world.setRun('completed');
    expect(brief(await world.reap())).toEqual([expect.stringMatching(/^instance removed/)]);
  });
});

describe('A sweep of an organization', () => {
  const reach = { kind: 'org', home: HOME } as const;

  test.each(['octo-org/', 'octo-org/a/b', 'octo-org/a b', 'octo-org/..%2f..'])(
    'finds an instance with the tag %j, which is not a repository',
    async (repository) => {
      const world = new SweepWorld();
      await world.launch({ [TAG.repository]: repository });
      expect(brief(await world.reap({ reach }))).toEqual([
        `instance skipped: its tag ${TAG.repository} is "${repository}", which is not a repository of octo-org`,
      ]);
    },
  );

  test('judges everything but an instance of a repository that GitHub does not know', async () => {
    const world = new SweepWorld();
    const orphans = await startFiveOrphans(world);
    const ghost = world.register('7', { scope: ORG_SCOPE, runner: { status: 'offline' } });
    world.setRun('completed', '7');
    const scope = { kind: 'repo', owner: 'octo-org', repo: 'nowhere' } as const;
    const malicious = await world.start({ repository: 'octo-org/nowhere', scope, runId: '9' });
    const notFound = new Failure('github-not-found', 'GitHub answered with 404.', { hint: 'h' });
    world.unreachable.set('repo:octo-org/nowhere', notFound);
    const reaped = await world.reap({ reach });
    expect(orphans.map((one) => world.state(one))).toEqual(orphans.map(() => 'shutting-down'));
    expect(world.github(ORG_SCOPE).listed.map(({ id }) => id)).not.toContain(ghost.id);
    expect(world.state(malicious)).toBe('running');
    expect((await errorOf(reaped))?.message).toContain(malicious.instance.id);
  });

  test('keeps a ghost whose run may belong to a repository that cannot be read', async () => {
    const world = new SweepWorld();
    world.register('3', { scope: ORG_SCOPE, runner: { status: 'offline' } });
    await world.start({ repository: 'octo-org/another', scope: ORG_SCOPE, runId: '9' });
    world.github({ kind: 'repo', owner: 'octo-org', repo: 'another' }).failNext('readRunAttempt', FORBIDDEN, 9);
    const reaped = await world.reap({ reach });
    expect(brief(reaped)).toContain('runner failed: it could not be judged');
    expect(world.github(ORG_SCOPE).listed).toHaveLength(2);
  });
});

describe('No tag keeps an instance longer than the largest input would:', () => {
  test('one that expires in 2099 is removed after the longest stay, although its run and runner are active', async () => {
    const world = new SweepWorld();
    const started = await world.start();
    world.ec2.retag(started.instance.id, { [TAG.expiresAt]: '2099-01-01T00:00:00.000Z' });
    // 60 minutes of start-up, 7,200 of lifetime, 60 of slack.
    await world.age(7_319);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual(['instance removed: its time ended at 2026-01-06T02:00:00.000Z']);
  });

  test('one whose claim and expiry are in 2099 is in doubt when it is busy longer than any start allows', async () => {
    const world = new SweepWorld();
    const started = await world.start({ runner: { busy: true } });
    const never = '2099-01-01T00:00:00.000Z';
    world.ec2.retag(started.instance.id, { [TAG.expiresAt]: never, [TAG.claimedAt]: never });
    await world.age(7_319);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual([expect.stringMatching(/^instance skipped: .* but its runner is busy$/)]);
  });

  test('one of a pool that expires in 2099 is removed at the largest age of a pool', async () => {
    const world = new SweepWorld();
    const id = await launchPooled(world, '2099-01-01T00:00:00.000Z');
    world.ec2.stop(id);
    await world.age(28 * DAY + 59);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual([expect.stringMatching(/^instance removed: its time in pool ready/)]);
  });

  test('a claim protects a pooled one for half an hour beyond its time, then both are removed', async () => {
    const world = new SweepWorld();
    const id = await launchPooled(world, '2026-01-01T12:00:00.000Z');
    world.ec2.stop(id);
    world.setRun('active');
    world.github().addRunner({ name: nameClaim(id), labels: ['x', 'ec2-77-1-start-0123abcd'] });
    await world.age(12 * HOUR + 29);
    expect(brief(await world.reap())).toEqual([]);
    await world.age(1);
    expect(brief(await world.reap())).toEqual([
      'instance removed: its time in pool ready ended at 2026-01-01T12:00:00.000Z',
    ]);
    expect(world.github().listed).toEqual([]);
  });

  test('a claim whose runner is busy protects it without a limit', async () => {
    const world = new SweepWorld();
    const id = await launchPooled(world, '2026-01-01T12:00:00.000Z');
    world.github().addRunner({ name: nameClaim(id), busy: true, labels: ['x', 'ec2-77-1-start-0123abcd'] });
    world.ec2.stop(id);
    await world.age(20 * DAY);
    expect(brief(await world.reap())).toEqual(['instance spared: it came into use meanwhile']);
  });

  test('a claim does not protect a running one, because only stopped ones are claimed', async () => {
    const world = new SweepWorld();
    const id = await launchPooled(world, '2026-01-07T00:00:00.000Z');
    world.setRun('active');
    world.github().addRunner({ name: nameClaim(id), labels: ['x', 'ec2-77-1-start-0123abcd'] });
    await world.age(45);
    expect(brief(await world.reap())).toEqual([
      expect.stringMatching(/^instance removed: .*warm-up should have ended/),
    ]);
  });
});

async function launchPooled(world: SweepWorld, expiresAt: string): Promise<string> {
  const scope = { [TAG.scope]: `repo:${OURS}` };
  return (await world.launch({ ...BARE, [TAG.pool]: 'ready', ...scope, [TAG.expiresAt]: expiresAt })).id;
}

import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';

const BOOT_MS = 25_000;

describe('a start', () => {
  test('returns soon after its runner is online', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    const began = world.clock.now();
    const started = await startRunners(aRequest(), world.ports);
    expect(started.instances).toHaveLength(1);
    expect(world.clock.now() - began).toBeLessThanOrEqual(BOOT_MS + 1_500);
    expect(world.live()).toHaveLength(1);
    expect(world.journal.at(-1)?.state).toBe('confirmed');
  });

  test('logs which runner is online on which instance, and after what time', async () => {
    const world = createCloud({ bootMs: 25_000 });
    const { runners, instance } = (await startRunners(aRequest(), world.ports)).instances[0]!;
    const said = `Runner ${runners[0]!.name} is online on ${instance.id}, `;
    const seconds = world.said.find((sentence) => sentence.startsWith(said))?.slice(said.length);
    expect(seconds).toMatch(/^2[56]\.\d s after its launch\.$/);
  });

  test("spends at most 25 of GitHub's points on a boot of 20 s", async () => {
    const world = createCloud({ bootMs: 20_000 });
    await startRunners(aRequest(), world.ports);
    const points = world.github.calls.map((call) => (call.startsWith('register') || call.startsWith('remove') ? 5 : 1));
    expect(points.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(25);
    expect(world.github.calls.filter((call) => call === 'registerRunner')).toHaveLength(1);
  });

  test.each([7, 25, 60])('notices within 1.2 s that a boot of %i s is over', async (seconds) => {
    for (let fraction = 0; fraction < 10; fraction++) {
      const bootMs = seconds * 1_000 + fraction * 130;
      const world = createCloud({ bootMs });
      const { instances } = await startRunners(aRequest(), world.ports);
      expect(instances[0]!.runners[0]!.onlineAt! - instances[0]!.launchedAt - bootMs).toBeLessThanOrEqual(1_200);
    }
  });

  test('whose outputs cannot be written is rolled back', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    const publish = () => Promise.reject(new Failure('bad-input', 'no outputs', { hint: 'x' }));
    const failure = await failureOf(startRunners(aRequest(), world.ports, publish));
    expect(failure.message).toBe('no outputs');
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });

  test('that is cancelled while its outputs are written is rolled back and not confirmed', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    const publish = async () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' }));
    expect((await failureOf(startRunners(aRequest(), world.ports, publish))).code).toBe('cancelled');
    expect(world.live()).toEqual([]);
    expect(world.journal.map(({ state }) => state)).not.toContain('confirmed');
  });

  test('is confirmed only after its outputs are written', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    let state: string | undefined;
    await startRunners(aRequest(), world.ports, async () => void (state = world.journal.at(-1)?.state));
    expect([state, world.journal.at(-1)?.state]).toEqual(['started', 'confirmed']);
  });

  test('has its instance and its runner in the journal while it waits for them', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    const starting = startRunners(aRequest(), world.ports);
    await world.clock.sleep(BOOT_MS / 2);
    expect(world.journal.at(-1)).toMatchObject({
      state: 'started',
      instances: [{ id: world.ec2.instances[0]!.id, region: 'us-east-1' }],
      runnerIds: [world.github.listed[0]!.id],
    });
    await starting;
  });

  test('gives everything its identity before it exists', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    const states: string[] = [];
    world.github.onCall = (method) => method === 'registerRunner' && states.push(world.journal.at(-1)?.state ?? 'none');
    await startRunners(aRequest({ userTags: { Team: 'ml', Name: 'mine' } }), world.ports);
    expect(states).toEqual(['started']);
    expect(world.ec2.specs[0]!.tags).toMatchObject({
      Team: 'ml',
      Name: 'mine',
      'ci-actions:repository': 'octo-org/octo-repo',
      'ci-actions:run-id': '77',
      'ci-actions:run-attempt': '1',
      'ci-actions:job': 'start',
      'ci-actions:label': 'a-label',
      'ci-actions:start': '0123abcd',
      'ci-actions:scope': 'repo:octo-org/octo-repo',
    });
    const expires = Date.parse(world.ec2.specs[0]!.tags['ci-actions:expires-at']!);
    expect(expires).toBeGreaterThan(world.clock.now() + 21_000_000);
  });

  test('of five has five runners with a configuration each, and one series of requests', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    const started = await startRunners(aRequest({ count: 5 }), world.ports);
    expect(new Set(started.instances.map(({ runners }) => runners[0]!.name)).size).toBe(5);
    expect(new Set(world.ec2.specs.map(({ userData }) => Buffer.from(userData).toString('hex'))).size).toBe(5);
    expect(new Set(world.ec2.specs.map(({ clientToken }) => clientToken)).size).toBe(5);
    expect(world.github.calls.filter((call) => call === 'listRunners').length).toBeLessThanOrEqual(20);
  });

  test('of fifty keeps to the rate limits of EC2', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    const at: number[] = [];
    world.ec2.onLaunch(() => at.push(world.clock.now()));
    await startRunners(aRequest({ count: 50 }), world.ports);
    expect(at).toHaveLength(50);
    for (const [index, time] of at.entries()) {
      const later = at.filter((other) => other >= time && other < time + 1_000);
      expect({ index, burst: later.length <= 7 }).toEqual({ index, burst: true });
    }
    expect(at.at(-1)! - at[0]!).toBeLessThan(24_000);
  });

  test('of fifty sends hardly more requests than a start of one', async () => {
    const questions = async (count: number) => {
      const world = createCloud({ bootMs: BOOT_MS });
      let asked = 0;
      const describe = world.ec2.describeInstances.bind(world.ec2);
      world.ec2.describeInstances = (ids) => {
        asked++;
        return describe(ids);
      };
      await startRunners(aRequest({ count }), world.ports);
      return asked + world.github.calls.filter((call) => !call.startsWith('registerRunner')).length;
    };
    // EC2's rate limit delays the last launches by 23 s. Meanwhile both services are sent a request now and then.
    expect(await questions(50)).toBeLessThanOrEqual((await questions(1)) + 10);
  });

  test('that does not wait for runners returns at once', async () => {
    const world = createCloud();
    const began = world.clock.now();
    const started = await startRunners(aRequest({ waitFor: 'launched' }), world.ports);
    expect(world.clock.now() - began).toBeLessThan(1_000);
    expect(started.instances[0]!.runners[0]!.onlineAt).toBeUndefined();
    expect(world.journal.at(-1)?.state).toBe('confirmed');
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { nameClaim, originOf } from '../../../../src/core/kernel/origin.js';
import { NO_CAPACITY } from '../../../worlds/fake-ec2.js';
import { PooledWorld, type Rush } from '../../../worlds/pool.js';
import { run } from '../../../worlds/requests.js';

/** `POOL_RUSHES=5000` runs more of them; `POOL_RUSHES_SEED`, which a failure names, repeats them. */
const numRuns = Number(process.env['POOL_RUSHES'] ?? 100);
const seed = process.env['POOL_RUSHES_SEED'];

/** Starts at random moments, with random latencies. */
const rushes: fc.Arbitrary<Rush> = fc.record({
  seed: fc.nat(1_000_000),
  latencyMs: fc.constantFrom(0, 50, 300, 3_000),
  arrivals: fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 20, maxLength: 20 }),
});
const fate = fc.record({ after: fc.integer({ min: 0, max: 12_000 }), hasPost: fc.boolean() });

const options = { numRuns, ...(seed !== undefined && { seed: Number(seed) }) };

describe(`20 claimers on 5 instances, in ${numRuns} interleavings:`, () => {
  test('5 win, 15 launch, no instance is claimed twice, and no start sends GitHub more than three requests in vain', async () => {
    await fc.assert(
      fc.asyncProperty(rushes, async (rush) => {
        const world = await PooledWorld.open(5, rush);
        const outcomes = await world.play();
        expect(outcomes.map((one) => ('failed' in one ? one.failed : 'started'))).toEqual(Array(20).fill('started'));
        const instances = world.startedInstances();
        expect(new Set(instances).size).toBe(20);
        expect(instances.filter((id) => world.pooledIds.has(id))).toHaveLength(5);
        expect(world.ec2.instances).toHaveLength(20);
        expect(Math.max(...world.extraRequests())).toBeLessThanOrEqual(3);
        expect(world.findConflicts()).toEqual([]);
      }),
      options,
    );
  }, 600_000);

  test('some of which are killed: no instance is claimed twice, and the post steps and one sweep leave nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(rushes, fc.array(fate, { minLength: 10, maxLength: 10 }), async (rush, fates) => {
        const world = await PooledWorld.open(5, rush);
        const outcomes = await world.play(fates);
        expect(outcomes.filter((one) => 'failed' in one)).toEqual([]);
        expect(world.findConflicts()).toEqual([]);
        await world.settle();
        expect(world.findLeftBehind()).toEqual([]);
      }),
      options,
    );
  }, 600_000);
});

test('an instance that another start claims between the look and the claim is left to that start', async () => {
  const world = await PooledWorld.open(1, { seed: 1, latencyMs: 0, arrivals: [0] });
  const [id] = world.pooledIds;
  world.github.onCall = (method) => {
    if (method === 'registerRunner') world.ec2.end(id!);
  };
  expect(await world.play()).toEqual([{ started: [expect.not.stringContaining(id!)] }]);
  expect(world.github.listed.map(({ name }) => name)).toEqual([expect.stringMatching(/^ec2-77-1-start-/)]);
});

test('an unanswered registration is not repeated under the same name, and its runner is removed', async () => {
  const world = await PooledWorld.open(1, { seed: 1, latencyMs: 0, arrivals: [0] });
  world.github.loseNextRegistration('after');
  expect(await world.play()).toEqual([{ started: [expect.any(String)] }]);
  expect(world.github.listed.map(({ name }) => name)).toEqual([expect.stringMatching(/^ec2-77-1-start-/)]);
  expect(world.ec2.instances.find(({ id }) => world.pooledIds.has(id))!.tags[TAG.start]).toBeUndefined();
});

test("an instance that is switched on between the look and the claim stays the pool's", async () => {
  const world = await PooledWorld.open(1, { seed: 1, latencyMs: 0, arrivals: [0] });
  const [id] = world.pooledIds;
  world.github.onCall = (method, request) => {
    if (method === 'registerRunner' && (request as { name: string }).name === nameClaim(id!))
      void world.ec2.resume(id!);
  };
  expect(await world.play()).toEqual([{ started: [expect.not.stringContaining(id!)] }]);
  expect(world.ec2.instances.find((one) => one.id === id)!.tags[TAG.start]).toBeUndefined();
});

test.each([0, 1, 2, 3])(
  'a start that loses one claim makes the only other one that is possible, wherever it is (%i)',
  async (free) => {
    const world = await PooledWorld.open(5, { seed: 1, latencyMs: 0, arrivals: [0] });
    let isFirst = true;
    let left = '';
    world.github.onCall = (method, request) => {
      if (method !== 'registerRunner' || !isFirst) return;
      isFirst = false;
      const { name } = request as { name: string };
      left = [...world.pooledIds].filter((id) => nameClaim(id) !== name)[free]!;
      for (const id of world.pooledIds) if (id !== left) world.github.addRunner({ name: nameClaim(id) });
    };
    expect(await world.play()).toEqual([{ started: [left] }]);
  },
);

test('an unanswered registration never removes the runner of another start that has registered the name meanwhile', async () => {
  const world = await PooledWorld.open(1, { seed: 1, latencyMs: 0, arrivals: [0] });
  const name = nameClaim([...world.pooledIds][0]!);
  world.github.loseNextRegistration('before');
  world.github.onCall = (method, request) => {
    if (method !== 'registerRunner' || (request as { name: string }).name !== name) return;
    world.github.addRunner({ name, labels: ['label-of-another', originOf(run, 'eeeeeeee')] });
  };
  expect(await world.play()).toEqual([{ started: [expect.any(String)] }]);
  expect(world.github.listed.map((runner) => runner.name)).toContain(name);
});

test('tags that reach an instance after the start has given up waiting are found when the start is rolled back', async () => {
  const world = await PooledWorld.open(1, { seed: 1, latencyMs: 0, arrivals: [0] });
  const [id] = world.pooledIds;
  const tag = world.ec2.tagInstance.bind(world.ec2);
  world.ec2.tagInstance = async (...given) => {
    world.later(3_000, () => void tag(...given));
    throw new Failure('aws-unreachable', 'no answer', { hint: 'h' });
  };
  expect(await world.play()).toEqual([{ failed: 'aws-unreachable: no answer' }]);
  expect(world.ec2.instances.find((one) => one.id === id)?.state).toMatch(/^(shutting-down|terminated)$/);
  expect(world.github.listed).toEqual([]);
});

test('an instance that is about to expire is not claimed', async () => {
  const world = await PooledWorld.open(1, { seed: 1, latencyMs: 0, arrivals: [0] });
  const [id] = world.pooledIds;
  world.ec2.retag(id!, { [TAG.expiresAt]: new Date(world.now + 30_000).toISOString() });
  expect(await world.play()).toEqual([{ started: [expect.not.stringContaining(id!)] }]);
});

test('an instance that is gone before it is tagged is not started, and its runner is removed', async () => {
  const world = await PooledWorld.open(1, { seed: 1, latencyMs: 0, arrivals: [0] });
  const [id] = world.pooledIds;
  world.ec2.tagInstance = async () => 'gone';
  expect(await world.play()).toEqual([{ started: [expect.not.stringContaining(id!)] }]);
  expect(world.github.listed.map(({ name }) => name)).toEqual([expect.stringMatching(/^ec2-77-1-start-/)]);
});

test('an instance that EC2 does not start is terminated, and another one is launched', async () => {
  const world = await PooledWorld.open(1, { seed: 1, latencyMs: 0, arrivals: [0] });
  const [id] = world.pooledIds;
  world.ec2.resume = async () => ({ kind: 'refused', refusal: NO_CAPACITY });
  expect(await world.play()).toEqual([{ started: [expect.not.stringContaining(id!)] }]);
  expect(world.ec2.instances.find((one) => one.id === id)?.state).toMatch(/^(shutting-down|terminated)$/);
  expect(world.github.listed.map(({ name }) => name)).toEqual([expect.stringMatching(/^ec2-77-1-start-/)]);
});

test("an instance whose start is cancelled before it is tagged stays the pool's", async () => {
  const world = await PooledWorld.open(1, { seed: 1, latencyMs: 0, arrivals: [0] });
  const [id] = world.pooledIds;
  const writeUserData = world.ec2.writeUserData.bind(world.ec2);
  world.ec2.writeUserData = async (...given) => {
    world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' }));
    return writeUserData(...given);
  };
  expect(await world.play()).toEqual([{ failed: 'cancelled: c' }]);
  const instance = world.ec2.instances.find((one) => one.id === id)!;
  expect([instance.state, instance.tags[TAG.start]]).toEqual(['stopped', undefined]);
  expect(world.github.listed).toEqual([]);
});

test('a start launches even if the runner of a lost claim cannot be removed', async () => {
  const world = await PooledWorld.open(1, { seed: 1, latencyMs: 0, arrivals: [0] });
  world.ec2.writeUserData = async () => 'gone';
  world.github.failNext('removeRunner', new Failure('github-unreachable', 'no answer', { hint: 'h' }));
  expect(await world.play()).toEqual([{ started: [expect.any(String)] }]);
});

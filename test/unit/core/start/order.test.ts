import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../../../src/core/kernel/clock.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { dryRunStart, startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { AMD64_IMAGE, GROUP, STOCK_AMD64_IMAGE } from '../../../worlds/fake-catalog.js';
import { PooledWorld } from '../../../worlds/pool.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';

const ANSWER_MS = 100;

/** The same port with a delay before each answer. */
function slow<T extends object>(port: T, clock: Clock): T {
  return new Proxy(port, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]) => {
        try {
          return await (value as (...all: unknown[]) => unknown).apply(target, given);
        } finally {
          await clock.sleep(ANSWER_MS);
        }
      };
    },
  });
}

function aSlowWorld() {
  const world = createCloud();
  const launchedAt: number[] = [];
  world.ec2.onLaunch(() => launchedAt.push(world.clock.now()));
  const ec2 = slow(world.ec2, world.clock);
  const ports = { ...world.ports, ec2, ec2In: async () => ec2, github: slow(world.github, world.clock) };
  return { ...world, ports, launchedAt };
}

describe('number of answers that a start waits for, one after the other, before it launches:', () => {
  const cases: [string, number, Parameters<typeof aRequest>[0]][] = [
    ['with a published image', 3, {}],
    ['with an image by its id', 2, { image: { kind: 'id', id: AMD64_IMAGE } }],
    ['with a stock image', 2, { image: { kind: 'id', id: STOCK_AMD64_IMAGE } }],
    [
      'with an image and the directory of its runner',
      2,
      { image: { kind: 'id', id: STOCK_AMD64_IMAGE }, runnerHome: '/r' },
    ],
    ['with a runner group and a security group', 3, { runnerGroup: 'Default', securityGroupIds: [GROUP] }],
    ['with an empty pool', 3, { pool: 'empty' }],
    ['with four instances', 3, { count: 4 }],
  ];
  test.each(cases)('%s %i', async (_what, answers, changes) => {
    const { ports, clock, launchedAt } = aSlowWorld();
    const began = clock.now();
    await startRunners(aRequest({ waitFor: 'launched', ...changes }), ports);
    const count = changes?.count ?? 1;
    expect(launchedAt.map((at) => at - began)).toEqual(Array(count).fill(answers * ANSWER_MS));
  });
});

describe('an image that GitHub refuses while runners are registered', () => {
  const refusals: [string, Parameters<typeof aRequest>[0], RegExp][] = [
    ['runner-version-refused', {}, /^Image ami-\w+ holds runner 2\.336\.0; GitHub has refused it since/],
    [
      'github-not-found',
      { image: { kind: 'id', id: STOCK_AMD64_IMAGE }, runnerVersion: '9.9.9' },
      /^There is no runner 9\.9\.9 for Linux/,
    ],
  ];
  test.each(refusals)(
    'fails the start (%s) before anything is launched, and no runner is left behind',
    async (code, changes, why) => {
      const world = aSlowWorld();
      world.github.deprecations.set('2.336.0', world.clock.now() - 1);
      const failure = await failureOf(startRunners(aRequest({ count: 3, ...changes }), world.ports));
      expect([failure.code, failure.message]).toEqual([code, expect.stringMatching(why)]);
      expect(world.github.registered).toHaveLength(3);
      expect(world.github.listed).toEqual([]);
      expect(world.ec2.specs).toEqual([]);
      expect(world.journal.map(({ state }) => state)).toEqual(['started', 'rolled-back']);
    },
  );

  test('leaves a pool unchanged, however late GitHub answers', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const world = await PooledWorld.open(1, { seed, latencyMs: 3_000, arrivals: [0] });
      world.github.deprecations.set('2.336.0', 0);
      const before = world.ec2.instances;
      expect(await world.play()).toEqual([{ failed: expect.stringContaining('runner-version-refused') }]);
      expect(world.ec2.instances).toEqual(before);
      expect(world.github.listed).toEqual([]);
    }
  });

  test('also fails a dry run, which registers no runner', async () => {
    const world = aSlowWorld();
    world.github.deprecations.set('2.336.0', world.clock.now() - 1);
    expect((await failureOf(dryRunStart(aRequest(), world.ports))).code).toBe('runner-version-refused');
    expect([world.github.registered, world.journal]).toEqual([[], []]);
  });
});

describe('while GitHub does not answer about the image', () => {
  function aSilentWorld() {
    const world = aSlowWorld();
    const silence = new Promise<never>(() => undefined);
    const github = new Proxy(world.ports.github, {
      get: (target, name): unknown => (name === 'readDeprecation' ? () => silence : Reflect.get(target, name)),
    });
    return { ...world, ports: { ...world.ports, github } };
  }

  test('a cancelled start ends and leaves nothing behind', async () => {
    const world = aSilentWorld();
    const began = world.clock.now();
    const reason = new Failure('cancelled', 'The job was cancelled.', { hint: 'h' });
    world.clock.after(5_000, () => world.cancel.abort(reason));
    const failure = await failureOf(startRunners(aRequest({ count: 2 }), world.ports));
    expect(failure.code).toBe('cancelled');
    expect(failure.hint).toBe('Nothing: everything that was started was rolled back.');
    expect(world.clock.now() - began).toBeLessThan(6_000);
    expect([world.github.registered.length, world.github.listed, world.ec2.specs]).toEqual([2, [], []]);
  });

  test('a start whose runner cannot be registered fails for that reason', async () => {
    const world = aSilentWorld();
    world.github.failNext('registerRunner', new Failure('github-forbidden', 'No.', { hint: 'h' }));
    expect((await failureOf(startRunners(aRequest({ count: 2 }), world.ports))).code).toBe('github-forbidden');
    expect([world.github.listed, world.ec2.specs]).toEqual([[], []]);
  });
});

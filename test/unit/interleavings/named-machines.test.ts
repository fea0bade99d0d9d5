import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NamedMachines, type NamedStart, type NamedStory } from '../../worlds/named-machines.js';

/** `INTERLEAVINGS=5000` plays more stories. `INTERLEAVINGS_SEED`, which a failure names, plays the same ones again. */
const numRuns = Number(process.env['INTERLEAVINGS'] ?? 150);
const seed = process.env['INTERLEAVINGS_SEED'];
const options = { numRuns, ...(seed !== undefined && { seed: Number(seed) }) };

const worlds = { seed: fc.nat(1_000_000), latencyMs: fc.constantFrom(0, 50, 300, 3_000) };
const ways = fc.constantFrom('refuse' as const, 'replace' as const, 'join' as const);
const fates = fc.record({
  kind: fc.constantFrom('cancel' as const, 'kill' as const, 'gone' as const),
  after: fc.integer({ min: 0, max: 40_000 }),
});

const stories: fc.Arbitrary<NamedStory> = fc.record({
  ...worlds,
  invisibleMs: fc.constantFrom(0, 3_000, 12_000),
  starts: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 90_000 }),
      whenRunning: ways,
      lasts: fc.integer({ min: 0, max: 120_000 }),
      fate: fc.option(fates, { nil: undefined }),
    }),
    { minLength: 2, maxLength: 5 },
  ) as fc.Arbitrary<NamedStart[]>,
});

/** Starts that begin within half a second, and whose stops come an hour later. */
function rushOf(whenRunning: NamedStart['whenRunning']): fc.Arbitrary<NamedStory> {
  return fc.record({
    ...worlds,
    invisibleMs: fc.constantFrom(0, 3_000, 12_000),
    starts: fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: 500 }),
        whenRunning: fc.constant(whenRunning),
        lasts: fc.constant(3_600_000),
      }),
      { minLength: 2, maxLength: 4 },
    ),
  });
}

describe('runs that want a machine of the same name', () => {
  test(`never have two machines, and leave nothing behind, whatever ends them (${numRuns} stories)`, async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const world = new NamedMachines(story);
        await world.play();
        expect(world.broken).toEqual([]);
        expect(await world.settle()).toEqual([]);
        expect(world.broken).toEqual([]);
      }),
      options,
    );
  }, 600_000);

  test('of starts at once with `refuse`, one wins and the others are refused', async () => {
    await fc.assert(
      fc.asyncProperty(rushOf('refuse'), async (story) => {
        const world = new NamedMachines(story);
        await world.play();
        expect(world.outcomes.toSorted()).toEqual([
          ...Array<string>(story.starts.length - 1).fill('machine-running'),
          'started',
        ]);
        expect(world.ec2.instances).toHaveLength(1);
        expect(world.broken).toEqual([]);
      }),
      options,
    );
  }, 600_000);

  test('of starts at once with `join`, one launches and the others join its machine', async () => {
    await fc.assert(
      fc.asyncProperty(rushOf('join'), async (story) => {
        const world = new NamedMachines(story);
        await world.play();
        expect(world.outcomes.toSorted()).toEqual([
          ...Array<string>(story.starts.length - 1).fill('joined'),
          'started',
        ]);
        expect(world.ec2.instances).toHaveLength(1);
        expect(world.broken).toEqual([]);
      }),
      options,
    );
  }, 600_000);

  test('of starts at once with `replace`, the last one has the machine', async () => {
    await fc.assert(
      fc.asyncProperty(rushOf('replace'), async (story) => {
        const world = new NamedMachines(story);
        await world.play();
        expect(world.outcomes).toContain('started');
        expect(world.ec2.instances).toHaveLength(story.starts.length);
        expect(world.broken).toEqual([]);
      }),
      options,
    );
  }, 600_000);
});

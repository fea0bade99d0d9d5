import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FailureCode } from '../../../src/core/kernel/failure.js';
import type { Story } from './interleaved-story.js';
import { Interleaving } from './interleaving.js';

/** `INTERLEAVINGS=5000` plays more stories. `INTERLEAVINGS_SEED`, which a failure names, plays the same ones again. */
const numRuns = Number(process.env['INTERLEAVINGS'] ?? 300);
const seed = process.env['INTERLEAVINGS_SEED'];

const moment = fc.integer({ min: 0, max: 120_000 });
const CODES: readonly FailureCode[] = [
  'aws-unreachable',
  'aws-throttled',
  'aws-not-authorized',
  'github-unreachable',
  'github-rate-limited',
  'github-forbidden',
  'github-not-found',
];
const isOf = (cloud: 'ec2' | 'github') => (code: FailureCode) => code.startsWith(cloud === 'ec2' ? 'aws' : 'github');

function faults(of: 'ec2' | 'github', methods: readonly string[]) {
  return fc.record({
    at: moment,
    of: fc.constant(of),
    method: fc.constantFrom(...methods),
    code: fc.constantFrom(...CODES.filter(isOf(of))),
    afterEffect: fc.boolean(),
  });
}

const lostRegistrations = fc.record({
  at: moment,
  of: fc.constant('lost registration' as const),
  method: fc.constant('registerRunner'),
  code: fc.constant<FailureCode>('github-unreachable'),
  afterEffect: fc.boolean(),
});

const stories: fc.Arbitrary<Story> = fc.record({
  seed: fc.nat(1_000_000),
  latencyMs: fc.constantFrom(0, 300, 3_000),
  invisibleMs: fc.constantFrom(0, 3_000, 12_000),
  starts: fc.array(
    fc.record({
      at: moment,
      run: fc.nat(1),
      count: fc.integer({ min: 1, max: 3 }),
      waitFor: fc.constantFrom('online' as const, 'launched' as const),
      fate: fc.constantFrom('none' as const, 'cancel' as const, 'kill' as const, 'gone' as const),
      after: fc.integer({ min: 0, max: 40_000 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  jobs: fc.array(fc.record({ at: moment, lasts: fc.integer({ min: 1_000, max: 2_400_000 }) }), { maxLength: 4 }),
  stops: fc.array(fc.record({ at: moment, run: fc.nat(1) }), { maxLength: 2 }),
  reaps: fc.array(fc.integer({ min: 0, max: 3_000_000 }), { maxLength: 2 }),
  faults: fc.array(
    fc.oneof(
      faults('ec2', ['launch', 'describeInstances', 'findInstances', 'terminate', 'describeImage', 'readConsole']),
      faults('github', ['registerRunner', 'readRunner', 'listRunners', 'removeRunner', 'findRunnerByName']),
      lostRegistrations,
    ),
    { maxLength: 4 },
  ),
  ending: fc.constantFrom('stop' as const, 'reap' as const, 'timers' as const),
});

describe('starts, stops, reaps, cancellations, jobs and faults, in any order', () => {
  test(`leave nothing behind and end no busy runner (${numRuns} stories)`, async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        expect(await new Interleaving(story).play()).toEqual([]);
      }),
      { numRuns, ...(seed !== undefined && { seed: Number(seed) }) },
    );
  }, 600_000);
});

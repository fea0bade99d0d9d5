import { expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { nameClaim } from '../../../../src/core/kernel/origin.js';
import {
  countReady,
  fillPool,
  listRetired,
  refuseIncompletePool,
  type Filled,
} from '../../../../src/core/pool/fill.js';
import type { FillRequest } from '../../../../src/core/pool/request.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aFillRequest, failureOf } from '../../../worlds/requests.js';

const HOUR = 3_600_000;
const BOOT_MS = 30_000;

/** A pool of one instance, whose first boots end with these words on the console. */
function aPool({ words = 'warmed up' }: { words?: string } = {}) {
  const world = createCloud();
  const console = { words };
  world.ec2.onLaunch(({ id }) =>
    world.clock.after(BOOT_MS, () => {
      const at = new Date(world.clock.now()).toISOString();
      world.ec2.consoles.set(id, `ci-actions phase=power-off uptime=9.00 at=${at} ${console.words}\n`);
      world.ec2.powerOff(id);
    }),
  );
  let runs = 0;
  const fill = (changes: Partial<FillRequest> = {}, ec2 = world.ec2, signal = new AbortController().signal) =>
    fillPool(aFillRequest({ id: `0000000${++runs}`, ...changes }), {
      ...world.ports,
      signal,
      ec2,
      ec2In: async () => ec2,
    });
  /** EC2 that does not know the ids of the instances that it lists. */
  const forgetful = new Proxy(world.ec2, {
    get(target, name) {
      if (name === 'terminate') return async (unknown: readonly string[]) => ({ ended: [], unknown, refused: [] });
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
  return { world, console, fill, forgetful, states: () => world.ec2.instances.map(({ state }) => state) };
}

test('an instance whose id EC2 does not know counts as not retired, and the step fails', async () => {
  const { world, fill, forgetful } = aPool();
  await fill();
  const filled = await fill({ size: 0 }, forgetful);
  expect(listRetired(filled)).toEqual([]);
  const [{ id } = { id: '' }] = world.ec2.instances;
  expect(await failureOf(Promise.resolve().then(() => refuseIncompletePool(filled)))).toMatchObject({
    code: 'cleanup-incomplete',
    message: `Not ended: ${id}. EC2 does not know ${id}, so it could not be ended.`,
  });
  expect(listRetired(await fill({ size: 0 }))).toEqual([id]);
});

test('a failed warm-up whose id EC2 does not know is not reported as removed', async () => {
  const { fill, forgetful } = aPool({ words: 'no runner in /opt/actions-runner' });
  const filled = await fill({}, forgetful);
  const failure = await failureOf(Promise.resolve().then(() => refuseIncompletePool(filled)));
  expect(failure.code).toBe('pool-incomplete');
  expect(failure.hint).toMatch(/EC2 does not know i-\w+, so it could not be ended\. The next run looks again\.$/);
});

test('an instance whose warm-up failed unattended is retired by the next run', async () => {
  const { world, console, fill, states } = aPool({ words: 'warm-up failed with 1' });
  const killed = fill({}, world.ec2, world.cancel.signal);
  // As a step dies that is killed: nothing of it is heard any more.
  world.clock.after(BOOT_MS / 2, () => world.cancel.abort(new Error('killed')));
  await expect(killed).rejects.toThrow('killed');
  await world.clock.sleep(20 * 60_000);
  expect(states()).toEqual(['stopped']);
  console.words = 'warmed up';
  const filled = await fill();
  expect(filled.judged).toMatchObject([{ decision: { why: 'its warm-up failed: warm-up failed with 1' } }]);
  await world.clock.sleep(60_000);
  expect(states()).toEqual(['terminated', 'stopped']);
});

test('a claim protects an instance for half an hour after its expiry, not for the 20 days that its runner may stay registered', async () => {
  const { world, fill, states } = aPool();
  await fill({ maxAgeMs: 12 * HOUR });
  await world.clock.sleep(60_000);
  world.github.addRunner({ name: nameClaim(world.ec2.instances[0]!.id) });
  await world.clock.sleep(12 * HOUR + 27 * 60_000);
  expect((await fill({ size: 0 })).judged).toMatchObject([
    { decision: { kind: 'keep', why: 'a start is claiming it' } },
  ]);
  await world.clock.sleep(3 * 60_000);
  const filled = await fill({ size: 0 });
  expect(filled.judged).toMatchObject([{ decision: { kind: 'retire', why: expect.stringContaining('ended at') } }]);
  await world.clock.sleep(60_000);
  expect(states()).toEqual(['terminated']);
});

test('an empty console retires no instance', async () => {
  const { world, fill } = aPool();
  await fill();
  world.ec2.consoles.clear();
  expect((await fill()).judged).toMatchObject([{ decision: { kind: 'keep' } }]);
});

test('a fill of which one launch fails keeps the other instance and fails the step', async () => {
  const { world, fill } = aPool();
  const denied = new Failure('aws-not-authorized', 'denied', { hint: 'h' });
  world.ec2.fault('launch', { error: denied, times: 1 });
  const filled = await fill({ size: 2 });
  expect(filled.launched).toHaveLength(1);
  expect(await failureOf(Promise.resolve().then(() => refuseIncompletePool(filled)))).toMatchObject({
    code: 'aws-not-authorized',
  });
});

test('an instance that a start has claimed counts neither for the size of the pool nor as ready', async () => {
  const { world, fill } = aPool();
  await fill({ size: 1 });
  await world.ec2.tagInstance(world.ec2.instances[0]!.id, { 'ci-actions:start': '01234567' });
  const filled = await fill({ size: 1 });
  expect(filled.launched).toHaveLength(1);
  expect(countReady(filled)).toBe(1);
  const again = await fill({ size: 1 });
  expect(again.launched).toEqual([]);
  expect(countReady(again)).toBe(1);
});

test('a warm-up reports how long it took, from its launch to the stopped instance', async () => {
  const { fill } = aPool();
  const { outcomes } = await fill({ size: 1 });
  const [ms, ...others] = outcomes.map((one) => (one.kind === 'ready' ? one.ms : Number.NaN));
  expect(others).toEqual([]);
  expect(ms).toBeGreaterThanOrEqual(BOOT_MS);
  expect(ms).toBeLessThan(2 * BOOT_MS);
});

test('a dry run retires and launches nothing, and reports what is missing as if it were ready', async () => {
  const { world, fill, states } = aPool();
  await fill({ size: 2 });
  await world.clock.sleep(60_000);
  const filled = await fill({ size: 3, dryRun: true, maxAgeMs: 1 });
  expect([filled.wanted, filled.launched, filled.outcomes, filled.notTerminated]).toEqual([1, [], [], []]);
  expect(countReady(filled)).toBe(3);
  expect(countReady(await fill({ size: 1, dryRun: true }))).toBe(1);
  expect(states()).toEqual(['stopped', 'stopped']);
});

test('a full pool is left alone, and the log reports each instance and no launch', async () => {
  const { world, fill } = aPool();
  await fill();
  world.said.splice(0);
  const filled = await fill();
  expect([filled.wanted, filled.launched, filled.outcomes, countReady(filled)]).toEqual([0, [], [], 1]);
  const said = world.said.join('\n');
  expect(said).toContain(`${world.ec2.instances[0]!.id} (stopped): `);
  expect(said).not.toMatch(/Launching|Retired/);
  expect(() => refuseIncompletePool(filled)).not.toThrow();
});

test('a surplus instance is retired, and only that one is listed and logged as retired', async () => {
  const { world, fill } = aPool();
  await fill();
  await world.clock.sleep(60_000);
  await fill({ size: 2 });
  const [{ id: older } = { id: '' }, { id: newer } = { id: '' }] = world.ec2.instances;
  expect(world.said.join('\n')).toMatch(/Launching 1 for pool ready, the first as t3\.xlarge on-demand/);
  const filled = await fill({ size: 1 });
  expect([listRetired(filled), countReady(filled), filled.wanted]).toEqual([[older], 1, 0]);
  expect(world.said.join('\n')).toContain(`Retired ${older}.`);
  expect(world.said.join('\n')).not.toContain(`Retired ${older}, ${newer}`);
});

test('of two retired instances only the one that EC2 ended is listed', () => {
  const judged = ['i-1', 'i-2'].map((id) => ({ instance: { id }, decision: { kind: 'retire' } }));
  expect(listRetired({ judged, notTerminated: [{ id: 'i-1', why: 'refused' }] } as unknown as Filled)).toEqual(['i-2']);
});

test('a failed warm-up is not ready, and the error counts it beside those that succeeded', async () => {
  const { console, fill } = aPool();
  const words = ['no disk left', 'warmed up'];
  Object.defineProperty(console, 'words', { get: () => words.shift() });
  const filled = await fill({ size: 2 });
  expect(countReady(filled)).toBe(1);
  const failed = filled.outcomes.flatMap((one) => (one.kind === 'failed' ? one.id : []));
  expect(await failureOf(Promise.resolve().then(() => refuseIncompletePool(filled)))).toMatchObject({
    code: 'pool-incomplete',
    message: '1 of 2 warm-ups failed.',
    hint: expect.stringMatching(/Those machines were removed\.$/),
    details: `${failed[0]}: no disk left`,
  });
});

test('an image without the agent and spot machines cannot be pooled, and one error names both', async () => {
  const { world, fill } = aPool();
  const { images } = world.ec2;
  images.splice(0, images.length, ...images.map((image) => ({ ...image, tags: {} })));
  const spot = { ...aFillRequest().machine, markets: ['spot'] as const };
  const both = await failureOf(fill({ machine: spot }));
  expect(both).toMatchObject({ code: 'bad-input', message: 'These machines cannot be pooled.' });
  expect(both.details).toMatch(/^`ec2-image-id` is ami-\w+ [^]*\n`market-type` is spot; /);
  expect(await failureOf(fill())).toMatchObject({ message: expect.stringMatching(/^`ec2-image-id` is/), details: '' });
  expect(world.ec2.instances).toEqual([]);
});

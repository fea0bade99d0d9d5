import { expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { fillPool } from '../../../../src/core/pool/fill.js';
import type { Instance } from '../../../../src/core/ports/ec2.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { SUBNET_A, SUBNET_B } from '../../../worlds/fake-catalog.js';
import { aFillRequest, aRequest, failureOf } from '../../../worlds/requests.js';

const POOL = 'ready';

/** A world with stopped `t3.xlarge` of a pool, in {@link SUBNET_A}. */
async function aPooledMachine(size = 1) {
  const world = createCloud();
  world.ec2.onLaunch(({ id, tags }) => {
    if (tags['ci-actions:runner-id'] === undefined) world.clock.after(10_000, () => world.ec2.powerOff(id));
  });
  await fillPool(aFillRequest({ pool: POOL, size }), world.ports);
  const claim = (changes: Parameters<typeof aRequest>[0]) =>
    startRunners(aRequest({ pool: POOL, waitFor: 'launched', ...changes }), world.ports);
  return { world, id: world.ec2.instances[0]!.id, claim };
}

test.each([
  ['without a subnet claims an instance in any', [], true],
  ['with its subnet claims an instance', [SUBNET_B, SUBNET_A], true],
  ['with another subnet claims no instance', [SUBNET_B], false],
])('a start %s', async (_, subnetIds, isClaimed) => {
  const { world, id, claim } = await aPooledMachine();
  const { instances } = await claim({ subnetIds });
  expect(instances[0]!.instance.id === id).toBe(isClaimed);
  const misfits = world.said.filter((sentence) => sentence.startsWith('Not every instance'));
  expect(misfits).toHaveLength(isClaimed ? 0 : 1);
});

test('a start logs that its pool has instances of a type that is not requested', async () => {
  const { world, id, claim } = await aPooledMachine();
  const { instances } = await claim({ instanceTypes: ['m5.xlarge'] });
  expect(instances[0]!.instance.id).not.toBe(id);
  expect(world.said).toContain('Not every instance of pool ready fits: no plan has its type and subnet.');
});

test('a bug while looking at a pool is not reported as an unreachable pool', async () => {
  const { world, claim } = await aPooledMachine();
  const bug = new TypeError('undefined is not a function');
  world.github.failNext('listRunners', bug);
  await expect(claim({})).rejects.toBe(bug);
});

test('a start launches when its pool cannot be looked at', async () => {
  const { world, id, claim } = await aPooledMachine();
  world.github.failNext('listRunners', new Failure('github-unreachable', 'no answer', { hint: 'h' }));
  const { instances } = await claim({});
  expect(instances[0]!.instance.id).not.toBe(id);
  expect(world.said).toContain('warning: Pool ready could not be looked at, so everything is launched: no answer');
});

test('a start that fails after it has released one claim removes the runners of the others', async () => {
  const { world, claim } = await aPooledMachine(2);
  const writeUserData = world.ec2.writeUserData.bind(world.ec2);
  let armed = 0;
  world.ec2.writeUserData = async (...given) => (armed++ === 1 ? 'gone' : writeUserData(...given));
  world.clock.after(30_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
  expect((await failureOf(claim({ count: 2, waitFor: 'online' }))).code).toBe('cancelled');
  expect(armed).toBe(2);
  // The runner of the released claim is no longer in the journal, by which the post step would remove it again.
  const started = world.journal.findLast(({ state }) => state === 'started');
  expect(started?.runnerIds).toHaveLength(2);
  expect(world.github.listed).toEqual([]);
});

test('a start that is cancelled before its first claim registers no runner', async () => {
  const { world, claim } = await aPooledMachine();
  world.github.onCall = (method) => {
    if (method === 'listRunners') world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' }));
  };
  expect((await failureOf(claim({}))).code).toBe('cancelled');
  expect(world.github.registered).toEqual([]);
});

test('a claimed instance that EC2 still reports as stopped after 20 s has died', async () => {
  const { world, id, claim } = await aPooledMachine();
  const describe = world.ec2.describeInstances.bind(world.ec2);
  const asStopped = (one: Instance): Instance => (one.id === id ? { ...one, state: 'stopped' } : one);
  world.ec2.describeInstances = async (...given) => (await describe(...given)).map(asStopped);
  const began = world.clock.now();
  expect((await failureOf(claim({ waitFor: 'online' }))).code).toBe('instance-died');
  const seconds = (world.clock.now() - began) / 1000;
  expect(seconds).toBeGreaterThanOrEqual(20);
  expect(seconds).toBeLessThan(40);
});

test('a start that may not change user data warns that its pool cannot be used, and launches', async () => {
  const { world, id, claim } = await aPooledMachine();
  const denied = new Failure('aws-not-authorized', 'You may not do that.', { hint: 'x' });
  world.ec2.writeUserData = () => Promise.reject(denied);
  const { instances } = await claim({});
  expect(instances[0]!.instance.id).not.toBe(id);
  expect(world.said).toContain('warning: Pool ready cannot be used, so instances are launched: You may not do that.');
});

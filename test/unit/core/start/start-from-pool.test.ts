import { expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { fillPool } from '../../../../src/core/pool/fill.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { SUBNET_A, SUBNET_B } from '../../../worlds/fake-catalog.js';
import { aFillRequest, aRequest, aWorld, failureOf } from '../../../worlds/requests.js';

const POOL = 'ready';

/** A world with stopped `t3.xlarge` of a pool, in {@link SUBNET_A}. */
async function aPooledMachine(size = 1) {
  const world = aWorld();
  world.ec2.onLaunch(({ id, tags }) => {
    if (tags['ci-actions:runner-id'] === undefined) world.clock.after(10_000, () => world.ec2.powerOff(id));
  });
  await fillPool(aFillRequest({ pool: POOL, size }), world.ports);
  const claim = (changes: Parameters<typeof aRequest>[0]) =>
    startRunners(aRequest({ pool: POOL, waitFor: 'launched', ...changes }), world.ports);
  return { world, id: world.ec2.instances[0]!.id, claim };
}

test.each([
  ['that names no subnet claims an instance of any', [], true],
  ['claims an instance of a subnet that it names', [SUBNET_B, SUBNET_A], true],
  ['claims no instance of a subnet that it does not name', [SUBNET_B], false],
])('a start %s', async (_, subnetIds, isClaimed) => {
  const { world, id, claim } = await aPooledMachine();
  const { instances } = await claim({ subnetIds });
  expect(instances[0]!.instance.id === id).toBe(isClaimed);
  const misfits = world.said.filter((sentence) => sentence.startsWith('Not every instance'));
  expect(misfits).toHaveLength(isClaimed ? 0 : 1);
});

test('a start says when its pool has instances of a type that it does not ask for', async () => {
  const { world, id, claim } = await aPooledMachine();
  const { instances } = await claim({ instanceTypes: ['m5.xlarge'] });
  expect(instances[0]!.instance.id).not.toBe(id);
  expect(world.said).toContain('Not every instance of pool ready fits: no plan has its type and subnet.');
});

test('a bug in the look at a pool is not taken for a pool that cannot be looked at', async () => {
  const { world, claim } = await aPooledMachine();
  const bug = new TypeError('undefined is not a function');
  world.github.failNext('listRunners', bug);
  await expect(claim({})).rejects.toBe(bug);
});

test('a pool that cannot be looked at is no reason not to start', async () => {
  const { world, id, claim } = await aPooledMachine();
  world.github.failNext('listRunners', new Failure('github-unreachable', 'no answer', { hint: 'h' }));
  const { instances } = await claim({});
  expect(instances[0]!.instance.id).not.toBe(id);
  expect(world.said).toContain('warning: Pool ready could not be looked at, so everything is launched: no answer');
});

test('a start that fails after one of its claims was given back removes the runners of the others', async () => {
  const { world, claim } = await aPooledMachine(2);
  const writeUserData = world.ec2.writeUserData.bind(world.ec2);
  let armed = 0;
  world.ec2.writeUserData = async (...given) => (armed++ === 1 ? 'gone' : writeUserData(...given));
  world.clock.after(30_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
  expect((await failureOf(claim({ count: 2, waitFor: 'online' }))).code).toBe('cancelled');
  expect(armed).toBe(2);
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

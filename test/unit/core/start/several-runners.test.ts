import { beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { readRunners } from '../../../../src/core/kernel/runner-tags.js';
import type { Instance } from '../../../../src/core/ports/ec2.js';
import type { StartContext } from '../../../../src/core/start/context.js';
import { Created } from '../../../../src/core/start/created.js';
import { Registrar } from '../../../../src/core/start/register.js';
import { composeTags, nameRunner } from '../../../../src/core/start/request.js';
import { rollBack } from '../../../../src/core/start/roll-back.js';
import { describeRunners, type StartedInstance } from '../../../../src/core/start/started.js';
import { Watch } from '../../../../src/core/start/watch.js';
import { createCloud } from '../../../worlds/cloud.js';
import { AMD64_IMAGE } from '../../../worlds/fake-catalog.js';
import { aRequest, failureOf, run } from '../../../worlds/requests.js';

/** Two instances, each with one runner for builds and two for tests. */
const request = aRequest({
  count: 2,
  runners: [
    { count: 1, label: 'build' },
    { count: 2, label: 'check' },
  ],
});

let world: ReturnType<typeof createCloud>;
let created: Created;
let registrar: Registrar;

beforeEach(() => {
  world = createCloud();
  created = Created.byStart({ ...request, regions: ['us-east-1'] });
  registrar = new Registrar({ request, groupId: 1, created, ports: world.ports } as unknown as StartContext);
});

/** The first instance, launched, with all of its runners registered. */
async function launch(): Promise<StartedInstance> {
  const runners = describeRunners(request, await registrar.register(0));
  const plan = { region: 'us-east-1', instanceType: 't3.xlarge', market: 'on-demand' } as const;
  const outcome = await world.ec2.launch({
    plan,
    imageId: AMD64_IMAGE,
    securityGroupIds: [],
    rootVolume: { deviceName: '/dev/sda1' },
    tags: composeTags(request, runners, world.clock.now()),
    userData: new Uint8Array(),
    clientToken: 'a-token',
  });
  const { instance } = outcome as { instance: Instance };
  created.instances.push({ id: instance.id, region: plan.region });
  return { instance, plan, region: plan.region, runners, launchedAt: world.clock.now() };
}

test('each runner has a name of its own, which names its instance and its place there', () => {
  const names = [0, 1].flatMap((machine) => [0, 1, 2].map((runner) => nameRunner(request, { machine, runner }, 0)));
  expect(names.map((name) => name.replace(/^.*-0123abcd/, ''))).toEqual([
    '-0-0',
    '-0-1',
    '-0-2',
    '-1-0',
    '-1-1',
    '-1-2',
  ]);
  expect(nameRunner(request, { machine: 1, runner: 2 }, 1)).toMatch(/-1-2r1$/);
});

test('the runners of an instance are registered under the labels of their roles, and its tags name all of them', async () => {
  const { instance, runners } = await launch();
  expect(world.github.registered.map(({ label }) => label)).toEqual(['build', 'check', 'check']);
  expect(readRunners(instance.tags)).toEqual(runners.map(({ id, name }) => ({ id, name })));
  expect(instance.tags[TAG.label]).toBe(request.label);
});

test('a registration that fails is reported after all others have ended, so that none is forgotten', async () => {
  const registerRunner = world.github.registerRunner.bind(world.github);
  world.github.registerRunner = async (wanted) => {
    if (wanted.name.endsWith('-0')) throw new Error('refused');
    await world.clock.sleep(1_000);
    return registerRunner(wanted);
  };
  await expect(registrar.register(0)).rejects.toThrow('refused');
  expect(created.runners).toHaveLength(2);
});

describe('a watch', () => {
  const watch = () => new Watch(world.ports, { startupTimeoutMs: 300_000 }, 6);

  test('ends when all runners of an instance are online', async () => {
    const started = await launch();
    const [first, second, third] = started.runners;
    for (const { name } of [first!, third!]) world.github.connect(name);
    world.clock.after(60_000, () => world.github.connect(second!.name));
    const begun = world.clock.now();
    await watch().untilOnline(started);
    expect(world.clock.now() - begun).toBeGreaterThanOrEqual(60_000);
    expect(started.runners.map(({ onlineAt }) => onlineAt! - begun >= 60_000)).toEqual([false, true, false]);
  });

  test('that times out names the runners that are missing', async () => {
    const started = await launch();
    world.github.connect(started.runners[1]!.name);
    const { code, message } = await failureOf(watch().untilOnline(started));
    expect(code).toBe('startup-timeout');
    const [first, , third] = started.runners.map(({ name }) => name);
    expect(message).toContain(`Runner ${first}, ${third} was not online`);
  });
});

describe('rolling back', () => {
  test('ends the instance and removes all of its runners', async () => {
    await launch();
    expect(await rollBack(created, world.ports)).toEqual([]);
    expect([world.live(), world.github.listed]).toEqual([[], []]);
  });

  test('removes all runners of an instance that EC2 lists and does not terminate', async () => {
    await launch();
    world.ec2.fault('terminate', { error: new Failure('aws-not-authorized', 'no', { hint: 'h' }) });
    expect(await rollBack(created, world.ports)).toEqual([expect.stringMatching(/^Could not terminate i-/)]);
    expect(world.github.listed).toEqual([]);
  });

  test('without knowing the instance keeps all of its runners until EC2 lists it', async () => {
    world = createCloud({ invisibleMs: 12_000 });
    registrar = new Registrar({ request, groupId: 1, created, ports: world.ports } as unknown as StartContext);
    await launch();
    const entry = { ...created.toEntry('started'), instances: [] };
    const rolledBack = rollBack(Created.fromJournal(entry, run), world.ports);
    await world.clock.sleep(10_000);
    expect(world.github.listed).toHaveLength(3);
    expect(await rolledBack).toEqual([]);
    expect([world.live(), world.github.listed]).toEqual([[], []]);
  });

  test('keeps the runners of the one instance that EC2 does not list when another one has ended', async () => {
    const { runners } = await launch();
    const others = await registrar.register(1);
    created.possiblyLaunched.push(...others);
    expect(await rollBack(created, world.ports)).toHaveLength(3);
    expect(world.github.listed.map(({ id }) => id)).toEqual(others.map(({ id }) => id));
    expect(runners.every(({ id }) => !world.github.listed.some((one) => one.id === id))).toBe(true);
  });
});

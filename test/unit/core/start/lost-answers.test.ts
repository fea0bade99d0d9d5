import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';

const BOOT_MS = 25_000;

describe('an answer that is lost', () => {
  test('to a registration: a new name, and the twin is removed', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    world.github.loseNextRegistration('after');
    const { instances } = await startRunners(aRequest(), world.ports);
    expect(instances[0]!.runners[0]!.name).toMatch(/-0123abcd-0r1$/);
    expect(world.github.listed.map(({ name }) => name)).toEqual([instances[0]!.runners[0]!.name]);
  });

  test('to a registration that never took effect: a new name all the same', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    world.github.loseNextRegistration('before');
    await startRunners(aRequest(), world.ports);
    expect(world.github.listed).toHaveLength(1);
  });

  test.each([
    ['when the start is ready', undefined],
    ['when it fails', new Failure('cancelled', 'c', { hint: 'h' })],
  ])('to a registration that takes effect only later: the twin is removed %s', async (_, reason) => {
    const world = createCloud({ bootMs: BOOT_MS });
    world.github.loseNextRegistration('before');
    world.clock.after(5_000, () => world.github.addRunner({ name: 'ec2-77-1-start-0123abcd-0' }));
    if (reason) world.clock.after(10_000, () => world.cancel.abort(reason));
    const outcome = await startRunners(aRequest(), world.ports).catch((error: unknown) => error);
    expect(outcome instanceof Failure ? outcome.code : undefined).toBe(reason?.code);
    expect(world.github.listed.map(({ name }) => name)).not.toContain('ec2-77-1-start-0123abcd-0');
  });

  test.each([5, 55])('to every registration for %d s: waited out, each time under a new name', async (seconds) => {
    const world = createCloud({ bootMs: BOOT_MS });
    const until = world.clock.now() + seconds * 1_000;
    const names: string[] = [];
    const registerRunner = world.github.registerRunner.bind(world.github);
    world.github.registerRunner = async (wanted) => {
      names.push(wanted.name);
      return world.clock.now() < until ? 'unanswered' : registerRunner(wanted);
    };
    await startRunners(aRequest(), world.ports);
    expect(new Set(names).size).toBe(names.length);
    expect(world.github.listed).toHaveLength(1);
  });

  test('to every registration, and the step is cancelled meanwhile: no further registration', async () => {
    const world = createCloud();
    for (let i = 0; i < 100; i++) world.github.loseNextRegistration('after');
    const began = world.clock.now();
    world.clock.after(20_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('cancelled');
    expect(world.clock.now() - began).toBeLessThan(21_000);
    expect(world.github.listed).toEqual([]);
  });

  test('again and again, while GitHub reports each new name as taken', async () => {
    const world = createCloud();
    for (let again = 0; again < 4; again++) {
      world.github.addRunner({ name: `ec2-77-1-start-0123abcd-0${again === 0 ? '' : `r${again}`}`, busy: true });
    }
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('runner-name-taken');
    expect(world.ec2.instances).toEqual([]);
  });

  test('to every registration: nothing is launched', async () => {
    const world = createCloud();
    const began = world.clock.now();
    for (let i = 0; i < 100; i++) world.github.loseNextRegistration('after');
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure.code).toBe('github-unreachable');
    // The bound is a time, not a number of tries: without pauses those would be over within a second.
    expect(failure.message).toMatch(/requests to register a runner in 60 s\.$/);
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(60_000);
    expect(world.github.calls.filter((call) => call.startsWith('registerRunner')).length).toBeLessThan(30);
    expect(world.ec2.instances).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });

  test('to a launch: the instance is found by its tags and removed', async () => {
    const world = createCloud();
    world.ec2.fault('launch', {
      error: new Failure('aws-unreachable', 'no answer', { hint: 'again' }),
      afterEffect: true,
    });
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('aws-unreachable');
    expect(world.ec2.instances).toHaveLength(1);
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });
});

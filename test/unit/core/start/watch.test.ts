import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';

const BOOT_MS = 25_000;

describe('a wait', () => {
  test('ends at once when the instance dies, with the reason and the last lines of its console', async () => {
    const world = createCloud();
    const began = world.clock.now();
    world.ec2.onLaunch((instance) => {
      world.ec2.consoles.set(
        instance.id,
        '[ 1.0] Linux\r\nci-actions phase=agent uptime=3.10 at=2026-01-01T00:00:09.000Z\r\nci-actions phase=power-off uptime=4.00 at=2026-01-01T00:00:10.000Z pre-runner script failed with 7\r\n',
      );
      world.clock.after(9_000, () => world.ec2.end(instance.id));
    });
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure.code).toBe('instance-died');
    expect(failure.message).toContain('Client.InstanceInitiatedShutdown');
    expect(failure.details).toContain('Boot phases, in seconds after the launch: agent 9.0, power-off 10.0');
    expect(failure.why).toBe('The boot agent powered the instance off: pre-runner script failed with 7.');
    expect(failure.details).toContain('console: [ 1.0] Linux');
    expect(world.clock.now() - began).toBeLessThan(21_000);
    expect(world.github.listed).toEqual([]);
  });

  test('ends at the timeout, with everything removed', async () => {
    const world = createCloud();
    const began = world.clock.now();
    const failure = await failureOf(startRunners(aRequest(), world.ports));
    expect(failure.code).toBe('startup-timeout');
    expect(failure.details).toContain('Boot phases, in seconds after the launch: none seen');
    expect(world.clock.now() - began).toBe(300_000);
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
    expect(world.journal.at(-1)?.state).toBe('rolled-back');
  });

  test('ends by the time since the instance is running, if the start counts from there, and names the line', async () => {
    const world = createCloud();
    const began = world.clock.now();
    const failure = await failureOf(startRunners(aRequest({ runningMs: 300_000 }), world.ports));
    expect(failure.message).toMatch(/was not online 5 min after i-\w+ was running\.$/);
    expect(failure.hint).toContain('`startup-timeout-minutes: 15`');
    expect(world.clock.now() - began).toBeGreaterThan(300_000);
    expect(world.clock.now() - began).toBeLessThan(310_000);
  });

  test('bounds the time until the instance is running as well', async () => {
    const world = createCloud();
    world.ec2.describeInstances = async () => [];
    const began = world.clock.now();
    const failure = await failureOf(startRunners(aRequest({ runningMs: 300_000 }), world.ports));
    expect(failure.message).toMatch(/was not online 10 min after i-\w+ was launched\.$/);
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(600_000);
  });

  test.each(['github-unauthorized', 'github-forbidden'] as const)('ends at once on %s', async (code) => {
    const world = createCloud({ bootMs: BOOT_MS });
    const began = world.clock.now();
    world.github.failNext('readRunner', new Failure(code, 'no', { hint: 'h' }));
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe(code);
    expect(world.clock.now() - began).toBeLessThan(10_000);
    expect(world.live()).toEqual([]);
  });

  test.each(['github-unreachable', 'github-rate-limited'] as const)('outlasts %s', async (code) => {
    const world = createCloud({ bootMs: BOOT_MS });
    world.github.failNext('readRunner', new Failure(code, 'down', { hint: 'h' }), 15);
    await startRunners(aRequest(), world.ports);
    expect(world.journal.at(-1)?.state).toBe('confirmed');
  });

  test('ends when the runner is removed from GitHub', async () => {
    const world = createCloud();
    world.ec2.onLaunch((instance) => {
      world.clock.after(10_000, () => world.github.remove(instance.tags['ci-actions:runner-name']!));
    });
    expect((await failureOf(startRunners(aRequest(), world.ports))).code).toBe('runner-removed');
    expect(world.live()).toEqual([]);
  });

  test('that is cancelled removes everything', async () => {
    const world = createCloud({ bootMs: BOOT_MS });
    world.clock.after(8_000, () => world.cancel.abort(new Failure('cancelled', 'c', { hint: 'h' })));
    expect((await failureOf(startRunners(aRequest({ count: 3 }), world.ports))).code).toBe('cancelled');
    expect(world.ec2.instances).toHaveLength(3);
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });

  test("slows down when GitHub's rate limit runs low", async () => {
    const world = createCloud({ bootMs: 60_000 });
    world.github.pace = 5;
    await startRunners(aRequest(), world.ports);
    expect(world.github.calls.filter((call) => call.startsWith('readRunner')).length).toBeLessThan(12);
  });

  test('for several instances ends for all of them when one dies', async () => {
    const world = createCloud();
    let launched = 0;
    world.ec2.onLaunch((instance) => {
      if (++launched === 2) world.clock.after(6_000, () => world.ec2.end(instance.id));
      else world.clock.after(BOOT_MS, () => world.bringOnline(instance));
    });
    expect((await failureOf(startRunners(aRequest({ count: 3 }), world.ports))).code).toBe('instance-died');
    expect(world.live()).toEqual([]);
    expect(world.github.listed).toEqual([]);
  });
});

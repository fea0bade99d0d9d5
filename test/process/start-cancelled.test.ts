import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Ec2Event } from '../../sandbox/ec2/world/events.js';
import type { StepResult } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';
import { errorOf, inSandbox, logOf, type How, type Inputs, type Scene } from '../worlds/sandbox/scene.js';
import { accelerated } from './accelerated.js';

/** GitHub sends SIGTERM this long after SIGINT. */
const GRACE_MS = 7_500;

/** The start's clock is slower than the real one, so that what it computes takes as little of its time as on a fast machine. */
const SLOWNESS = 4;

/** Instances that stay on even when their runner is gone. */
const idle = { machines: false };

interface Interrupted {
  readonly main: StepResult;
  /** From the signal to the end of the process, by the clock of the process. */
  readonly afterMs: number;
}

/** Signals a start as soon as this many of its instances are in this state. */
async function interrupt(
  scene: Scene,
  signal: NodeJS.Signals,
  { at, times = 1, inputs = {} }: { at: Ec2Event['name']; times?: number; inputs?: Inputs },
): Promise<Interrupted> {
  let kill: Parameters<NonNullable<How['onStart']>>[0] | undefined;
  let sentAt = 0;
  let left = times;
  scene.sandbox.on(({ name }) => {
    if (name !== at || --left !== 0) return;
    sentAt = performance.now();
    kill?.(signal);
  });
  const environment = accelerated(1 / SLOWNESS);
  const main = await scene.start(inputs, { environment, onStart: (given) => (kill = given) });
  expect(sentAt).toBeGreaterThan(0);
  return { main, afterMs: (performance.now() - sentAt) / SLOWNESS };
}

test.concurrent('a start whose log is no longer read, because the runner has died, rolls back', () =>
  inSandbox({}, async (scene) => {
    const node = join(scene.directory, 'node');
    const program = `"${findNode24()}" "$@" | sed '/^Launched/q'\nexit "\${PIPESTATUS[0]}"`;
    writeFileSync(node, `#!/bin/bash\n${program}\n`, { mode: 0o755 });
    const main = await scene.start({}, { node });
    expect(main.lines.at(-1)).toMatch(/^Launched /);
    expect(main.code).toBe(1);
    expect(JSON.parse(main.state['journal'] ?? '{}')).toMatchObject({ state: 'rolled-back' });
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent(
  'a start that is cancelled while it waits removes everything in time, and leaves nothing to its post step',
  () =>
    inSandbox({ timeline: { bootMs: 1_000 } }, async (scene) => {
      const { main, afterMs } = await interrupt(scene, 'SIGINT', { at: 'running', times: 3, inputs: { count: '3' } });
      expect(main.code).toBe(1);
      expect(afterMs).toBeLessThan(GRACE_MS);
      expect(errorOf(main)).toBe(
        'The step was cancelled (SIGINT).\nWhat to do: Nothing: everything that was started was rolled back.\nCode: cancelled',
      );
      await scene.expectNothingIsLeft();
      expect(scene.sandbox.ec2.instances()).toHaveLength(3);
      const before = scene.sandbox.requests.length;
      expect(await scene.finish(main)).toMatchObject({ code: 0, lines: [] });
      expect(scene.sandbox.requests).toHaveLength(before);
    }),
);

test.concurrent('a start that is cancelled during a launch removes that instance, too', () =>
  inSandbox(idle, async (scene) => {
    scene.sandbox.intercept = ({ operation }) =>
      operation === 'RunInstances' ? { kind: 'stall', ms: 1_000 } : undefined;
    const { main, afterMs } = await interrupt(scene, 'SIGINT', { at: 'pending' });
    expect(main.code).toBe(1);
    expect(afterMs).toBeLessThan(GRACE_MS);
    expect(scene.sandbox.ec2.instances()).toHaveLength(1);
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('a start that is killed while it waits is cleaned up by its post step', () =>
  inSandbox({}, async (scene) => {
    const { main } = await interrupt(scene, 'SIGKILL', { at: 'running', times: 2, inputs: { count: '2' } });
    expect(main).toMatchObject({ code: null, outputs: {}, summary: '' });
    expect(scene.sandbox.github.runners()).toHaveLength(2);
    const post = await scene.finish(main);
    expect(post.code).toBe(0);
    expect(logOf(post)).toMatch(/^The start did not finish; removing everything that it left behind\.$/m);
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent(
  'a start that is killed before EC2 answers is cleaned up by its post step, which finds the instance by its tags',
  () =>
    inSandbox(idle, async (scene) => {
      scene.sandbox.intercept = ({ operation }) =>
        operation === 'RunInstances' ? { kind: 'stall', ms: 1_000 } : undefined;
      const { main } = await interrupt(scene, 'SIGKILL', { at: 'pending' });
      expect(JSON.parse(main.state['journal'] ?? '{}')).toMatchObject({ instances: [], state: 'started' });
      expect((await scene.finish(main)).code).toBe(0);
      expect(scene.sandbox.ec2.instances()).toHaveLength(1);
      await scene.expectNothingIsLeft();
    }),
);

test.concurrent('a post step that may no longer terminate instances fails, and reports what is left', () =>
  inSandbox(idle, async (scene) => {
    const { main } = await interrupt(scene, 'SIGKILL', { at: 'running' });
    scene.sandbox.ec2.denied.add('ec2:TerminateInstances');
    const post = await scene.finish(main);
    expect(post.code).toBe(1);
    expect(errorOf(post)).toMatch(
      /^Not everything that this start left behind could be removed\.\nWhat to do: Run stop-runner /,
    );
    expect(logOf(post)).toMatch(
      /^Could not terminate i-\w+ in us-east-1: The AWS credentials lack the permission ec2:TerminateInstances/m,
    );
    expect(scene.sandbox.github.runners()).toEqual([]);
  }),
);

test.concurrent('a start that is killed and has no post step is cleaned up by stop-runner without a label or id', () =>
  inSandbox({}, async (scene) => {
    await interrupt(scene, 'SIGKILL', { at: 'running', times: 2, inputs: { count: '2' } });
    const stop = await scene.stop();
    expect(stop.code).toBe(0);
    expect(JSON.parse(stop.outputs['ec2-instance-ids'] ?? '')).toHaveLength(2);
    await scene.expectNothingIsLeft();
  }),
);

import { expect, test } from '@jest/globals';
import { inPastRun } from '../worlds/sandbox/leftovers.js';
import { expectOnlyThePool, fill, POOL, rowsOf, waiting } from '../worlds/sandbox/pool.js';
import { inSandbox, type How, type Scene } from '../worlds/sandbox/scene.js';

/**
 * The fault matrix (docs/inside/faults.md) has a cell for every point of a claim, every way to die there and every
 * cleaner, but its machines are a model. Here the real agent boots with the user data of a start that was killed: before
 * the instance is seen to be claimed, when it is claimed and off, and when it is on.
 */
const DEATHS = [
  ['the user data', /^ModifyInstanceAttribute$/, 'reap-runners'],
  ['the tags', /^CreateTags$/, 'the post step'],
  ['the start', /^StartInstances$/, 'stop-runner'],
] as const;

/** The cleaners, of which one follows each killed start. */
const CLEANERS = {
  'the post step': async (scene: Scene, { main }: Killed) => scene.finish(main),
  'stop-runner': async (scene: Scene, { how }: Killed) => scene.stop({}, how),
  'reap-runners': async (scene: Scene) => scene.reap(),
} as const;

interface Killed {
  readonly main: Awaited<ReturnType<Scene['start']>>;
  readonly how: How;
}

/** Kills a start as soon as this request has taken effect. */
async function killAt(scene: Scene, operation: RegExp): Promise<Killed> {
  const how = inPastRun(scene);
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  scene.sandbox.intercept = (request) => {
    if (!operation.test(request.operation)) return undefined;
    kill('SIGKILL');
    return { kind: 'stall', ms: 500 };
  };
  const main = await scene.start(POOL, { ...how, onStart: (killStart) => (kill = killStart) });
  scene.sandbox.intercept = undefined;
  expect(main.code).toBeNull();
  return { main, how };
}

for (const [name, operation, cleaner] of DEATHS) {
  test.concurrent(
    `a claim killed at ${name} is cleaned up by ${cleaner}, and the instances that are back in the pool serve the next start`,
    () =>
      inSandbox({}, async (scene) => {
        await fill(scene, 2);
        const killed = await killAt(scene, operation);
        expect((await CLEANERS[cleaner](scene, killed)).code).toBe(0);
        await expectOnlyThePool(scene);
        const back = waiting(scene).map(({ id }) => id);
        expect(back).toHaveLength(name === 'the user data' ? 2 : 1);
        // Claims all waiting instances, the one of the killed start included.
        const next = await scene.start({ ...POOL, count: `${back.length}` });
        expect(
          rowsOf(next)
            .map(({ instance }) => instance)
            .toSorted(),
        ).toEqual(back.toSorted());
        const jobs = back.map(() => scene.queue(next.outputs['label']));
        expect(new Set(await Promise.all(jobs.map(({ finished }) => finished)))).toEqual(new Set(['success']));
        await scene.expectNothingIsLeft();
      }),
  );
}

import { expect, test } from '@jest/globals';
import { inPastRun } from '../worlds/sandbox/leftovers.js';
import { expectOnlyThePool, fill, POOL, rowsOf, waiting } from '../worlds/sandbox/pool.js';
import { inSandbox, type How, type Scene } from '../worlds/sandbox/scene.js';

/**
 * Every point of a claim, every way to die there and everyone who cleans up is a cell of the fault matrix, whose machines
 * are a model (docs/inside/faults.md). Here it is the real agent that boots with what the dead have told the machine: one point
 * before anybody can see that it is claimed, one when it is claimed and off, one when it is on.
 */
const DEATHS = [
  ['the user data', /^ModifyInstanceAttribute$/, 'reap-runners'],
  ['the tags', /^CreateTags$/, 'the post step'],
  ['the start', /^StartInstances$/, 'stop-runner'],
] as const;

/** Whoever comes after the dead. */
const CLEANERS = {
  'the post step': async (scene: Scene, { main }: Killed) => scene.finish(main),
  'stop-runner': async (scene: Scene, { how }: Killed) => scene.stop({}, how),
  'reap-runners': async (scene: Scene) => scene.reap(),
} as const;

interface Killed {
  readonly main: Awaited<ReturnType<Scene['start']>>;
  readonly how: How;
}

/** A start that is killed as this request has taken effect. */
async function killAt(scene: Scene, operation: RegExp): Promise<Killed> {
  const how = inPastRun(scene);
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  scene.sandbox.intercept = (request) => {
    if (!operation.test(request.operation)) return undefined;
    kill('SIGKILL');
    return { kind: 'stall', ms: 500 };
  };
  const main = await scene.start(POOL, { ...how, onStart: (given) => (kill = given) });
  scene.sandbox.intercept = undefined;
  expect(main.code).toBeNull();
  return { main, how };
}

for (const [name, operation, cleaner] of DEATHS) {
  test.concurrent(`a claim killed at ${name} leaves nothing to ${cleaner}, and what is back serves the next`, () =>
    inSandbox({}, async (scene) => {
      await fill(scene, 2);
      const killed = await killAt(scene, operation);
      expect((await CLEANERS[cleaner](scene, killed)).code).toBe(0);
      await expectOnlyThePool(scene);
      const back = waiting(scene).map(({ id }) => id);
      expect(back).toHaveLength(name === 'the user data' ? 2 : 1);
      // All that wait, so that the one that the dead have touched is among them.
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

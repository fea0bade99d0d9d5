import { expect, test } from '@jest/globals';
import type { Fault } from '../../sandbox/http.js';
import { inPastRun } from './aftermath.js';
import { expectOnlyThePool, fill, POOL, rowsOf, waiting } from './pooling.js';
import { inSandbox, type How, type Scene } from './suite.js';

/** The requests of a claim, in their order; the second is sent twice, for user data and for the end of the machine. */
const REQUESTS: readonly (readonly [name: string, operation: RegExp, nth: number])[] = [
  ['the runner', /generate-jitconfig$/, 1],
  ['the user data', /^ModifyInstanceAttribute$/, 1],
  ['the shutdown behaviour', /^ModifyInstanceAttribute$/, 2],
  ['the tags', /^CreateTags$/, 1],
  ['the start', /^StartInstances$/, 1],
];

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

/** A start that is killed as this request arrives, which takes effect all the same or does not. */
async function killAt(scene: Scene, [, operation, nth]: (typeof REQUESTS)[number], fault: Fault): Promise<Killed> {
  const how = inPastRun(scene);
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  let left = nth;
  scene.sandbox.intercept = (request) => {
    if (!operation.test(request.operation) || --left !== 0) return undefined;
    kill('SIGKILL');
    return fault;
  };
  const main = await scene.start(POOL, { ...how, onStart: (given) => (kill = given) });
  scene.sandbox.intercept = undefined;
  expect(main.code).toBeNull();
  return { main, how };
}

const effects: readonly (readonly [string, Fault])[] = [
  ['before it takes effect', { kind: 'reset-before' }],
  ['when it has taken effect', { kind: 'stall', ms: 500 }],
];

describeAll();

function describeAll(): void {
  for (const request of REQUESTS) {
    for (const [when, fault] of effects) {
      for (const [name, clean] of Object.entries(CLEANERS)) {
        test.concurrent(`a claim killed at ${request[0]}, ${when}, leaves nothing to ${name}`, () =>
          inSandbox({}, async (scene) => {
            await fill(scene, 1);
            const killed = await killAt(scene, request, fault);
            expect((await clean(scene, killed)).code).toBe(0);
            await expectOnlyThePool(scene);
            const [back] = waiting(scene);
            if (!back) return;
            // What is still the pool's can still be claimed.
            const next = await scene.start(POOL);
            expect(rowsOf(next)).toMatchObject([{ instance: back.id, pool: 'ready' }]);
            expect(await scene.queue(next.outputs['label']).finished).toBe('success');
            await scene.expectNothingIsLeft();
          }),
        );
      }
    }
  }
}

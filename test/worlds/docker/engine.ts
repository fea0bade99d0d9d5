import { beforeAll, describe } from '@jest/globals';
import { findEngine, startEngine } from './start-engine.js';

export { runDocker, startEngine, startIsolatedEngine, type EngineVariables } from './start-engine.js';

const START_MS = 90_000;

/**
 * Describes tests that need a real Docker engine. They use the engine that answers on this machine; otherwise one engine
 * is started for all test files of this run of jest, and ends with it. The stand-in images are there. DOCKER_HOST and
 * DOCKER_CONFIG are set in `process.env`. Without an engine and without root, the tests are left out, which is printed.
 */
export function describeWithDocker(title: string, body: () => void): void {
  const canStart = findEngine() !== undefined || process.getuid?.() === 0;
  if (!canStart)
    process.stderr.write(`Left out, because no Docker engine answers and only root can start one: ${title}\n`);
  (canStart ? describe : describe.skip)(title, () => {
    beforeAll(() => void Object.assign(process.env, startEngine()), START_MS);
    body();
  });
}

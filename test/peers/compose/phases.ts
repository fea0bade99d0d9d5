import { existsSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PhaseName } from '../../../src/core/compose/outcome.js';
import type { ComposeStage } from './stage.js';

export const project = fileURLToPath(new URL('../../fixtures/compose-phases', import.meta.url));
/** Long enough for a test to see the phase, on a machine that many others use. */
const SECONDS = 20;

/** The inputs with which a phase of the project compose-phases lasts. */
export function holdPhase(
  phase: PhaseName,
  world: { readonly registry: string; readonly once: string },
): Record<string, string> {
  const held = (name: PhaseName): string => (name === phase ? String(SECONDS) : '0');
  const env = {
    UP: held('up'),
    READY: held('ready'),
    SESSION: held('session'),
    BUILD: held('build'),
    ONCE: world.once,
    ...(phase === 'pull' && { REMOTE: `${world.registry}/never:1` }),
    ...(phase === 'down' && { STUBBORN: 'stubborn' }),
  };
  const script = (name: PhaseName): string => `echo "${name} of the project"; sleep ${held(name)}`;
  return {
    directory: 'compose-phases',
    session: 'built',
    env: JSON.stringify(env),
    setup: script('setup'),
    assert: script('assert'),
    teardown: script('teardown'),
    collect: 'built:/results',
  };
}

/** Waits until run-compose has begun a phase, as its folder of artifacts shows. `false`: the step ended before. */
export async function phaseBegins(stage: ComposeStage, phase: PhaseName, ended: AbortSignal): Promise<boolean> {
  const root = join(stage.temp, 'ci-actions');
  const begun = (): boolean =>
    existsSync(root) &&
    readdirSync(root).some((name) => readdirSync(join(root, name)).some((folder) => folder.endsWith(`__${phase}`)));
  while (!begun()) {
    if (ended.aborted) return false;
    await sleep(10);
  }
  return true;
}

/** A registry of images that takes connections and never answers. */
export function startSilentRegistry(): Promise<{ readonly address: string; close(): void }> {
  const server: Server = createServer(() => {});
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      resolve({ address: `127.0.0.1:${port}`, close: () => server.close() });
    }),
  );
}

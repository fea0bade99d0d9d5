import { join } from 'node:path';
import { listProcesses } from '../../sandbox/machine/processes.js';
import type { Sandbox } from '../../sandbox/sandbox.js';

const PATIENCE_MS = 15_000;

/** What is left in a sandbox, looked at behind the APIs. @param disks the folder with its instances' disks */
export function listRemains({ ec2, github }: Sandbox, disks: string): string[] {
  const live = ec2.instances().filter(({ state }) => state !== 'terminated');
  const processes = ec2
    .instances()
    .flatMap(({ id }) => listProcesses({ marker: `CI_ACTIONS_ROOT=${join(disks, id)}` }));
  return [
    ...live.map(({ id, state }) => `instance ${id} (${state})`),
    ...[...ec2.volumes.keys()].map((id) => `volume ${id}`),
    ...github.runners().map(({ name }) => `runner ${name}`),
    ...processes.map((pid) => `process ${pid}`),
  ];
}

/** Resolves after the event that makes it so, or when {@link PATIENCE_MS} are over. */
export async function waitUntil(sandbox: Sandbox, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(done, PATIENCE_MS);
    const forget = sandbox.on(() => isSo() && done());
  });
}

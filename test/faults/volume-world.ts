import { attach } from '../../sandbox/ec2/rules/attachments.js';
import { takeSnapshot } from '../../sandbox/ec2/rules/snapshots.js';
import { addVolume } from '../../sandbox/ec2/rules/volumes.js';
import type { VolumeRecord } from '../../sandbox/ec2/world/volume-records.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import type { StepResult } from '../../sandbox/step.js';
import { VOLUME, type VolumeConfig } from './cell.js';
import { placeHolder } from './neighbors.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** As many snapshots as a start of the matrix keeps. */
export const KEPT_SNAPSHOTS = 2;

/** Another repository's volume of the same name, which no step may touch. */
export function settleVolumeBeside(sandbox: Sandbox): void {
  place(sandbox, 'octo-org/other-repo');
}

/** The volume as earlier runs have left it, with one snapshot more than is kept. @returns its id, if there is one */
export function settleVolume(sandbox: Sandbox, { before, takesSnapshot = false }: VolumeConfig): string | undefined {
  if (before === 'none') return undefined;
  const volume = place(sandbox, sandbox.github.repository);
  for (let age = takesSnapshot ? KEPT_SNAPSHOTS + 1 : 0; age > 0; age--) {
    const snapshot = takeSnapshot(sandbox.ec2, volume, { tags: new Map(volume.tags) });
    Object.assign(snapshot, { createdAt: Date.now() - age * HOUR_MS, state: 'completed' });
  }
  if (before === 'held') attach(sandbox.ec2, volume, { instance: placeHolder(sandbox), device: '/dev/sdf' });
  return volume.id;
}

function place({ ec2 }: Sandbox, repository: string): VolumeRecord {
  const tags = {
    Name: VOLUME,
    'ci-actions:repository': repository,
    'ci-actions:volume': VOLUME,
    'ci-actions:keep-until': new Date(Date.now() + 3 * DAY_MS).toISOString(),
  };
  const settings = { sizeGiB: 8, type: 'gp3', encrypted: true };
  const volume = addVolume(ec2, settings, { zone: `${ec2.region}a`, tags: new Map(Object.entries(tags)) });
  return Object.assign(volume, { createdAt: Date.now() - 9 * DAY_MS });
}

/** A job on the machine of a start ends well, so that a stop may take a snapshot. */
export function playJob({ github }: Sandbox, start: Pick<StepResult, 'code' | 'outputs'>): void {
  if (start.code !== 0) return;
  const [runner] = JSON.parse(start.outputs['runners'] ?? '[]') as { name: string }[];
  if (runner) github.hostJob('build', runner.name).end('success');
}

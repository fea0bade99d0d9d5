import { makeId } from '../world/ids.js';
import type { SnapshotRecord, VolumeRecord } from '../world/volume-records.js';
import type { Ec2World } from '../world/world.js';

const SNAPSHOT_MS = 50;

/** pending → completed. It has the volume's content of this moment. */
export function takeSnapshot(
  world: Ec2World,
  volume: VolumeRecord,
  given: Pick<SnapshotRecord, 'tags' | 'description'>,
): SnapshotRecord {
  const snapshot: SnapshotRecord = {
    ...given,
    id: makeId('snap-'),
    sizeGiB: volume.sizeGiB,
    volumeId: volume.id,
    encrypted: volume.encrypted,
    ...(volume.kmsKeyId !== undefined && { kmsKeyId: volume.kmsKeyId }),
    createdAt: Date.now(),
    state: 'pending',
  };
  world.snapshots.set(snapshot.id, snapshot);
  world.storage?.copy(volume.id, snapshot.id);
  world.after(world.timeline.snapshotMs ?? SNAPSHOT_MS, () => {
    if (snapshot.state === 'pending') snapshot.state = 'completed';
  });
  return snapshot;
}

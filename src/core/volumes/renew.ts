import type { Clock } from '../kernel/clock.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import { readKept, renderKeepUntil } from '../kernel/kept.js';
import type { DataVolumeRequest } from '../machine/data-volume-request.js';
import type { Log } from '../ports/process.js';
import type { DataVolume, VolumesEc2 } from '../ports/volumes.js';

interface RenewPorts {
  readonly volumes: Pick<VolumesEc2, 'tagResource'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** For how long EC2 may not know a volume that it has just attached, and how often it is asked meanwhile. */
const UNKNOWN_MS = 10_000;
const CADENCE_MS = 1_000;

/**
 * Marks a volume as used, so that it is kept for some more days. A person chose the time of a volume that is named by its
 * id: a later one stays. The instance has the volume in any case, so a failure is only reported.
 */
export async function renew(
  { id, tags }: DataVolume,
  request: DataVolumeRequest,
  { volumes, clock, log }: RenewPorts,
): Promise<void> {
  const keepUntil = renderKeepUntil(clock.now(), request.keepDays);
  const kept = readKept(tags);
  const isLater = kept && 'until' in kept && kept.until >= Date.parse(keepUntil);
  if (request.id !== undefined && isLater) return;
  const deadline = clock.now() + UNKNOWN_MS;
  try {
    while ((await volumes.tagResource(id, { [TAG.keepUntil]: keepUntil })) === 'absent') {
      if (clock.now() >= deadline) return warn('EC2 does not know it.');
      await clock.sleep(CADENCE_MS);
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    warn(`${messageOf(error)} ${error.hint}`);
  }

  function warn(why: string): void {
    log.warning(`Volume ${id} could not be marked as used, so reap-runners may delete it too soon: ${why}`);
  }
}

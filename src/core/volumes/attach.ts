import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import type { VolumeSpec } from '../ports/catalog.js';
import type { Log } from '../ports/process.js';
import type { DataVolume, VolumesEc2 } from '../ports/volumes.js';
import { vanished } from './holder.js';

export interface AttachRequest {
  readonly volumeId: string;
  readonly instanceId: string;
  readonly device: string;
  /** For how long the instance may not be running yet, in ms. */
  readonly boundMs: number;
  readonly signal: AbortSignal;
  /**
   * Called when another instance holds the volume. Throws, unless the start waits for that instance.
   *
   * @param waitedMs since the launch, if it is too late to go on waiting
   */
  readonly onHeld: (volume: DataVolume, waitedMs: number | undefined) => Promise<void>;
}

interface AttachPorts {
  readonly volumes: Pick<VolumesEc2, 'attachVolume' | 'describeVolume'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** No instance runs sooner after its launch. */
const SOONEST_MS = 1_500;

/**
 * Milliseconds until the next try, by milliseconds since the launch. The boot agent waits for the device, so at first
 * there is a try every second; EC2 refuses to attach to an instance that is not running yet.
 */
export function attachCadence(elapsed: number): number {
  return elapsed < 20_000 ? 1_000 : 3_000;
}

/** Attaches a volume to a fresh instance. @throws Failure `startup-timeout`, `data-volume-unusable`; the signal's reason */
export async function attachWhenRunning(request: AttachRequest, { volumes, clock, log }: AttachPorts): Promise<void> {
  const { volumeId, instanceId, device, boundMs, signal, onHeld } = request;
  const launchedAt = clock.now();
  await clock.sleep(SOONEST_MS, signal);
  for (;;) {
    const outcome = await volumes.attachVolume(volumeId, instanceId, device);
    const elapsed = clock.now() - launchedAt;
    if (outcome === 'absent') throw vanished(volumeId);
    const held = outcome === 'in-use' ? await describe(volumeId, volumes) : undefined;
    // The answer to an earlier try may have been lost.
    const isOwn = held?.attachments.some((one) => one.instanceId === instanceId);
    if (held && !isOwn) {
      if (held.attachments.length > 0) await onHeld(held, elapsed >= boundMs ? elapsed : undefined);
    } else if (outcome !== 'not-ready') {
      return log.info(
        `Attached volume ${volumeId} to ${instanceId}, ${(elapsed / 1_000).toFixed(1)} s after its launch.`,
      );
    }
    if (elapsed >= boundMs) throw notAttached(request, elapsed);
    await clock.sleep(attachCadence(elapsed), signal);
  }
}

async function describe(volumeId: string, volumes: Pick<VolumesEc2, 'describeVolume'>): Promise<DataVolume> {
  const volume = await volumes.describeVolume(volumeId);
  if (volume === undefined) throw vanished(volumeId);
  return volume;
}

function notAttached({ volumeId, instanceId }: AttachRequest, elapsed: number): Failure {
  const seconds = Math.round(elapsed / 1_000);
  return new Failure(
    'startup-timeout',
    `Volume ${volumeId} could not be attached to ${instanceId} within ${seconds} s.`,
    {
      hint: 'The instance was not running by then, or another one held the volume. Run the job again, or raise `startup-timeout-minutes`.',
    },
  );
}

/** EBS's names for further volumes, `/dev/sdf` to `/dev/sdp`. Source: EC2 user guide, "Device names for volumes". */
const LETTERS = 'fghijklmnop'.split('');

/** The first device name that no volume of the launch has. `/dev/sdf` and `/dev/xvdf` are the same device. */
export function findFreeDevice(volumes: readonly Pick<VolumeSpec, 'deviceName'>[]): string {
  const taken = new Set(volumes.map(({ deviceName }) => /^\/dev\/(?:sd|xvd)([a-z])/.exec(deviceName)?.[1]));
  const letter = LETTERS.find((one) => !taken.has(one));
  if (letter === undefined) {
    throw new Failure('bad-input', '`data-volume`: the image has volumes on all of /dev/sdf to /dev/sdp.', {
      hint: 'Use an image with fewer volumes. Nothing was launched.',
    });
  }
  return `/dev/sd${letter}`;
}

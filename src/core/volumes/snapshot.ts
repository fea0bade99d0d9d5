import type { LocatedInstance } from '../instances/located-instance.js';
import type { VolumeEnding } from '../instances/volume-ending.js';
import { readBootPhases } from '../kernel/boot-phases.js';
import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import { TAG, type Run } from '../kernel/identity.js';
import { renderKeepUntil } from '../kernel/kept.js';
import { readRunners } from '../kernel/runner-tags.js';
import { hasTags } from '../kernel/tags.js';
import type { Ec2, Ec2ByRegion } from '../ports/ec2.js';
import type { RunJob } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import type { VolumesEc2 } from '../ports/volumes.js';
import { findFailedJob, listSurplus, readClosing } from './snapshot-rules.js';
import { findBy, parseVolumeTag, type VolumeOfInstance } from './tags.js';

export interface SnapshotPorts {
  readonly ec2In: Ec2ByRegion;
  /** The jobs of the run's attempt. It needs "Actions: read". @throws Failure */
  readonly listJobs: () => Promise<readonly RunJob[]>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** How long a volume may take to be free after its machine was told to end: it unmounts the volume and shuts down. */
const FREE_BOUND_MS = 5 * 60_000;
const FREE_CADENCE_MS = 3_000;
/** How long EC2 may take to post the last lines of a console after the end of the machine. */
const CONSOLE_BOUND_MS = 60_000;
const CONSOLE_CADENCE_MS = 5_000;

/** An instance with a volume of which a snapshot is wanted. */
interface Wanted {
  readonly located: LocatedInstance;
  readonly volume: VolumeOfInstance & { readonly volumeId: string; readonly snapshot: { keep: number; days: number } };
}

/** The instances of which a snapshot is wanted at their end. */
function listWanted(instances: readonly LocatedInstance[]): readonly Wanted[] {
  return instances.flatMap((located) => {
    const { key, volumeId, snapshot } = parseVolumeTag(located.instance.tags[TAG.dataVolume]) ?? {};
    if (key === undefined || volumeId === undefined || snapshot === undefined) return [];
    return [{ located, volume: { key, volumeId, snapshot } }];
  });
}

/**
 * Takes a snapshot of each data volume whose machine ended well: all its jobs succeeded, and it unmounted the volume.
 * A snapshot that cannot be taken fails no stop, because the volume itself is kept; it is a warning.
 *
 * @throws Failure the signal's reason
 */
export async function takeSnapshots(
  instances: readonly LocatedInstance[],
  run: Run,
  ports: SnapshotPorts,
): Promise<readonly VolumeEnding[]> {
  const endings: VolumeEnding[] = [];
  for (const wanted of listWanted(instances)) {
    const { located, volume } = wanted;
    const about = { instance: located.instance.id, key: volume.key, volumeId: volume.volumeId };
    try {
      const outcome = await takeSnapshot(wanted, run, ports);
      if (outcome.why !== undefined) ports.log.info(`No snapshot of volume ${volume.volumeId}: ${outcome.why}.`);
      endings.push({ ...about, ...outcome });
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'cancelled') throw error;
      ports.log.warning(`No snapshot of volume ${volume.volumeId}: ${error.message} ${error.hint}`);
      endings.push({ ...about, why: error.message });
    }
  }
  return endings;
}

async function takeSnapshot(
  { located, volume }: Wanted,
  run: Run,
  ports: SnapshotPorts,
): Promise<Pick<VolumeEnding, 'snapshot' | 'why'>> {
  const { instance, region } = located;
  const failed = findFailedJob(
    await ports.listJobs(),
    readRunners(instance.tags).map(({ name }) => name),
  );
  if (failed !== undefined) return { why: failed };
  const ec2 = await ports.ec2In(region);
  const volumes = await ec2.openVolumes();
  const known = await volumes.findSnapshots(findBy(run, volume.key));
  // A stop that is repeated takes no second one.
  const start = instance.tags[TAG.start] ?? '';
  const taken = known.find(({ tags }) => tags[TAG.start] === start);
  if (taken) return { snapshot: taken.id };
  const held = await awaitRelease(volume.volumeId, instance.id, { ...ports, volumes });
  if (held !== undefined) return { why: held };
  const closing = await readEnd(instance.id, ec2, ports);
  if (closing !== 'clean') return { why: closing };
  const snapshot = await volumes.createSnapshot(volume.volumeId, {
    Name: volume.key,
    ...findBy(run, volume.key),
    [TAG.runId]: run.runId,
    [TAG.start]: start,
    [TAG.keepUntil]: renderKeepUntil(ports.clock.now(), volume.snapshot.days),
  });
  ports.log.info(`Snapshot ${snapshot} of volume ${volume.volumeId} (\`${volume.key}\`) is being made.`);
  await prune(volume, run, { ...ports, volumes });
  return { snapshot };
}

/** Waits until the machine has let the volume go. @returns why no snapshot can be taken; `undefined` if one can */
async function awaitRelease(
  volumeId: string,
  instanceId: string,
  { volumes, clock, signal }: SnapshotPorts & { readonly volumes: VolumesEc2 },
): Promise<string | undefined> {
  const deadline = clock.now() + FREE_BOUND_MS;
  for (;;) {
    const volume = await volumes.describeVolume(volumeId);
    if (volume === undefined) return 'it does not exist any more';
    const other = volume.attachments.find((one) => one.instanceId !== instanceId);
    if (other) return `${other.instanceId} uses it already`;
    if (volume.attachments.length === 0) return undefined;
    if (clock.now() >= deadline) return `${instanceId} still held it after ${FREE_BOUND_MS / 60_000} min`;
    await clock.sleep(FREE_CADENCE_MS, signal);
  }
}

/** What the console says of the unmount: `clean`, or why it was not. */
async function readEnd(instanceId: string, ec2: Ec2, { clock, signal }: SnapshotPorts): Promise<string> {
  const deadline = clock.now() + CONSOLE_BOUND_MS;
  for (;;) {
    const closing = readClosing(readBootPhases(await ec2.readConsole(instanceId)));
    if (closing === 'clean') return 'clean';
    if (closing) return `it was not unmounted cleanly (${closing.dirty})`;
    if (clock.now() >= deadline) return 'the console does not say that it was unmounted cleanly';
    await clock.sleep(CONSOLE_CADENCE_MS, signal);
  }
}

/** Deletes the snapshots of the name that are too many. Another stop or the reaper deletes what this one cannot. */
async function prune(
  { key, snapshot }: Wanted['volume'],
  run: Run,
  { volumes, log }: SnapshotPorts & { readonly volumes: VolumesEc2 },
): Promise<void> {
  const ours = findBy(run, key);
  const listed = await volumes.findSnapshots(ours);
  const all = listed.filter(({ tags }) => hasTags(tags, ours));
  for (const { id } of listSurplus(all, snapshot.keep)) {
    try {
      const outcome = await volumes.deleteSnapshot(id);
      log.info(outcome === 'in-use' ? `Snapshot ${id} stays: an image needs it.` : `Deleted snapshot ${id}.`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      log.warning(`Snapshot ${id} could not be deleted: ${error.message} ${error.hint}`);
    }
  }
}

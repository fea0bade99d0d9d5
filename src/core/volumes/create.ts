import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import type { Run } from '../kernel/identity.js';
import { plural } from '../kernel/plural.js';
import { volumeKeyOf, type DataVolumeRequest } from '../machine/data-volume-request.js';
import type { Log } from '../ports/process.js';
import type { DataVolume, DataVolumeSpec, VolumesEc2 } from '../ports/volumes.js';
import type { Choice } from './choose.js';
import { rankVolumes } from './rank.js';
import { findBy, keepTags } from './tags.js';

export interface CreateRequest {
  readonly request: DataVolumeRequest;
  readonly run: Run;
  /** Makes the client token unique, together with the run. */
  readonly startId: string;
}

interface CreatePorts {
  readonly volumes: VolumesEc2;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Creates the volume of a name. Two starts may do so at the same time, so this lists the volumes of the name again:
 * all starts choose the same one, and each of the others deletes its own, which is blank and was never attached.
 *
 * @returns the volume to use, which may be another start's
 */
export async function createOnce(
  create: CreateRequest,
  choice: Extract<Choice, { kind: 'create' }>,
  ports: CreatePorts,
): Promise<DataVolume> {
  const { request, run } = create;
  const { volumes, clock, log } = ports;
  const key = volumeKeyOf(request);
  const own = await volumes.createVolume(composeSpec(create, choice, clock.now()));
  const source = choice.snapshot ? `from snapshot ${choice.snapshot.id}` : 'blank';
  const listed = await volumes.findDataVolumes(findBy(run, key));
  // EC2 may not list it yet.
  const all = listed.some(({ id }) => id === own.id) ? listed : [...listed, own];
  const sameOrigin = all.filter((one) => one.id === own.id || one.availabilityZone === choice.zone);
  const winner = rankVolumes(sameOrigin, clock.now())[0] ?? own;
  if (winner.id === own.id) {
    log.notice(
      `Created volume ${own.id} (\`${key}\`, ${source}, ${own.type}, ${own.sizeGiB} GiB) in ${choice.zone}. It costs money until it is deleted: reap-runners deletes it ${plural(request.keepDays, 'day')} after its last use.`,
    );
    return own;
  }
  log.info(`Another start created volume ${winner.id} of the name \`${key}\` first, and this start uses it.`);
  await deleteOwn(own, ports);
  return winner;
}

/** How long EC2 gets until the volume is created and can be deleted. It takes seconds. */
const CREATION_BOUND_MS = 60_000;
const CREATION_CADENCE_MS = 1_000;

/** Deletes the volume that no start uses. If that fails, the start goes on: the volume has the time of its end. */
async function deleteOwn({ id, state }: DataVolume, { volumes, clock, log }: CreatePorts): Promise<void> {
  const deadline = clock.now() + CREATION_BOUND_MS;
  try {
    // EC2 refuses to delete a volume in creation, and may not list it yet.
    for (let known: string | undefined = state; known === undefined || known === 'creating';) {
      if (clock.now() >= deadline) break;
      await clock.sleep(CREATION_CADENCE_MS);
      known = (await volumes.describeVolume(id))?.state;
    }
    await volumes.deleteVolume(id);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warning(
      `The volume ${id}, which this start created at the same time as another one, could not be deleted: ${error.message}\nWhat to do: Run \`npm run ami -- volumes --delete ${id}\`. Otherwise reap-runners deletes it when its time is over.`,
    );
  }
}

function composeSpec(
  { request, run, startId }: CreateRequest,
  { zone, snapshot }: Extract<Choice, { kind: 'create' }>,
  now: number,
): DataVolumeSpec {
  const { type, iops, throughputMiBps, kmsKeyId, sizeGiB } = request;
  const size = Math.max(sizeGiB ?? 0, snapshot?.sizeGiB ?? 0);
  return {
    availabilityZone: zone,
    sizeGiB: size,
    type,
    ...(iops !== undefined && { iops }),
    ...(throughputMiBps !== undefined && { throughputMiBps }),
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    ...(snapshot && { snapshotId: snapshot.id }),
    tags: keepTags(run, request, now),
    clientToken: `ci-actions-${run.runId}-${run.runAttempt}-${startId}-volume`,
  };
}

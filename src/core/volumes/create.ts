import type { Clock } from '../kernel/clock.js';
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
  await volumes.deleteVolume(own.id);
  return winner;
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

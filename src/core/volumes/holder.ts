import { isEnding } from '../instances/states.js';
import * as advice from '../kernel/advice.js';
import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import { repositoryOf, TAG, type Run } from '../kernel/identity.js';
import type { DataVolumeRequest } from '../machine/data-volume-request.js';
import type { Ec2, Instance } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import type { DataVolume, VolumesEc2 } from '../ports/volumes.js';

/** The machine that holds a volume. */
export interface Holder {
  readonly instanceId: string;
  /** `undefined`: EC2 does not list it for these credentials. */
  readonly instance: Instance | undefined;
  /** Whether this repository started it. */
  readonly isOurs: boolean;
}

export interface HolderPorts {
  readonly ec2: Pick<Ec2, 'describeInstances'>;
  readonly volumes: Pick<VolumesEc2, 'describeVolume' | 'detachVolume'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface FreeRequest {
  readonly request: DataVolumeRequest;
  readonly run: Run;
  /** How long to wait at most, in ms. */
  readonly boundMs: number;
  readonly signal: AbortSignal;
}

/** A volume is freed some seconds after its instance has ended or was told to release it. */
const CADENCE_MS = 2_000;
/** After this time the instance's system evidently does not release the volume, and EC2 takes it without asking. */
const FORCE_AFTER_MS = 60_000;

/** Who holds the volume; `undefined` if it is free. */
export async function findHolder(
  volume: DataVolume,
  run: Run,
  ec2: Pick<Ec2, 'describeInstances'>,
): Promise<Holder | undefined> {
  const [attachment] = volume.attachments;
  if (attachment === undefined) return undefined;
  const { instanceId } = attachment;
  const instance = (await ec2.describeInstances([instanceId])).find(({ id }) => id === instanceId);
  return { instanceId, instance, isOurs: instance?.tags[TAG.repository] === repositoryOf(run) };
}

/**
 * Refuses a volume that another machine holds, unless the request says to wait or to take it away. A machine that is
 * ending is no reason to refuse: the volume is free in seconds.
 *
 * @throws Failure `data-volume-in-use`
 */
export function refuseHeld({ id }: DataVolume, holder: Holder, { whenAttached }: DataVolumeRequest): void {
  if (isLeaving(holder) || whenAttached === 'wait') return;
  if (whenAttached === 'refuse') throw inUse(id, holder);
  if (!holder.isOurs) throw inUse(id, holder, 'It is not taken from there: only machines of this repository are.');
}

/**
 * Waits until no machine holds the volume, and takes it away from its holder if the request says so.
 *
 * @throws Failure `data-volume-in-use` at the end of the bound, `data-volume-unusable`; the signal's reason
 */
export async function awaitFree(
  volume: DataVolume,
  holder: Holder,
  { request, run, boundMs, signal }: FreeRequest,
  ports: HolderPorts,
): Promise<void> {
  const { clock, log, volumes, ec2 } = ports;
  const begunAt = clock.now();
  const takes = request.whenAttached === 'detach' && !isLeaving(holder);
  // The jobs of another run may fail because of it.
  const say = (sentence: string) => (takes ? log.notice(sentence) : log.info(sentence));
  say(`Volume ${volume.id} is attached to ${describeHolder(holder)}. ${announce(holder, request)}`);
  if (takes) await volumes.detachVolume(volume.id, holder.instanceId);
  let isForced = false;
  for (;;) {
    await clock.sleep(CADENCE_MS, signal);
    const now = await volumes.describeVolume(volume.id);
    if (now === undefined) throw vanished(volume.id);
    if (now.attachments.length === 0 && now.state === 'available') {
      const seconds = ((clock.now() - begunAt) / 1_000).toFixed(0);
      return log.info(`Volume ${volume.id} is free after ${seconds} s.`);
    }
    const waited = clock.now() - begunAt;
    const hasNew = (now.attachments[0]?.instanceId ?? holder.instanceId) !== holder.instanceId;
    if (waited >= boundMs || (hasNew && request.whenAttached !== 'wait')) {
      const next = (await findHolder(now, run, ec2)) ?? holder;
      throw request.whenAttached === 'wait'
        ? waitedInVain(volume.id, next, waited)
        : inUse(volume.id, next, `This start waited for it for ${Math.round(waited / 1_000)} s.`);
    }
    if (takes && !isForced && waited >= FORCE_AFTER_MS) {
      isForced = true;
      log.warning(
        `${holder.instanceId} has not released ${volume.id} within 60 s: EC2 takes it by force. The next machine repairs its file system.`,
      );
      await volumes.detachVolume(volume.id, holder.instanceId, 'force');
    }
  }
}

export function inUse(volumeId: string, holder: Holder, more = ''): Failure {
  const message = `${describeHeld(volumeId, holder)}${more && ` ${more}`}`;
  return new Failure('data-volume-in-use', message, { hint: advice.FREE_DATA_VOLUME });
}

/** After `when-attached: wait`, which is no advice then. */
export function waitedInVain(volumeId: string, holder: Holder, waitedMs: number): Failure {
  const message = `${describeHeld(volumeId, holder)} This start waited for it for ${Math.round(waitedMs / 1_000)} s.`;
  return new Failure('data-volume-in-use', message, {
    hint: 'Run the job again when that run is done, or stop its machine. Or raise `startup-timeout-minutes`, or set in `data-volume`: `mode: copy` to start from a snapshot.',
  });
}

function describeHeld(volumeId: string, holder: Holder): string {
  return `Volume ${volumeId} is attached to ${describeHolder(holder)}.`;
}

export function vanished(volumeId: string): Failure {
  return new Failure('data-volume-unusable', `Volume ${volumeId} does not exist any more.`, {
    hint: `A person or a sweep deleted it. ${advice.REPLACE_DATA_VOLUME}`,
  });
}

/** `i-0a1b, of run 123 (attempt 1, job build) of octo/repo` */
export function describeHolder({ instanceId, instance }: Holder): string {
  if (!instance) return `${instanceId}, which EC2 does not describe`;
  const { tags, state } = instance;
  const run = tags[TAG.runId];
  const kept = tags[TAG.keepUntil];
  const stays = kept === undefined ? '' : `, kept until ${kept} after its job`;
  const ending = isEnding(instance) ? `, which is ${state}` : stays;
  if (run === undefined) return `${instanceId}${ending}`;
  return `${instanceId}, of run ${run} (attempt ${tags[TAG.runAttempt] ?? '?'}, job ${tags[TAG.job] ?? '?'}) of ${tags[TAG.repository] ?? '?'}${ending}`;
}

/** Whether the holder is this repository's machine of that name. */
export function isNamed({ instance, isOurs }: Holder, machineName: string | undefined): boolean {
  return machineName !== undefined && isOurs && instance?.tags[TAG.machineName] === machineName;
}

function isLeaving({ instance }: Holder): boolean {
  return instance !== undefined && isEnding(instance);
}

function announce(holder: Holder, { whenAttached }: DataVolumeRequest): string {
  if (isLeaving(holder)) return 'Waiting until it has ended.';
  return whenAttached === 'detach' ? 'Taking it away from there.' : 'Waiting for it.';
}

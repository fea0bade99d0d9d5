import type { Clock } from '../kernel/clock.js';
import { TAG, type Run } from '../kernel/identity.js';
import { volumeKeyOf, type DataVolumeRequest } from '../machine/data-volume-request.js';
import type { LaunchedVolume, MachineVolume, PlacedPlans } from '../machine/machine-volume.js';
import type { RegionSetup } from '../machine/region-setup.js';
import type { VolumeSpec } from '../ports/catalog.js';
import type { Ec2ByRegion, Instance, Plan } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import type { DataVolume, VolumesEc2 } from '../ports/volumes.js';
import { attachWhenRunning, findFreeDevice } from './attach.js';
import { chooseVolume, type Choice, type RegionVolumes } from './choose.js';
import { createOnce } from './create.js';
import {
  awaitFree,
  findHolder,
  inUse,
  isNamed,
  refuseHeld,
  describeHolder,
  vanished,
  waitedInVain,
  type Holder,
} from './holder.js';
import { lookInRegion } from './look.js';
import { renew } from './renew.js';
import { labelOf, renderVolumeTag } from './tags.js';

export interface StartVolumeRequest {
  readonly dataVolume: DataVolumeRequest;
  readonly run: Run;
  readonly startId: string;
  readonly namesSubnets: boolean;
  /** The start ends or joins a machine of this name before {@link StartVolume.prepare}. */
  readonly machineName?: string;
  /** Bounds every wait for another machine, and for the start's own instance to run. */
  readonly startupTimeoutMs: number;
}

export interface StartVolumePorts {
  readonly ec2In: Ec2ByRegion;
  readonly clock: Clock;
  readonly log: Log;
}

/** As long as a real id, and as hard to compress. */
const PLACEHOLDER_ID = 'vol-0a91c5e27d38b64f0';

/** The data volume of one start. */
export class StartVolume implements MachineVolume {
  private answers: readonly RegionVolumes[] = [];
  private choice: Choice | undefined;
  private holder: Holder | undefined;
  /** The volume to attach, once it exists. */
  private volume: DataVolume | undefined;

  constructor(
    private readonly request: StartVolumeRequest,
    private readonly ports: StartVolumePorts,
  ) {}

  async look(regions: readonly string[]): Promise<void> {
    const look = async (region: string) => lookInRegion(this.request, await this.volumesIn(region));
    this.answers = await Promise.all(regions.map(look));
  }

  async choose({ plans, subnets }: PlacedPlans): Promise<readonly Plan[]> {
    const { dataVolume, run } = this.request;
    const { clock, log, ec2In } = this.ports;
    const choice = chooseVolume({ request: dataVolume, run, answers: this.answers, plans, subnets, now: clock.now() });
    this.choice = choice;
    if (choice.kind === 'use') {
      this.volume = choice.volume;
      this.holder = await findHolder(choice.volume, run, await ec2In(choice.region));
      if (this.holder && !isNamed(this.holder, this.request.machineName))
        refuseHeld(choice.volume, this.holder, dataVolume);
      this.noteSize(choice.volume);
    }
    const left =
      new Set(plans.map(({ subnetId }) => subnetId)).size - new Set(choice.plans.map(({ subnetId }) => subnetId)).size;
    if (left > 0) log.info(`Subnets in other zones than the data volume's are left out: ${left}.`);
    return choice.plans;
  }

  describe(): string {
    const { choice, holder } = this;
    const { dataVolume } = this.request;
    const key = volumeKeyOf(dataVolume);
    if (choice?.kind === 'copy') {
      const from = [...choice.snapshots].map(([region, { id }]) => `${id} in ${region}`).join(', ');
      return `Each machine gets a volume of its own from a snapshot of \`${key}\` (${from}), on ${dataVolume.mount}.`;
    }
    if (choice?.kind === 'create') {
      const source = choice.snapshot ? `from snapshot ${choice.snapshot.id}` : 'blank';
      return `There is no volume \`${key}\` in reach: it is created in ${choice.zone}, ${source}, for ${dataVolume.mount}.`;
    }
    const held = holder
      ? ` It is attached to ${describeHolder(holder)}, and \`when-attached\` is ${dataVolume.whenAttached}.`
      : '';
    return `Data volume \`${key}\`: ${this.volume?.id} in ${this.volume?.availabilityZone}, on ${dataVolume.mount}.${held}`;
  }

  async prepare(signal: AbortSignal): Promise<void> {
    const { choice, ports } = this;
    const { dataVolume: request, run, startId, startupTimeoutMs: boundMs } = this.request;
    if (choice?.kind === 'use') {
      const volumes = await this.volumesIn(choice.region);
      const ec2 = await ports.ec2In(choice.region);
      const holder =
        this.holder && isNamed(this.holder, this.request.machineName) ? await this.lookAgain(choice) : this.holder;
      if (holder) await awaitFree(choice.volume, holder, { request, run, boundMs, signal }, { ...ports, volumes, ec2 });
    }
    signal.throwIfAborted();
    if (choice?.kind !== 'create') return;
    const volumes = await this.volumesIn(choice.region);
    this.volume = await createOnce({ request, run, startId }, choice, { ...ports, volumes });
  }

  toLaunch(setup: RegionSetup): LaunchedVolume {
    const { dataVolume: request } = this.request;
    const key = volumeKeyOf(request);
    const label = labelOf(request);
    const { mount } = request;
    if (this.choice?.kind === 'copy') {
      const tags = { [TAG.dataVolume]: renderVolumeTag({ key }) };
      return { payload: { volume: `label:${label}`, mount }, tags, volumes: [this.composeCopy(setup, this.choice)] };
    }
    const volumeId = this.volume?.id ?? PLACEHOLDER_ID;
    const { keepSnapshots: keep, keepDays: days, takesSnapshot } = request;
    const tag = renderVolumeTag({ key, volumeId, ...(takesSnapshot && { snapshot: { keep, days } }) });
    return { payload: { volume: volumeId, mount, label }, tags: { [TAG.dataVolume]: tag }, volumes: [] };
  }

  async attach({ id: instanceId }: Pick<Instance, 'id'>, setup: RegionSetup, signal: AbortSignal): Promise<void> {
    const { volume, ports } = this;
    const { dataVolume } = this.request;
    if (this.choice?.kind === 'copy' || volume === undefined) return;
    const volumes = await this.volumesIn(setup.region);
    const device = findFreeDevice([setup.rootVolume, ...setup.furtherVolumes]);
    const onHeld = (held: DataVolume, waitedMs?: number) => this.judgeNewHolder(held, setup.region, waitedMs);
    const boundMs = this.request.startupTimeoutMs;
    await attachWhenRunning(
      { volumeId: volume.id, instanceId, device, boundMs, signal, onHeld },
      { ...ports, volumes },
    );
    await renew(volume, dataVolume, { ...ports, volumes });
  }

  /** Another start was faster. Only a start that waits goes on: two that take it away would do so in turns. */
  private async judgeNewHolder(volume: DataVolume, region: string, waitedMs: number | undefined): Promise<void> {
    const { dataVolume, run } = this.request;
    const holder = await findHolder(volume, run, await this.ports.ec2In(region));
    if (holder && dataVolume.whenAttached !== 'wait') throw inUse(volume.id, holder, 'Another start was faster.');
    if (holder && waitedMs !== undefined) throw waitedInVain(volume.id, holder, waitedMs);
  }

  /** The machine of the same name has ended since {@link choose}, and another may have been faster than this start. */
  private async lookAgain({ volume: { id }, region }: Extract<Choice, { kind: 'use' }>): Promise<Holder | undefined> {
    const { dataVolume, run } = this.request;
    const volume = await (await this.volumesIn(region)).describeVolume(id);
    if (volume === undefined) throw vanished(id);
    const holder = await findHolder(volume, run, await this.ports.ec2In(region));
    if (holder) refuseHeld(volume, holder, dataVolume);
    return holder;
  }

  private async volumesIn(region: string): Promise<VolumesEc2> {
    return (await this.ports.ec2In(region)).openVolumes();
  }

  private composeCopy(setup: RegionSetup, { snapshots }: Extract<Choice, { kind: 'copy' }>): VolumeSpec {
    const { sizeGiB = 0, type, iops, throughputMiBps, kmsKeyId } = this.request.dataVolume;
    const snapshot = snapshots.get(setup.region)!;
    return {
      deviceName: findFreeDevice([setup.rootVolume, ...setup.furtherVolumes]),
      snapshotId: snapshot.id,
      sizeGiB: Math.max(sizeGiB, snapshot.sizeGiB),
      type,
      encrypted: true,
      ...(iops !== undefined && { iops }),
      ...(throughputMiBps !== undefined && { throughputMiBps }),
      ...(kmsKeyId !== undefined && { kmsKeyId }),
    };
  }

  private noteSize({ id, sizeGiB }: DataVolume): void {
    const wanted = this.request.dataVolume.sizeGiB;
    if (wanted === undefined || wanted === sizeGiB) return;
    const { log } = this.ports;
    if (wanted < sizeGiB)
      log.info(`Volume ${id} has ${sizeGiB} GiB, more than \`size-gib: ${wanted}\`. A volume cannot shrink.`);
    else
      log.info(
        `Volume ${id} has ${sizeGiB} GiB, less than \`size-gib: ${wanted}\`. To enlarge it: aws ec2 modify-volume --volume-id ${id} --size ${wanted}; the next start enlarges its file system.`,
      );
  }
}

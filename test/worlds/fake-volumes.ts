import type { Clock } from '../../src/core/kernel/clock.js';
import { Failure } from '../../src/core/kernel/failure.js';
import type { SubnetFacts } from '../../src/core/ports/catalog.js';
import type { Instance } from '../../src/core/ports/ec2.js';
import type { AttachOutcome, DataVolume, DataVolumeSpec, Snapshot, TagFilter } from '../../src/core/ports/volumes.js';
import { hasTags, takeOut } from './fake-tags.js';

interface Kept {
  readonly spec: DataVolumeSpec;
  volume: DataVolume;
}

interface Account {
  readonly clock: Clock;
  readonly subnets: readonly SubnetFacts[];
  /** The instances that EC2 lists. */
  readonly instances: () => readonly Instance[];
}

/** How long a snapshot is `pending`. */
const SNAPSHOT_MS = 30_000;

/**
 * The data volumes and snapshots of the fake EC2. The volume of a terminated instance is free, and a volume is `creating`
 * for no time.
 */
export class FakeVolumes {
  readonly snapshots: Snapshot[] = [];
  private readonly kept: Kept[] = [];
  private made = 0;

  constructor(private readonly account: Account) {}

  /** All data volumes in the order of their creation. */
  list(): DataVolume[] {
    return this.kept.map(({ volume }) => this.view(volume));
  }

  find(tags: TagFilter): DataVolume[] {
    return this.list().filter((one) => hasTags(one, tags));
  }

  findById(id: string): DataVolume | undefined {
    return this.list().find((one) => one.id === id);
  }

  /** The default subnets are those of the first VPC. */
  defaultSubnets(): SubnetFacts[] {
    const { subnets } = this.account;
    return subnets.filter(({ vpcId }) => vpcId === subnets[0]!.vpcId);
  }

  create(spec: DataVolumeSpec): DataVolume {
    const twin = this.kept.find((one) => one.spec.clientToken === spec.clientToken);
    if (twin) return this.view(twin.volume);
    const snapshot = this.snapshots.find(({ id }) => id === spec.snapshotId);
    if (spec.snapshotId !== undefined && !snapshot) throw reject(`no snapshot ${spec.snapshotId}`);
    if (!this.account.subnets.some(({ availabilityZone }) => availabilityZone === spec.availabilityZone)) {
      throw reject(`no zone ${spec.availabilityZone}`);
    }
    const volume = {
      id: this.makeId('vol'),
      state: 'available',
      type: spec.type,
      createdAt: this.account.clock.now(),
      sizeGiB: spec.sizeGiB ?? snapshot?.sizeGiB ?? 0,
      tags: { ...spec.tags },
      availabilityZone: spec.availabilityZone,
      isEncrypted: true,
      attachments: [],
    };
    this.kept.push({ spec, volume });
    return volume;
  }

  attach(id: string, instanceId: string): AttachOutcome {
    const volume = this.findById(id);
    const instance = this.account.instances().find((one) => one.id === instanceId);
    if (!volume) return 'absent';
    if (instance?.state !== 'running') return 'not-ready';
    if (volume.attachments.length > 0) return 'in-use';
    if (instance.availabilityZone !== volume.availabilityZone)
      throw reject(`${id} is not in the zone of ${instanceId}`);
    this.change(id, { attachments: [{ instanceId, state: 'attached' }] });
    return 'attached';
  }

  detach(id: string, instanceId: string): 'detaching' | 'free' {
    if (this.findById(id)?.attachments[0]?.instanceId !== instanceId) return 'free';
    this.change(id, { attachments: [] });
    return 'detaching';
  }

  delete(id: string): 'deleted' | 'absent' | 'in-use' {
    const volume = this.findById(id);
    if (!volume) return 'absent';
    if (volume.attachments.length > 0) return 'in-use';
    this.kept.splice(
      this.kept.findIndex((one) => one.volume.id === id),
      1,
    );
    return 'deleted';
  }

  findSnapshots(tags: TagFilter): Snapshot[] {
    return this.snapshots.filter((one) => hasTags(one, tags)).map((one) => this.age(one));
  }

  createSnapshot(volumeId: string, tags: Readonly<Record<string, string>>): string {
    const volume = this.findById(volumeId);
    if (!volume) throw reject(`no volume ${volumeId}`);
    const id = this.makeId('snap');
    const createdAt = this.account.clock.now();
    this.snapshots.push({ id, state: 'pending', createdAt, sizeGiB: volume.sizeGiB, tags: { ...tags } });
    return id;
  }

  deleteSnapshot(id: string): 'deleted' | 'absent' {
    return takeOut(this.snapshots, id) ? 'deleted' : 'absent';
  }

  tag(id: string, tags: Readonly<Record<string, string>>): 'tagged' | 'absent' {
    const at = this.snapshots.findIndex((one) => one.id === id);
    const snapshot = this.snapshots[at];
    if (snapshot) this.snapshots[at] = { ...snapshot, tags: { ...snapshot.tags, ...tags } };
    else if (this.findById(id)) this.change(id, { tags: { ...this.findById(id)!.tags, ...tags } });
    else return 'absent';
    return 'tagged';
  }

  /** Changes a volume, as a person or time does. */
  change(id: string, changes: Partial<DataVolume>): void {
    const one = this.kept.find(({ volume }) => volume.id === id);
    if (one) one.volume = { ...one.volume, ...changes };
  }

  private view(volume: DataVolume): DataVolume {
    const isHeld = ({ instanceId }: DataVolume['attachments'][number]) =>
      this.account.instances().some(({ id, state }) => id === instanceId && state !== 'terminated');
    const attachments = volume.attachments.filter(isHeld);
    const state = volume.state === 'available' && attachments.length > 0 ? 'in-use' : volume.state;
    return { ...volume, attachments, state };
  }

  private age(snapshot: Snapshot): Snapshot {
    const isDone = this.account.clock.now() - snapshot.createdAt >= SNAPSHOT_MS;
    return snapshot.state === 'pending' && isDone ? { ...snapshot, state: 'completed' } : snapshot;
  }

  private makeId(prefix: string): string {
    return `${prefix}-0d${(++this.made).toString(16).padStart(15, '0')}`;
  }
}

function reject(message: string): Failure {
  return new Failure('aws-rejected', `EC2: ${message}.`, { hint: 'Correct it.' });
}

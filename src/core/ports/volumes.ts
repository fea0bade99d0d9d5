/** What the core needs of EC2 for volumes that outlive instances. Part of the port in ec2.ts. */

import type { Purpose } from '../kernel/patience.js';
import type { SubnetFacts } from './catalog.js';

/**
 * Every tag must be present, with exactly this value or with a value that starts with `startsWith`. `inAnyCase`: with
 * any value, and with the letters of the key in upper or lower case. EC2 may then also return keys with other letters
 * in the same places, so callers compare the keys again.
 */
export type TagFilter = Readonly<
  Record<string, string | { readonly startsWith: string } | { readonly inAnyCase: true }>
>;

export interface Volume {
  readonly id: string;
  /** EC2's value: `creating`, `available`, `in-use`, `deleting`, … */
  readonly state: string;
  /** `gp3`, `io2`, … */
  readonly type: string;
  readonly createdAt: number;
  readonly sizeGiB: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Snapshot {
  readonly id: string;
  /** EC2's value: `pending`, `completed`, `error`, `recoverable`, `recovering`. */
  readonly state: string;
  readonly createdAt: number;
  /** The size of its volume, which is the smallest that a volume made from it can have. */
  readonly sizeGiB: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A volume with its place and its holder. */
export interface DataVolume extends Volume {
  readonly availabilityZone: string;
  readonly isEncrypted: boolean;
  /** The instances that hold it, with EC2's state of each attachment: `attaching`, `attached`, `detaching`, `busy`. */
  readonly attachments: readonly { readonly instanceId: string; readonly state: string }[];
}

/** Everything that one CreateVolume needs. The volume is encrypted. */
export interface DataVolumeSpec {
  readonly availabilityZone: string;
  /** Absent only with a snapshot: as large as the snapshot. */
  readonly sizeGiB?: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughputMiBps?: number;
  /** Id, ARN or alias. Absent: the account's default key for EBS. */
  readonly kmsKeyId?: string;
  readonly snapshotId?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** At most 64 ASCII characters, and the same for every retry. */
  readonly clientToken: string;
}

/**
 * EC2's answer to a request to attach. `not-ready`: the instance is not running yet, or EC2 does not list it yet.
 * `in-use`: an instance holds the volume, perhaps this one. `absent`: there is no such volume.
 */
export type AttachOutcome = 'attached' | 'not-ready' | 'in-use' | 'absent';

export interface VolumesEc2 {
  readonly region: string;
  /** `undefined` only if EC2 answers that there is no such volume. */
  describeVolume(id: string, purpose?: Purpose): Promise<DataVolume | undefined>;
  /** Volumes in any state, on all pages. */
  findDataVolumes(tags: TagFilter): Promise<readonly DataVolume[]>;
  /** The default subnet of each zone that has one. */
  findDefaultSubnets(): Promise<readonly SubnetFacts[]>;
  createVolume(spec: DataVolumeSpec): Promise<DataVolume>;
  /** @param device such as `/dev/sdf`. Nitro instances show another name, so the instance finds the volume by its id. */
  attachVolume(id: string, instanceId: string, device: string): Promise<AttachOutcome>;
  /**
   * Takes the volume from the instance. `free`: it was not attached to it.
   *
   * @param force without waiting for the instance's operating system, which may lose data
   */
  detachVolume(id: string, instanceId: string, force?: 'force'): Promise<'detaching' | 'free'>;
  /** `in-use`: the volume is attached to an instance, and nothing was done. */
  deleteVolume(id: string): Promise<'deleted' | 'absent' | 'in-use'>;
  /** Snapshots of this account in any state, on all pages. */
  findSnapshots(tags: TagFilter): Promise<readonly Snapshot[]>;
  /** Starts a snapshot of the volume's content at this moment. It is `pending` at first. @returns its id */
  createSnapshot(volumeId: string, tags: Readonly<Record<string, string>>): Promise<string>;
  /** `in-use`: an image needs the snapshot, and nothing was done. */
  deleteSnapshot(id: string): Promise<'deleted' | 'absent' | 'in-use'>;
  /** Adds or overwrites tags of a volume or snapshot. */
  tagResource(id: string, tags: Readonly<Record<string, string>>): Promise<'tagged' | 'absent'>;
}

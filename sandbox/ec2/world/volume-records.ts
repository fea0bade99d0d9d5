import type { Tags } from './tags.js';

/** An image's mapping of a device to an EBS volume. Without a snapshot the volume is empty. */
export interface ImageVolume {
  readonly device: string;
  readonly sizeGiB: number;
  readonly snapshotId?: string;
  readonly type: string;
  readonly iops?: number;
  readonly throughput?: number;
  readonly encrypted?: boolean;
  readonly deleteOnTermination: boolean;
}

export interface VolumeRecord {
  readonly id: string;
  sizeGiB: number;
  type: string;
  iops?: number;
  throughput?: number;
  readonly initializationRate?: number;
  readonly encrypted: boolean;
  /** An ARN, as EC2 shows it. */
  readonly kmsKeyId?: string;
  readonly snapshotId?: string;
  readonly zone: string;
  readonly createdAt: number;
  /** Until this time, in ms since the epoch, it is `creating`. Absent for a volume of a launch. */
  readonly availableAt?: number;
  attachment?: AttachmentRecord;
  modification?: ModificationRecord;
  readonly tags: Tags;
}

export interface AttachmentRecord {
  readonly instanceId: string;
  readonly device: string;
  readonly deleteOnTermination: boolean;
  /** Default `attached`. `busy`: to be detached, but the machine has it mounted. */
  state?: 'attaching' | 'attached' | 'detaching' | 'busy';
  /** In ms since the epoch. Default: when the volume was created. */
  readonly attachedAt?: number;
}

/** The size and the performance of a volume. */
export type VolumeShape = Pick<VolumeRecord, 'sizeGiB' | 'type' | 'iops' | 'throughput'>;

/** The latest ModifyVolume of a volume. */
export interface ModificationRecord {
  readonly from: VolumeShape;
  readonly to: VolumeShape;
  readonly startedAt: number;
  state: 'modifying' | 'optimizing' | 'completed';
}

export interface SnapshotRecord {
  readonly id: string;
  readonly sizeGiB: number;
  /** Absent for the snapshot of an image. */
  readonly volumeId?: string;
  readonly description?: string;
  readonly encrypted?: boolean;
  readonly kmsKeyId?: string;
  readonly createdAt: number;
  state: 'pending' | 'completed' | 'error';
  readonly tags: Tags;
}

/** The content of volumes and snapshots, by their ids. What was never written is empty. */
export interface Storage {
  copy(from: string, to: string): void;
  remove(id: string): void;
}

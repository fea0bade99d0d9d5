/** A volume that outlives its machines. */
export interface DataVolumeRequest {
  /** Exactly one of `name` and `id`: a volume by name is found by its tag, and created on first use. */
  readonly name?: string;
  readonly id?: string;
  /** Absolute and normalized. */
  readonly mount: string;
  readonly sizeGiB?: number;
  readonly type: string;
  readonly iops?: number;
  readonly throughputMiBps?: number;
  /** Id, ARN or alias. Absent: the account's default key for EBS. */
  readonly kmsKeyId?: string;
  readonly whenAttached: 'refuse' | 'detach' | 'wait';
  /** `copy`: each machine gets a volume of its own from the newest snapshot, which ends with the machine. */
  readonly mode: 'use' | 'copy';
  /** stop-runner takes a snapshot when all jobs on the machine succeeded. */
  readonly takesSnapshot: boolean;
  readonly keepSnapshots: number;
  readonly keepDays: number;
}

/** The text by which a volume and its snapshots are found in their tags: its name, or its id if it has none. */
export function volumeKeyOf({ name, id }: Pick<DataVolumeRequest, 'name' | 'id'>): string {
  return name ?? id ?? '';
}

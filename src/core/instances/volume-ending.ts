/** What a stop did about the data volume of one machine. */
export interface VolumeEnding {
  readonly instance: string;
  /** The volume's name, or its id if it has none. */
  readonly key: string;
  readonly volumeId: string;
  /** The snapshot that was taken. Absent: `why` says why not. */
  readonly snapshot?: string;
  readonly why?: string;
}

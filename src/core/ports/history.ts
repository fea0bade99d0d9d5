/** Where the history of the figures is kept: an object of S3, a file of a git branch, or a file of this machine. */
export interface HistoryPlace {
  /** For messages: `s3://bucket/history.jsonl`. */
  readonly name: string;
  /** `undefined`: there is no history yet. @param mostBytes a larger history is a Failure */
  read(mostBytes: number): Promise<StoredHistory | undefined>;
  /**
   * Writes the whole history, unless another writer wrote it since.
   *
   * @param version that was read; `undefined` if there was no history
   * @returns false if the history has another version by now. Nothing was written
   */
  replace(bytes: Uint8Array, version: string | undefined): Promise<boolean>;
}

export interface StoredHistory {
  readonly bytes: Uint8Array;
  /** Changes with every change of the content: an ETag, a commit. */
  readonly version: string;
}

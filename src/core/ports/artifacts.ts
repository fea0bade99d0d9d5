/** What the core needs of a folder of artifacts. `src/host` implements it. */

export interface ArtifactFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

export interface ArtifactList {
  /** Regular files, sorted by their path. */
  readonly files: readonly ArtifactFile[];
  /** Links and special files, which are not read: a link may lead to any file of the machine. */
  readonly skipped: readonly string[];
  /** Those of the links that lead to something outside of the folder. */
  readonly outside: readonly string[];
  /** Folders that could not be read, each with the reason. */
  readonly unreadable: readonly string[];
}

/** An open file. */
export interface ArtifactReader {
  /** Fills `into` from the position. @returns how many bytes there are, which is less only at the end of the file */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface ArtifactFolder {
  /** For messages. */
  readonly path: string;
  /** @throws Failure `bad-input` if there is no such folder */
  list(): Promise<ArtifactList>;
  /** @throws the error of the file system, if the file cannot be read any more */
  open(path: string): Promise<ArtifactReader>;
  write(path: string, text: string): Promise<void>;
}

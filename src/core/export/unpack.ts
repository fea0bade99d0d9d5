import { createGunzip } from 'node:zlib';
import type { Find, Search } from './search.js';

/** So much of a compressed file's content is searched: a file of some MiB may unpack to many GB. */
const MOST_BYTES = 8 * 2 ** 30;

/** Whether the first bytes of a file are those of gzip: `.gz`, `.tar.gz`, `.svgz`, whatever its name. */
export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b && start[2] === 8;
}

/** Searches the content of a gzip file that comes in pieces. A file that is damaged is searched up to there. */
export class GzipSearch {
  private readonly stream = createGunzip();
  private readonly closed: Promise<void>;
  private found: Find | undefined;
  private bytes = 0;

  /** @param mostBytes of the content */
  constructor(
    search: Search,
    private readonly mostBytes = MOST_BYTES,
  ) {
    this.closed = new Promise((resolve) => this.stream.once('close', resolve));
    this.stream.on('error', () => undefined);
    this.stream.on('data', (content: Uint8Array) => {
      this.found ??= search.next(content);
      this.bytes += content.length;
      if (this.found || this.bytes >= this.mostBytes) this.stream.destroy();
    });
  }

  /** Whether the content is longer than what was searched. */
  get isPartly(): boolean {
    return this.bytes >= this.mostBytes && this.found === undefined;
  }

  /** The piece may be overwritten afterwards. */
  async next(piece: Uint8Array): Promise<void> {
    if (this.stream.destroyed || this.stream.writableEnded) return;
    await Promise.race([new Promise<void>((resolve) => this.stream.write(piece, () => resolve())), this.closed]);
  }

  /** @returns the first secret in the content */
  async end(): Promise<Find | undefined> {
    if (!this.stream.destroyed) this.stream.end();
    await this.closed;
    return this.found && { ...this.found, isPacked: true };
  }
}

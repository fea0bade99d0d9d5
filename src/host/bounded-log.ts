import { appendFileSync, closeSync, mkdirSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../core/kernel/failure.js';

/** Lines are written together, because one write per line is too slow for programs that print without an end. */
const BUFFER = 64 * 1024;
const COPY_BUFFER = 256 * 1024;
/** How long a line waits in the buffer. What a killed step had printed before is in the file. */
const FLUSH_MS = 1_000;

export interface BoundedLog {
  write(line: string): void;
  /** May be called twice. @returns why the file lacks lines; `undefined` if it lacks none */
  close(): string | undefined;
}

/**
 * Opens a log file that keeps the beginning and the end of what is written, and says how much it left out. The disk may
 * be full: then the rest is left out, because a log must not change a verdict.
 *
 * @param mostBytes of the file; until {@link BoundedLog.close} it and its neighbors may have twice as many
 */
export function openBoundedLog(file: string, mostBytes: number): BoundedLog {
  const log = new HeadAndTail(file, Math.floor(mostBytes / 2));
  return { write: (line) => log.write(line), close: () => log.close() };
}

class HeadAndTail {
  private readonly head: number;
  private headBytes = 0;
  private pending: string[] = [];
  private pendingLength = 0;
  private readonly timer: NodeJS.Timeout;
  private readonly tail: TailFiles;
  private isClosed = false;
  private problem: string | undefined;

  constructor(
    private readonly file: string,
    private readonly half: number,
  ) {
    mkdirSync(dirname(file), { recursive: true });
    this.head = openSync(file, 'w');
    this.tail = new TailFiles(file, half);
    this.timer = setInterval(() => this.flush(), FLUSH_MS).unref();
  }

  write(line: string): void {
    if (this.isClosed) return;
    this.pending.push(line);
    this.pendingLength += line.length + 1;
    if (this.pendingLength >= BUFFER) this.flush();
  }

  close(): string | undefined {
    if (this.isClosed) return this.problem;
    clearInterval(this.timer);
    this.flush();
    this.isClosed = true;
    closeSync(this.head);
    this.attempt(() => this.tail.appendTo(this.file));
    return this.problem;
  }

  private flush(): void {
    if (this.pending.length === 0) return;
    const bytes = Buffer.from(`${this.pending.join('\n')}\n`);
    this.pending = [];
    this.pendingLength = 0;
    const room = Math.max(0, this.half - this.headBytes);
    const cut = bytes.length <= room ? bytes.length : bytes.lastIndexOf(0x0a, room - 1) + 1;
    const first = room === 0 ? 0 : cut;
    this.attempt(() => writeWhole(this.head, bytes.subarray(0, first)));
    this.headBytes = first < bytes.length ? this.half : this.headBytes + first;
    if (first < bytes.length) this.attempt(() => this.tail.write(bytes.subarray(first)));
  }

  /** A file that cannot be written, for example because the disk is full, must not end the program. */
  private attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.problem ??= messageOf(error);
    }
  }
}

/** The end of a log, in two files that are overwritten in turn. */
export class TailFiles {
  private readonly paths: readonly [string, string];
  private current = 0;
  private currentBytes = 0;
  private total = 0;

  constructor(
    file: string,
    private readonly most: number,
  ) {
    this.paths = [`${file}.end-1`, `${file}.end-2`];
  }

  write(bytes: Buffer): void {
    if (this.currentBytes >= this.most) {
      this.current = 1 - this.current;
      this.currentBytes = 0;
      rmSync(this.paths[this.current]!, { force: true });
    }
    appendFileSync(this.paths[this.current]!, bytes);
    this.currentBytes += bytes.length;
    this.total += bytes.length;
  }

  /**
   * Appends the last bytes, and before them a line that says how much is missing. Removes the two files.
   *
   * @param describe makes that line of the number of bytes
   */
  appendTo(file: string, describe = describeGap): void {
    const kept = [this.paths[1 - this.current]!, this.paths[this.current]!].map((path) => ({
      path,
      size: statSync(path, { throwIfNoEntry: false })?.size ?? 0,
    }));
    const size = kept.reduce((sum, one) => sum + one.size, 0);
    let skip = Math.max(0, size - this.most);
    const left = this.total - size + skip;
    const gap = describe(left);
    // Without an end, the file is left alone: a program may have removed it.
    if (gap !== '') appendFileSync(file, gap);
    for (const one of kept) {
      if (one.size > skip) copyFrom(one.path, skip, file);
      skip = Math.max(0, skip - one.size);
      rmSync(one.path, { force: true });
    }
  }
}

function describeGap(bytes: number): string {
  return bytes > 0 ? `… ${bytes} bytes are left out here …\n` : '';
}

/** Appends a file from a position on, in pieces. */
function copyFrom(path: string, position: number, to: string): void {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(COPY_BUFFER);
    let at = position;
    for (let read = 1; read > 0; at += read) {
      read = readSync(descriptor, buffer, 0, buffer.length, at);
      appendFileSync(to, buffer.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** A disk that is nearly full takes a part of the bytes without an error. */
function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
}

import type { Pattern } from './secret-forms.js';

/** A pattern in the content, with the position of its first byte. */
export interface Find {
  readonly pattern: Pattern;
  readonly position: number;
  /** The position is in the unpacked content of a compressed file. */
  readonly isPacked?: boolean;
}

/** Finds the first pattern in content that comes in pieces. */
export interface Search {
  /** @returns the first find in what was given so far; a find may begin in an earlier piece */
  next(piece: Uint8Array): Find | undefined;
}

/** The two bytes that decide how far a search may jump. */
const BLOCK = 2;

/**
 * Searches for many patterns at once, in one pass that reads about one byte of three (Wu and Manber, "A fast algorithm
 * for multi-pattern searching", 1994, with blocks of two bytes). Holds the tables; {@link start} begins a content.
 */
export class Searcher {
  private readonly shortest: number;
  private readonly longest: number;
  /** How far to go on if the window ends with these two bytes. */
  private readonly jumps: Uint8Array;
  /** The patterns whose first `shortest` bytes end with these two bytes. */
  private readonly ending = new Map<number, Pattern[]>();

  constructor(patterns: readonly Pattern[]) {
    const lengths = patterns.map(({ bytes }) => bytes.length);
    this.shortest = lengths.length === 0 ? 0 : Math.min(255, ...lengths);
    this.longest = Math.max(0, ...lengths);
    this.jumps = new Uint8Array(65_536).fill(Math.max(0, this.shortest - BLOCK + 1));
    for (const pattern of patterns) this.add(pattern);
  }

  private add(pattern: Pattern): void {
    const { bytes } = pattern;
    for (let end = BLOCK - 1; end < this.shortest; end++) {
      const block = (bytes[end - 1]! << 8) | bytes[end]!;
      this.jumps[block] = Math.min(this.jumps[block]!, this.shortest - 1 - end);
      if (end === this.shortest - 1) this.ending.set(block, [...(this.ending.get(block) ?? []), pattern]);
    }
  }

  /** Begins a content. Between two pieces it keeps as many bytes as the longest pattern has. */
  start(): Search {
    let kept: Uint8Array = new Uint8Array(0);
    let passed = 0;
    return {
      next: (piece) => {
        if (this.longest === 0) return undefined;
        const seam = this.longest - 1;
        const joined = Buffer.concat([kept, piece.subarray(0, seam)]);
        const found = this.findIn(joined) ?? this.findIn(piece, kept.length);
        const find = found && { ...found, position: passed - kept.length + found.position };
        passed += piece.length;
        kept = Uint8Array.prototype.slice.call(piece.length >= seam ? piece.subarray(piece.length - seam) : joined);
        if (kept.length > seam) kept = kept.subarray(kept.length - seam);
        return find;
      },
    };
  }

  /** @param before how many bytes of the content are before these */
  private findIn(bytes: Uint8Array, before = 0): Find | undefined {
    const { jumps, shortest } = this;
    for (let end = shortest - 1; end < bytes.length;) {
      const block = (bytes[end - 1]! << 8) | bytes[end]!;
      const jump = jumps[block]!;
      if (jump > 0) {
        end += jump;
        continue;
      }
      const at = end - shortest + 1;
      const pattern = this.ending.get(block)?.find((one) => isAt(bytes, at, one.bytes));
      if (pattern) return { pattern, position: before + at };
      end += 1;
    }
    return undefined;
  }
}

function isAt(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
  if (at + pattern.length > bytes.length) return false;
  for (let index = 0; index < pattern.length; index++) if (bytes[at + index] !== pattern[index]) return false;
  return true;
}

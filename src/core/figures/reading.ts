import type { Figure, UnusableFigure } from './figure.js';

/** What a file with results holds. */
export interface Reading {
  /** In the order of the file. No two have the same name. */
  readonly figures: readonly Figure[];
  /** What cannot be judged: not a number, or of a benchmark that failed. None of them is in `figures`. */
  readonly unusable: readonly UnusableFigure[];
  /**
   * What makes figures doubtful, such as failed requests, or a threshold that the tool itself found crossed: a sentence
   * each, without a full stop.
   */
  readonly problems: readonly string[];
}

/** Reads the text of one file piece by piece, so that a file of any size fits into memory. */
export interface TextReader {
  /** @throws UnreadableError */
  write(text: string): void;
  /** @throws UnreadableError */
  close(): void;
}

/** Why a file cannot be read. The message continues the file's name: `is empty`. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

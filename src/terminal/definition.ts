import type { Kind, Option } from './options.js';

/** By name, without the dashes. */
export type Options = Readonly<Record<string, Option<unknown>>>;

export type ValuesOf<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** A command: `--help`, the reader of its arguments and every error about them come from here. */
export interface CommandLine<O extends Options = Options, W = unknown> {
  /** As users type it: `npm run lab -- bench`, or `npm run rehearse --` if options follow directly. */
  readonly command: string;
  /** For `--help`: what the command does, how long it takes, its exit codes. Line breaks do not count. */
  readonly description: string;
  readonly options: O;
  /** What may stand without an option's name. */
  readonly positionals?: Positionals<W>;
}

export interface Positionals<W> {
  readonly description: string;
  readonly kind: Kind<W>;
  readonly least: number;
  readonly most: number;
}

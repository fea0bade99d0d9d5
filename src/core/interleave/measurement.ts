import type { MeasuringMachine } from '../figures/machine.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/failure.js';
import type { Interleaved, InterleavedRun } from './manifest.js';
import type { SideRun } from './order.js';

export interface FoundResult {
  /** Relative to the folder that was searched. */
  readonly path: string;
  readonly bytes: number;
  /** Epoch ms, with their parts. */
  readonly changedAt: number;
}

/** The files of this machine. The adapter is src/host/result-copies.ts. */
export interface ResultFiles {
  /** @param folder absolute. A folder that does not exist has no files */
  find(folder: string, patterns: readonly string[]): Promise<readonly FoundResult[]>;
  /** Copies a file, or the file that a link leads to, and makes the folders. Both paths are absolute. @throws Error */
  copy(from: string, to: string): Promise<void>;
}

export interface MeasurementSettings {
  readonly files: ResultFiles;
  readonly clock: Clock;
  /** As the input `results` has them. */
  readonly patterns: readonly string[];
  /** The variable that begins patterns of a run's own folder for artifacts, such as `$ARTIFACTS`. */
  readonly variable: string;
  /** The folder for artifacts, absolute. */
  readonly artifacts: string;
  /** The folder below it that gets the copies. */
  readonly folder: string;
}

/** A file system may keep times to the second only. */
const TIME_GRAIN_MS = 1_000;
/** Below a run's folder: copies of files of its own artifacts, which the other ones cannot meet there. */
const OWN = '_artifacts';

interface Current extends SideRun {
  readonly directory: string;
  readonly beganAt: number;
  /** When files were changed, by path, before the run began. */
  readonly before: ReadonlyMap<string, number>;
  readonly copied: Map<string, number>;
  /** By pattern that has matched no file of this run so far: why, as a sentence. */
  readonly missing: Map<string, string>;
  /** Why a file could not be copied. */
  problem?: string;
}

/**
 * Keeps the result files of each run. They are copied as soon as a run has written them, because the next run of the
 * side writes to the same paths; and a file counts only for the run that wrote it: one that an earlier run left would
 * give a run that measured nothing the figures of another.
 */
export class Measurement {
  private readonly done: InterleavedRun[] = [];
  private current: Current | undefined;

  constructor(private readonly settings: MeasurementSettings) {}

  /** @param directory the working directory of the run, absolute */
  async begin(run: SideRun, directory: string): Promise<void> {
    const { files, clock } = this.settings;
    const patterns = this.patternsOf('directory');
    const found = patterns.length === 0 ? [] : await files.find(directory, patterns);
    this.current = {
      ...run,
      directory,
      beganAt: clock.now(),
      before: new Map(found.map(({ path, changedAt }) => [path, changedAt])),
      copied: new Map(),
      missing: new Map(this.settings.patterns.filter((one) => !one.startsWith('!')).map((one) => [one, ''])),
    };
  }

  /** Copies what the run has written so far. @param own its folder for artifacts, absolute */
  async collect(own: string): Promise<void> {
    const current = this.current!;
    try {
      for (const pattern of this.settings.patterns)
        if (!pattern.startsWith('!')) await this.collectPattern(pattern, own, current);
    } catch (error) {
      current.problem = `The results could not be copied: ${messageOf(error)}.`;
    }
  }

  /** Ends the run. @returns why it has no results, as sentences; empty if it has all of them */
  end(): readonly string[] {
    const { side, run, copied, missing, problem } = this.current!;
    if (problem !== undefined) return [problem];
    if (missing.size > 0) return [...missing.values()];
    this.done.push({ side, run, results: [...copied.keys()] });
    return [];
  }

  /** How many runs have results. */
  get count(): number {
    return this.done.length;
  }

  describe(about: {
    readonly sides: Interleaved['sides'];
    readonly seed: string;
    readonly machine: MeasuringMachine;
  }): Interleaved {
    return { interleaved: 1, ...about, runs: this.done };
  }

  private async collectPattern(pattern: string, own: string, current: Current): Promise<void> {
    const isOwn = this.isOwn(pattern);
    const root = isOwn ? own : current.directory;
    const excluded = this.patternsOf(isOwn ? 'own' : 'directory').filter((one) => one.startsWith('!'));
    const found = await this.settings.files.find(root, [this.withoutVariable(pattern), ...excluded]);
    const isStale = ({ path, changedAt }: FoundResult): boolean =>
      changedAt < current.beganAt - TIME_GRAIN_MS || (!isOwn && current.before.get(path) === changedAt);
    const fresh = found.filter((one) => !isStale(one));
    const written = fresh.filter(({ bytes }) => bytes > 0);
    if (written.length > 0) current.missing.delete(pattern);
    else if (current.missing.has(pattern)) current.missing.set(pattern, describeMissing(pattern, { found, fresh }));
    const number = String(current.run).padStart(2, '0');
    for (const { path, changedAt } of written) {
      const name = `${this.settings.folder}/${current.side}/${number}/${isOwn ? `${OWN}/` : ''}${path}`;
      if (current.copied.get(name) === changedAt) continue;
      await this.settings.files.copy(`${root}/${path}`, `${this.settings.artifacts}/${name}`);
      current.copied.set(name, changedAt);
    }
  }

  private isOwn(pattern: string): boolean {
    return pattern.replace(/^!/, '').startsWith(`${this.settings.variable}/`);
  }

  private withoutVariable(pattern: string): string {
    return pattern.replace(`${this.settings.variable}/`, '');
  }

  private patternsOf(place: 'own' | 'directory'): readonly string[] {
    return this.settings.patterns
      .filter((one) => this.isOwn(one) === (place === 'own'))
      .map((one) => this.withoutVariable(one));
  }
}

function describeMissing(
  pattern: string,
  { found, fresh }: { readonly found: readonly FoundResult[]; readonly fresh: readonly FoundResult[] },
): string {
  const what = `\`results\` has ${pattern}, but`;
  if (fresh.length > 0) return `${what} ${fresh[0]!.path} is empty.`;
  if (found.length > 0) return `${what} ${found[0]!.path} is of an earlier run: this run did not write it.`;
  return `${what} the run wrote no such file.`;
}

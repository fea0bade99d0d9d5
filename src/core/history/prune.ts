import type { PastRun } from './entry.js';
import { parseRun } from './parse-run.js';
import { linesFromEnd } from './read-history.js';

const LINE_END = Buffer.from('\n');

/** Which runs stay. */
export type PruneRule =
  /** Those from this time on, in epoch ms. */
  | { readonly before: number }
  /** Of each name and branch the newest so many. */
  | { readonly keep: number };

export interface Pruned {
  readonly bytes: Uint8Array;
  /** How many lines were dropped. */
  readonly dropped: number;
  /** How many of them were no lines of a history. */
  readonly damaged: number;
  /** The runs of the other ones, newest first. A run of two lines is there twice. */
  readonly runs: readonly DroppedRun[];
}

export type DroppedRun = Pick<PastRun, 'id' | 'at' | 'branch' | 'name'>;

/**
 * Drops old runs, and lines that are no lines of a history. Lines of a later version of this program stay, since their
 * time is not known; all other lines stay as they are.
 */
export function pruneHistory(bytes: Uint8Array, rule: PruneRule): Pruned {
  const lines = [...linesFromEnd(Buffer.from(bytes))].map(({ line }) => ({ line, run: outlineRun(line) }));
  const stays = 'before' in rule ? ({ at }: DroppedRun) => at >= rule.before : chooseNewest(lines, rule.keep);
  const kept: Buffer[] = [];
  const runs: DroppedRun[] = [];
  for (const { line, run } of lines) {
    if (run === 'newer' || (run !== 'damaged' && stays(run))) kept.push(line);
    else if (run !== 'damaged') runs.push(run);
  }
  const dropped = lines.length - kept.length;
  const parts = kept.toReversed().flatMap((line) => [line, LINE_END]);
  return { bytes: Buffer.concat(parts), dropped, damaged: dropped - runs.length, runs };
}

/** Without the figures, which would take the most memory. */
function outlineRun(line: Buffer): DroppedRun | 'newer' | 'damaged' {
  const run = parseRun(line.toString());
  if (typeof run === 'string') return run;
  const { id, at, branch, name } = run;
  return { id, at, branch, ...(name !== undefined && { name }) };
}

/** Lines of one id are one run. */
function chooseNewest(
  lines: readonly { readonly run: DroppedRun | string }[],
  keep: number,
): (run: DroppedRun) => boolean {
  const groups = new Map<string, Map<string, number>>();
  for (const { run } of lines) {
    if (typeof run === 'string') continue;
    const key = JSON.stringify([run.name, run.branch]);
    const group = groups.get(key) ?? new Map<string, number>();
    groups.set(key, group.set(run.id, Math.max(run.at, group.get(run.id) ?? -Infinity)));
  }
  const newest = new Map(
    [...groups].map(([key, ids]) => {
      const sorted = [...ids].sort(([, one], [, other]) => other - one);
      return [key, new Set(sorted.slice(0, keep).map(([id]) => id))];
    }),
  );
  return ({ id, name, branch }) => newest.get(JSON.stringify([name, branch]))!.has(id);
}

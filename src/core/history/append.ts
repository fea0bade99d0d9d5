import * as advice from '../kernel/advice.js';
import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import { backOff } from '../kernel/back-off.js';
import type { HistoryPlace } from '../ports/history.js';
import { renderRun, type PastRun } from './entry.js';

/** A line of 400 bytes for each of 1.3 million runs. A longer history is pruned. */
export const MOST_BYTES = 512 * 2 ** 20;
/** How long a writer tries while others write, in ms: a hundred jobs side by side, each with a push of some seconds. */
const PATIENCE_MS = 300_000;
const LINE_END = 10;

/** What an append needs of the process. */
export interface AppendTools {
  /** The most bytes that the history may have. Default: {@link MOST_BYTES}. */
  readonly mostBytes?: number;
  readonly clock: Clock;
  /** From 0 to 1, so that two writers do not try at the same moments. */
  readonly random: () => number;
}

/**
 * Adds a run to the history. If another writer was faster, the run is added to what that writer left. A run whose line is there already is not
 * added again: after a lost answer, the first try may have succeeded.
 *
 * @returns the history with the run
 * @throws Failure `history-busy` if other writers are faster for five minutes
 */
export function appendRun(place: HistoryPlace, run: PastRun, tools: AppendTools): Promise<Uint8Array> {
  const line = Buffer.from(renderRun(run));
  return changeHistory(place, (bytes) => (Buffer.from(bytes).includes(line) ? bytes : addLine(bytes, line)), tools);
}

/**
 * Changes a history. If another writer was faster, what that writer left is changed.
 *
 * @param change gets the whole history, empty if there is none yet, and returns it if there is nothing to change
 * @returns the history as it is then
 * @throws Failure `history-busy` if other writers are faster for five minutes
 */
export async function changeHistory(
  place: HistoryPlace,
  change: (bytes: Uint8Array) => Uint8Array,
  { clock, random, mostBytes = MOST_BYTES }: AppendTools,
): Promise<Uint8Array> {
  const began = clock.now();
  for (let refusals = 1; ; refusals += 1) {
    const stored = await place.read(mostBytes);
    const before = stored?.bytes ?? new Uint8Array();
    const bytes = change(before);
    if (bytes === before || (await place.replace(bytes, stored?.version))) return bytes;
    const waitedMs = clock.now() - began;
    const leftMs = PATIENCE_MS - waitedMs;
    if (leftMs <= 0) throw busy(place.name);
    await clock.sleep(Math.min(leftMs, backOff({ kind: 'unanswered', refusals, waitedMs, leftMs, random: random() })));
  }
}

/** A last line that was cut off is ended, so that it damages no other line. */
function addLine(bytes: Uint8Array, line: Uint8Array): Uint8Array {
  const isOpen = bytes.length > 0 && bytes.at(-1) !== LINE_END;
  return Buffer.concat([bytes, ...(isOpen ? [Buffer.of(LINE_END)] : []), line]);
}

function busy(name: string): Failure {
  return new Failure(
    'history-busy',
    `${name}: other runs wrote to the history for ${PATIENCE_MS / 1_000} s, so it was not changed.`,
    { hint: advice.SHARE_NO_HISTORY },
  );
}

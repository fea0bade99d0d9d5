/** `throttled`: refused for a limit, without effect. `unanswered`: a 5xx, a reset, a time-out, an unreadable answer. */
export type TroubleKind = 'throttled' | 'unanswered';

export interface BackOffState {
  readonly kind: TroubleKind;
  /** How often this was refused: of this call, or of the calls beside it. At least 1. */
  readonly refusals: number;
  /** Since the first refusal, in ms. */
  readonly waitedMs: number;
  /** How much of the patience is left, in ms. */
  readonly leftMs: number;
  /** How long the service itself asks to wait, in ms. */
  readonly askedMs?: number;
  /** From 0 to 1. */
  readonly random: number;
}

const FIRST_MS: Readonly<Record<TroubleKind, number>> = { throttled: 1_000, unanswered: 250 };
const LONGEST_MS: Readonly<Record<TroubleKind, number>> = { throttled: 10_000, unanswered: 5_000 };

/**
 * The strategy: how many ms to wait before the next try. The wait doubles up to 10 s. Whoever is refused for longer
 * than that is one of many, and waits a quarter of the time that has passed: so the crowd asks less the longer it
 * stands. Half of each wait is random, so that starts side by side do not come back together.
 */
export function backOff({ kind, refusals, waitedMs, askedMs, random }: BackOffState): number {
  const doubled = FIRST_MS[kind] * 2 ** (refusals - 1);
  const longest = Math.min(doubled, Math.max(LONGEST_MS[kind], kind === 'throttled' ? waitedMs / 4 : 0));
  return askedMs === undefined ? longest * (0.5 + random / 2) : askedMs + longest * random;
}

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

/** The parts of the time since the first refusal that hold one try each begin here, in ms; the last is the rest. */
const TURNS_MS = [0, 4_000, 16_000, 64_000] as const;
/** EC2 admits two launches a second. */
const SHORTEST_TURN_MS = 500;

/**
 * The strategy for launches, of which EC2 admits 5 at once and then 2 a second for a whole account. Starts side by side
 * do not see each other, and a refusal does not say how many others wait: five, or hundreds. So each start is tried once
 * at a random moment of each part of its patience, every part four times as long as the one before, and at the end. A few
 * starts that wait are up within seconds, 95 of 100 within 100 s, and however many there are, each is refused six times at
 * most. See docs/inside/scale.md, "Launches that wait side by side".
 */
export function takeTurns(state: BackOffState): number {
  const { kind, waitedMs, leftMs, random } = state;
  if (kind !== 'throttled' || state.askedMs !== undefined) return backOff(state);
  const part = TURNS_MS.findIndex((begin) => begin >= waitedMs);
  if (part < 0) return leftMs;
  const [begin, end] = [TURNS_MS[part]!, TURNS_MS[part + 1] ?? waitedMs + leftMs];
  return Math.max(SHORTEST_TURN_MS, begin + (end - begin) * random - waitedMs);
}

/**
 * `throttled`: refused because of a rate limit, without effect. `unanswered`: a 5xx, a connection reset, a timeout, or
 * an unreadable answer.
 */
export type TroubleKind = 'throttled' | 'unanswered';

export interface BackOffState {
  readonly kind: TroubleKind;
  /** How many times this call, or the calls side by side with it, were refused. At least 1. */
  readonly refusals: number;
  /** Since the first refusal, in ms. */
  readonly waitedMs: number;
  /** Until the patience ends, in ms. */
  readonly leftMs: number;
  /** The wait that the service's answer names, in ms. */
  readonly askedMs?: number;
  /** From 0 to 1. */
  readonly random: number;
}

const FIRST_MS: Readonly<Record<TroubleKind, number>> = { throttled: 1_000, unanswered: 250 };
const LONGEST_MS: Readonly<Record<TroubleKind, number>> = { throttled: 10_000, unanswered: 5_000 };

/**
 * The default strategy: how many ms to wait before the next try. The wait doubles up to 10 s. A call that is throttled
 * for longer than 40 s is one of many, and waits a quarter of the time since its first refusal. So a crowd sends fewer
 * requests the longer it waits. Half of each wait is random, so that starts side by side do not try at the same moment.
 */
export function backOff({ kind, refusals, waitedMs, askedMs, random }: BackOffState): number {
  const doubled = FIRST_MS[kind] * 2 ** (refusals - 1);
  const longest = Math.min(doubled, Math.max(LONGEST_MS[kind], kind === 'throttled' ? waitedMs / 4 : 0));
  return askedMs === undefined ? longest * (0.5 + random / 2) : askedMs + longest * random;
}

/**
 * When each part of the patience begins, in ms after the first refusal. The last part ends with the patience. There is
 * one try in each part.
 */
const TURNS_MS = [0, 4_000, 16_000, 64_000] as const;
/** The shortest wait between two tries, because EC2 admits two launches a second. */
const SHORTEST_TURN_MS = 500;

/**
 * The strategy for launches. EC2 admits 5 launches at once and then 2 a second for a whole account. Starts side by side
 * do not see each other, and a refusal does not say whether five or hundreds of others wait. So each start tries once
 * at a random moment of each part of its patience, each part four times as long as the one before, and once at the end.
 * A few waiting starts launch within seconds, 95 of 100 within 100 s, and each is refused six times at most, however
 * many wait. See docs/inside/scale.md, "Launches that wait side by side".
 */
export function takeTurns(state: BackOffState): number {
  const { kind, waitedMs, leftMs, random } = state;
  if (kind !== 'throttled' || state.askedMs !== undefined) return backOff(state);
  const part = TURNS_MS.findIndex((begin) => begin >= waitedMs);
  if (part < 0) return leftMs;
  const [begin, end] = [TURNS_MS[part]!, TURNS_MS[part + 1] ?? waitedMs + leftMs];
  return Math.max(SHORTEST_TURN_MS, begin + (end - begin) * random - waitedMs);
}

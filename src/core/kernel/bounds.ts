/**
 * How long a machine may be there at most, whatever its tags say. The inputs' limits are defined here, so that no tag
 * that a start or fill-pool has written can say more.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The most that `startup-timeout-minutes` takes. */
export const LONGEST_STARTUP_MINUTES = 60;
/** The most that `max-lifetime-minutes` takes. */
export const LONGEST_LIFETIME_MINUTES = 7_200;
/** The most that `max-age-days` of fill-pool takes. */
export const LONGEST_POOL_DAYS = 28;

/** Between the tag and EC2's own launch time lie a request, its repeats and two clocks. */
const SLACK_MS = 60 * MINUTE_MS;

/** From an instance's launch (or claim) on: no start writes an `expires-at` that is later. */
export const LONGEST_STAY_MS = (LONGEST_STARTUP_MINUTES + LONGEST_LIFETIME_MINUTES) * MINUTE_MS + SLACK_MS;
/** From a pooled instance's launch on: fill-pool writes no `expires-at` that is later. */
export const LONGEST_POOLED_MS = LONGEST_POOL_DAYS * DAY_MS + SLACK_MS;
/**
 * How long the runner that claims a pooled instance protects it beyond its time. A start begins no claim in the last
 * minute of that time, and a claim is four requests: with all their repeats they take some minutes.
 */
export const CLAIM_BOUND_MS = 30 * MINUTE_MS;
/** What a reaper leaves to a person is listed with a warning; after so long the sweep fails until someone has looked. */
export const DOUBT_BOUND_MS = DAY_MS;
/** Two clocks may differ by so much: a time that lies further in the future is no time of a past event. */
export const CLOCK_SKEW_MS = 5 * MINUTE_MS;

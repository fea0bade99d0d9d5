/**
 * The longest life of an instance, whatever its tags say. The inputs take their maximum from here, so no tag that a
 * start or fill-pool writes is beyond these bounds.
 *
 * How late EC2 may list a new instance is in `instances/end-instances.ts`; how long a request is repeated, in `patience.ts`.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The maximum of `startup-timeout-minutes`. */
export const LONGEST_STARTUP_MINUTES = 60;
/** The maximum of `max-lifetime-minutes`. */
export const LONGEST_LIFETIME_MINUTES = 7_200;
/** The most runners of one instance. Their ids and names fit into the tags, and their configurations into the user data. */
export const MOST_RUNNERS = 16;
/** The maximum of `keep-on-failure-minutes`. */
export const LONGEST_KEEP_MINUTES = 1_440;
/** The maximum of fill-pool's `max-age-days`. */
export const LONGEST_POOL_DAYS = 28;

/**
 * Covers what lies between the tag's time and EC2's launch time: a request, its retries, and the difference of two
 * clocks.
 */
const SLACK_MS = 60 * MINUTE_MS;

/** How long an instance may exist after its launch or claim. No start writes a later `expires-at`. */
export const LONGEST_STAY_MS = (LONGEST_STARTUP_MINUTES + LONGEST_LIFETIME_MINUTES) * MINUTE_MS + SLACK_MS;
/** How long a pooled instance may exist after its launch. fill-pool writes no later `expires-at`. */
export const LONGEST_POOLED_MS = LONGEST_POOL_DAYS * DAY_MS + SLACK_MS;
/**
 * How long a claiming runner protects a pooled instance after the instance's time in the pool is over. A start begins
 * no claim in the last minute of that time. A claim is four requests, which take some minutes with all their retries.
 */
export const CLAIM_BOUND_MS = 30 * MINUTE_MS;
/**
 * How long something may be in doubt while the reaper only warns of it. Afterwards the sweep fails until a person has
 * decided.
 */
export const DOUBT_BOUND_MS = DAY_MS;
/** The most that two clocks differ. A time further in the future is not the time of a past event. */
export const CLOCK_SKEW_MS = 5 * MINUTE_MS;

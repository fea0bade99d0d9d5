import { plural } from '../kernel/plural.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * A bound as its input gave it: whole minutes, otherwise seconds, so that `0.05` is not rounded to another number.
 *
 * @param ms milliseconds
 */
export function describeMinutes(ms: number): string {
  return ms % MINUTE === 0 ? plural(ms / MINUTE, 'minute') : plural(Math.round(ms / 100) / 10, 'second');
}

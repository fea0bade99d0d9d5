import { creationLimited, secondaryLimited } from './errors.js';

/** GitHub's secondary limits, over the last minute. */
export interface SecondaryLimits {
  /** A read is 1 point, a write 5. GitHub: 900. */
  readonly pointsPerMinute: number;
  /** Requests that create something. GitHub: "in general, no more than 80". */
  readonly creationsPerMinute: number;
}

interface Past {
  readonly at: number;
  readonly points: number;
  readonly creations: number;
}

const WINDOW_MS = 60_000;

/**
 * GitHub's secondary limits as a sliding window. Refused requests do not count.
 * Source: GitHub docs, "Rate limits for the REST API", "About secondary rate limits".
 */
export class SecondaryLimit {
  private past: Past[] = [];

  constructor(private readonly limits: SecondaryLimits) {}

  /** @throws GitHubError 403 with `retry-after` */
  admit(method: string): void {
    const now = Date.now();
    this.past = this.past.filter(({ at }) => at > now - WINDOW_MS);
    const isRead = method === 'GET' || method === 'HEAD';
    const points = this.sum('points') + (isRead ? 1 : 5);
    const creations = this.sum('creations') + (method === 'POST' ? 1 : 0);
    if (points > this.limits.pointsPerMinute) throw secondaryLimited();
    if (creations > this.limits.creationsPerMinute) throw creationLimited();
    this.past.push({ at: now, points: isRead ? 1 : 5, creations: method === 'POST' ? 1 : 0 });
  }

  private sum(what: 'points' | 'creations'): number {
    return this.past.reduce((total, one) => total + one[what], 0);
  }
}

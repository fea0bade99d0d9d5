import type { RecordedRequest } from '../../sandbox/sandbox.js';

export type Counted = Pick<RecordedRequest, 'at' | 'service' | 'operation' | 'method' | 'status'>;

/** The requests of one start, grouped by what their number depends on. */
export interface Tally {
  /** Requests to EC2 and SSM together. */
  readonly aws: number;
  readonly github: number;
  readonly launches: number;
  /** Registrations of a runner: just-in-time configurations and registration tokens. */
  readonly registrations: number;
  /** Polls whether a runner is online. */
  readonly polls: number;
  /** All requests but registrations and launches: their number must not grow with the number of runners. */
  readonly others: number;
  /** Points of GitHub's secondary rate limit. */
  readonly points: number;
  /** Points in the busiest 60 s; GitHub allows 900. */
  readonly pointsInBusiestMinute: number;
  /** Throttled requests. */
  readonly throttled: number;
}

const MINUTE_MS = 60_000;
const REGISTRATION = /^POST .*\/actions\/runners\/(generate-jitconfig|registration-token)$/;
const POLL = /^GET .*\/actions\/runners(\/\{runner_id\})?$/;

export function tally(requests: readonly Counted[]): Tally {
  const count = (isMeant: (request: Counted) => boolean) => requests.filter(isMeant).length;
  const launches = count(({ operation }) => operation === 'RunInstances');
  const registrations = count(({ operation }) => REGISTRATION.test(operation));
  return {
    aws: count(({ service }) => service !== 'github'),
    github: count(({ service }) => service === 'github'),
    launches,
    registrations,
    polls: count(({ operation }) => POLL.test(operation)),
    others: requests.length - launches - registrations,
    points: sumPoints(requests),
    pointsInBusiestMinute: Math.max(
      0,
      ...requests.map(({ at }) => sumPoints(requests.filter((one) => one.at >= at && one.at < at + MINUTE_MS))),
    ),
    throttled: count(({ status }) => status === 429 || status === 503),
  };
}

/** A GET costs 1 point, a request that changes something 5. Source: "Rate limits for the REST API", secondary rate limits. */
function sumPoints(requests: readonly Counted[]): number {
  return requests
    .filter(({ service }) => service === 'github')
    .reduce((sum, { method }) => sum + (['GET', 'HEAD', 'OPTIONS'].includes(method) ? 1 : 5), 0);
}

import type { RecordedRequest } from '../../sandbox/sandbox.js';

/**
 * The most requests within one window and the refused ones, for GitHub, launches, and other AWS requests: a line each.
 *
 * @param sharedPerSecond the rate that EC2 and SSM admit of all requests except launches
 */
export function measureRates(requests: readonly RecordedRequest[], sharedPerSecond: number): string[] {
  const gitHub = requests.filter(({ service }) => service === 'github');
  const launches = requests.filter(({ operation }) => operation === 'RunInstances');
  const others = requests.filter(({ service, operation }) => service !== 'github' && operation !== 'RunInstances');
  const admitted = gitHub.filter((request) => !isRefused(request));
  const points = ({ method }: RecordedRequest): number => (method === 'GET' ? 1 : 5);
  const creations = ({ method }: RecordedRequest): number => (method === 'POST' ? 1 : 0);
  const one = (): number => 1;
  return [
    `GitHub: ${gitHub.length} requests, ${gitHub.length - admitted.length} of them refused; at most ` +
      `${most(gitHub, 60_000, points)} points a minute (limit 900), ${most(gitHub, 60_000, creations)} creations (80).`,
    `RunInstances: ${launches.length} requests, ${launches.filter(isRefused).length} of them throttled; at most ` +
      `${most(launches, 10_000, one)} in 10 s (25).`,
    `EC2 and SSM otherwise: ${others.length} requests, ${others.filter(isRefused).length} of them throttled; at most ` +
      `${most(others, 10_000, one)} in 10 s (${11 * sharedPerSecond}).`,
  ];
}

function isRefused({ status, service }: RecordedRequest): boolean {
  return service === 'github' ? status === 403 || status === 429 : status === 503;
}

/** The largest weight of the requests within any window of this length. */
function most(
  requests: readonly RecordedRequest[],
  windowMs: number,
  weigh: (request: RecordedRequest) => number,
): number {
  let [from, sum, highest] = [0, 0, 0];
  for (const request of requests) {
    sum += weigh(request);
    while (request.at - requests[from]!.at > windowMs) sum -= weigh(requests[from++]!);
    highest = Math.max(highest, sum);
  }
  return highest;
}

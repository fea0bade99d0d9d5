import { describeContract } from './contract.js';
import { PULL_REQUEST_READS } from './pull-requests-reads.cases.js';
import { PULL_REQUEST_WRITES } from './pull-requests-writes.cases.js';
import type { PullRequestsWorld } from './pull-requests.world.js';

/** The contract of the `PullRequests` port: what every implementation of it must do. */
export function describePullRequests(
  name: string,
  createWorld: () => PullRequestsWorld | Promise<PullRequestsWorld>,
): void {
  const cases = { ...PULL_REQUEST_READS, ...PULL_REQUEST_WRITES };
  describeContract(`PullRequests contract: ${name}`, { cases, createWorld });
}

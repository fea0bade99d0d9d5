import { Failure } from '../../src/core/kernel/failure.js';
import type { MachineRequest } from '../../src/core/machine/request.js';
import type { FillRequest } from '../../src/core/pool/request.js';
import type { StartRequest, Startup } from '../../src/core/start/request.js';
import { SUBNET_A } from './fake-catalog.js';

export const run = { owner: 'octo-org', repo: 'octo-repo', runId: '77', runAttempt: '1', job: 'start' };

type RequestChanges = Partial<MachineRequest & Startup & Omit<StartRequest, 'machine' | 'startup' | 'machines'>> & {
  /** How many instances, with one runner each. */
  readonly count?: number;
};

/** A complete request. A test changes only the fields that it is about. */
export function aRequest(changes: RequestChanges = {}): StartRequest {
  const label = changes.label ?? 'a-label';
  const all = {
    run,
    startId: '0123abcd',
    scope: { kind: 'repo', owner: 'octo-org', repo: 'octo-repo' },
    runnerGroup: undefined,
    pool: undefined,
    ...aMachine(),
    waitFor: 'online',
    retryCapacityMs: 0,
    preRunnerScript: undefined,
    startupTimeoutMs: 300_000,
    idleTimeoutMs: 600_000,
    maxLifetimeMs: 21_600_000,
    ...changes,
  } as const;
  const runners = changes.runners ?? [{ count: 1, label }];
  return { ...all, label, machines: changes.count ?? 1, runners, machine: all, startup: all };
}

export function aMachine(): MachineRequest {
  return {
    image: { kind: 'published', base: 'amd64' },
    base: 'amd64',
    instanceTypes: ['t3.xlarge', 'm5.xlarge'],
    subnetIds: [SUBNET_A],
    securityGroupIds: [],
    markets: ['on-demand'],
    instanceProfile: undefined,
    keyName: undefined,
    userTags: {},
    volume: { sizeGiB: 50, sizeIsDefault: true, type: 'gp3' },
    runnerVersion: 'latest',
    runnerHome: undefined,
    runAsUser: 'root',
  };
}

/** A request to fill the pool `ready` with one machine. */
export function aFillRequest(changes: Partial<FillRequest> = {}): FillRequest {
  return {
    run,
    id: 'ffffffff',
    scope: { kind: 'repo', owner: 'octo-org', repo: 'octo-repo' },
    runnerGroup: undefined,
    machine: aMachine(),
    pool: 'ready',
    size: 1,
    maxAgeMs: 7 * 24 * 3_600_000,
    warmUpMs: 600_000,
    warmUpScript: undefined,
    dryRun: false,
    ...changes,
  };
}

/** The `Failure` by which the promise is rejected. */
export async function failureOf(promise: Promise<unknown>) {
  const outcome: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Failure)) throw new Error(`Expected a Failure, not ${String(outcome)}`);
  const { code, message, hint, about } = outcome;
  return { code, message, hint, why: about.why, details: (about.details ?? []).join('\n') };
}

import { Failure } from '../../src/core/kernel/failure.js';
import type { FillRequest } from '../../src/core/pool/request.js';
import type { StartPorts } from '../../src/core/start/ports.js';
import type { Instance } from '../../src/core/ports/ec2.js';
import type { JournalEntry, Log } from '../../src/core/ports/process.js';
import type { MachineRequest } from '../../src/core/machine/request.js';
import type { StartRequest, Startup } from '../../src/core/start/request.js';
import { SUBNET_A } from './fake-catalog.js';
import { FakeClock } from './fake-clock.js';
import { FakeEc2 } from './fake-ec2.js';
import { FakeGitHub } from './fake-github.js';

export const run = { owner: 'octo-org', repo: 'octo-repo', runId: '77', runAttempt: '1', job: 'start' };

type RequestChanges = Partial<MachineRequest & Startup & Omit<StartRequest, 'machine' | 'startup' | 'machines'>> & {
  /** How many instances, with one runner each. */
  readonly count?: number;
};

/** A complete request, of which a test changes what it is about. */
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

/**
 * Clouds, clock and log in memory.
 *
 * @param options.bootMs every instance's runner comes online this long after its launch; never by default
 * @param options.invisibleMs EC2 lists an instance this long after its launch
 */
export function aWorld(options: { bootMs?: number; invisibleMs?: number } = {}) {
  const clock = new FakeClock();
  const ec2 = new FakeEc2({ clock, timeline: { invisibleMs: options.invisibleMs ?? 0 } });
  const github = new FakeGitHub();
  /** The clouds of other regions, by name. Any region without one uses the home region's. */
  const elsewhere = new Map<string, FakeEc2>();
  const said: string[] = [];
  const journal: JournalEntry[] = [];
  const cancel = new AbortController();
  const log: Log = {
    group: (_title, body) => body(),
    info: (sentence) => void said.push(sentence),
    notice: (sentence) => void said.push(`notice: ${sentence}`),
    warning: (sentence) => void said.push(`warning: ${sentence}`),
    debug: () => undefined,
  };
  const { bootMs } = options;
  if (bootMs !== undefined) {
    ec2.onLaunch((instance) => clock.after(bootMs, () => bringOnline(instance)));
  }
  const ports: StartPorts = {
    ec2,
    ec2In: async (region) => elsewhere.get(region) ?? ec2,
    github,
    clock,
    log,
    journal: { record: (entry) => void journal.push(entry) },
    signal: cancel.signal,
    bootScripts: { agent: '#!/bin/bash\nagent', installRunner: '#!/bin/bash\ninstall', aptWhenFree: '' },
    mask: () => undefined,
  };
  // The runner of an instance that is gone by then does not come online, and neither does a removed runner.
  function bringOnline(instance: Instance): void {
    const name = instance.tags['ci-actions:runner-name']!;
    if (live().some(({ id }) => id === instance.id) && github.listed.some((one) => one.name === name))
      github.connect(name);
  }
  const live = () =>
    [ec2, ...elsewhere.values()]
      .flatMap(({ instances }) => instances)
      .filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
  return { clock, ec2, elsewhere, github, said, journal, cancel, log, ports, live, bringOnline };
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

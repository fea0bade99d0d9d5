import { Failure, messageOf } from './failure.js';
import { parseScope, renderScope, TAG, type Scope } from './identity.js';
import type { Clock, Instance, Log, ReaperEc2, ReaperGitHub, Runner } from './ports.js';
import {
  judgeInstance,
  judgeRunner,
  judgeSpotRequest,
  judgeVolume,
  readRunnerName,
  type Verdict,
} from './reap-rules.js';

export interface ReapRequest {
  /** `owner/repo`, or `owner/*` for all of an organisation's. */
  readonly repositories: string;
  /** Where this suite's runners of these repositories may be registered, beside what the instances' tags name. */
  readonly home: Scope;
  readonly graceMs: number;
  readonly dryRun: boolean;
}

export interface ReapPorts {
  /** One for each region to sweep. */
  readonly regions: readonly ReaperEc2[];
  readonly gitHubOf: (scope: Scope) => Promise<ReaperGitHub>;
  readonly clock: Clock;
  readonly log: Log;
}

export type FindingKind = 'instance' | 'runner' | 'volume' | 'spot-request';

export interface Finding {
  readonly kind: FindingKind;
  readonly id: string;
  readonly region?: string;
  readonly scope?: string;
  readonly type?: string;
  readonly ageMs?: number;
  readonly why: string;
  /** `would-remove` under `dryRun`; `skipped` needs a person; `spared`: what was true when it was found no longer was. */
  outcome: 'removed' | 'would-remove' | 'skipped' | 'spared' | 'failed';
  error?: string;
}

export interface Reaped {
  readonly findings: readonly Finding[];
  readonly instancesSeen: number;
  readonly runnersSeen: number;
}

/**
 * Takes away what no job needs: orphans, ghosts, volumes and spot requests. Everything is looked at before
 * anything is touched, and whatever could not be asked stops the sweep: an outage must never look like emptiness.
 *
 * @throws Failure as the adapters throw it, before anything was touched; `cleanup-incomplete` when a removal failed
 */
export async function reap(request: ReapRequest, ports: ReapPorts): Promise<Reaped> {
  const world = await ports.log.group('Look', () => look(request, ports));
  const sweep = new Sweep(request, world, ports);
  const findings = await ports.log.group(request.dryRun ? 'Judge' : 'Judge and remove', () => sweep.run());
  const failed = findings.filter(({ outcome }) => outcome === 'failed');
  const reaped = { findings, instancesSeen: world.instances.length, runnersSeen: world.listings.size };
  if (failed.length === 0) return reaped;
  throw Object.assign(
    new Failure('cleanup-incomplete', `${failed.length} of ${findings.length} findings could not be removed.`, {
      hint: 'The next sweep tries again; if it fails in the same way, correct what the errors name.',
      details: failed.map(({ kind, id, error }) => `${kind} ${id}: ${error}`),
    }),
    { reaped },
  );
}

interface Located {
  readonly instance: Instance;
  readonly ec2: ReaperEc2;
  readonly scope: Scope;
}

interface World {
  readonly instances: readonly Located[];
  readonly hubs: ReadonlyMap<string, ReaperGitHub>;
  /** By scope and runner id. */
  readonly listings: ReadonlyMap<string, { readonly runner: Runner; readonly scope: string }>;
}

/** Every region first, then every scope; the listing is read after the instances, so none looks unregistered too early. */
async function look(request: ReapRequest, ports: ReapPorts): Promise<World> {
  const perRegion = await Promise.all(
    ports.regions.map(async (ec2) => {
      const found = await ec2.findInstances({ [TAG.repository]: request.repositories });
      return found.map((instance) => ({ instance, ec2, scope: parseScope(instance.tags[TAG.scope]) ?? request.home }));
    }),
  );
  const instances = perRegion.flat();
  const scopes = new Map([request.home, ...instances.map(({ scope }) => scope)].map((one) => [renderScope(one), one]));
  const hubs = new Map<string, ReaperGitHub>();
  const listings = new Map<string, { runner: Runner; scope: string }>();
  for (const [name, scope] of scopes) {
    const github = await ports.gitHubOf(scope);
    hubs.set(name, github);
    for (const runner of await github.listRunners()) listings.set(keyOf(name, runner.id), { runner, scope: name });
  }
  ports.log.info(`${instances.length} instances and ${listings.size} runners seen.`);
  return { instances, hubs, listings };
}

class Sweep {
  private readonly findings: Finding[] = [];
  private readonly attempts = new Map<string, Promise<'active' | 'completed' | 'unknown'>>();

  constructor(
    private readonly request: ReapRequest,
    private readonly world: World,
    private readonly ports: ReapPorts,
  ) {}

  async run(): Promise<readonly Finding[]> {
    for (const located of this.world.instances) await this.sweepInstance(located);
    for (const { runner, scope } of this.world.listings.values()) await this.sweepRunner(runner, scope);
    for (const ec2 of this.ports.regions) await this.sweepLeftovers(ec2);
    return this.findings;
  }

  private async sweepInstance(located: Located): Promise<void> {
    const { instance, ec2 } = located;
    if (instance.state === 'shutting-down' || instance.state === 'terminated') return;
    const verdict = await this.judge(located, 'listed');
    const finding = this.note(verdict, {
      kind: 'instance',
      id: instance.id,
      region: ec2.region,
      type: instance.type,
      ageMs: this.ports.clock.now() - instance.launchedAt,
    });
    if (!finding) return;
    await this.remove(finding, async () => {
      // Minutes may lie between the listing and this moment; a job may have come meanwhile.
      const again = await this.judge(located, 'asked again');
      if (again.kind !== 'remove') return 'spared';
      await ec2.terminate([instance.id]);
      return 'removed';
    });
  }

  private async judge({ instance, scope }: Located, how: 'listed' | 'asked again'): Promise<Verdict> {
    const name = renderScope(scope);
    const id = Number(instance.tags[TAG.runnerId]);
    if (!Number.isSafeInteger(id) || id < 1) {
      return { kind: 'skip', why: `its tag ${TAG.runnerId} is ${JSON.stringify(instance.tags[TAG.runnerId] ?? '')}` };
    }
    const listed = how === 'listed' ? this.world.listings.get(keyOf(name, id))?.runner : undefined;
    const runner = listed ?? (await this.world.hubs.get(name)!.readRunner(id)) ?? 'absent';
    const attempt = await this.attemptOf(
      instance.tags[TAG.repository],
      instance.tags[TAG.runId],
      instance.tags[TAG.runAttempt],
    );
    return judgeInstance(instance, { runner, attempt, now: this.ports.clock.now(), graceMs: this.request.graceMs });
  }

  private async sweepRunner(runner: Runner, scope: string): Promise<void> {
    const run = readRunnerName(runner.name);
    if (!run) return;
    const home = parseScope(scope);
    // Runners of an organisation don't tell their repository: only with an instance's tags can they be judged.
    const repository = home?.kind === 'repo' ? `${home.owner}/${home.repo}` : undefined;
    const hasInstance = this.world.instances.some(({ instance }) => instance.tags[TAG.runnerId] === String(runner.id));
    const attempt = repository === undefined ? 'active' : await this.attemptOf(repository, run.runId, run.runAttempt);
    const finding = this.note(judgeRunner(runner, { hasInstance, attempt }), {
      kind: 'runner',
      id: `${runner.name} (${runner.id})`,
      scope,
    });
    if (!finding) return;
    const github = this.world.hubs.get(scope)!;
    await this.remove(finding, async () => {
      const now = await github.readRunner(runner.id);
      if (now && judgeRunner(now, { hasInstance, attempt }).kind !== 'remove') return 'spared';
      return (await github.removeRunner(runner.id)) === 'busy' ? 'spared' : 'removed';
    });
  }

  private async sweepLeftovers(ec2: ReaperEc2): Promise<void> {
    const tags = { [TAG.repository]: this.request.repositories };
    const facts = { now: this.ports.clock.now(), graceMs: this.request.graceMs };
    for (const volume of await ec2.findVolumes(tags)) {
      const about = { kind: 'volume', id: volume.id, region: ec2.region, ageMs: facts.now - volume.createdAt } as const;
      const finding = this.note(judgeVolume(volume, facts), about);
      if (finding) await this.remove(finding, () => ec2.deleteVolume(volume.id).then(() => 'removed'));
    }
    for (const request of await ec2.findSpotRequests(tags)) {
      const about = {
        kind: 'spot-request',
        id: request.id,
        region: ec2.region,
        ageMs: facts.now - request.createdAt,
      } as const;
      const finding = this.note(judgeSpotRequest(request, facts), about);
      if (finding) await this.remove(finding, () => ec2.cancelSpotRequest(request.id).then(() => 'removed'));
    }
  }

  /** Keeps in mind what a person would want to know of; `undefined` when there is nothing to do. */
  private note(verdict: Verdict, about: Omit<Finding, 'why' | 'outcome'>): Finding | undefined {
    const { log } = this.ports;
    if (verdict.kind === 'keep') {
      log.debug(`Kept ${about.kind} ${about.id}: ${verdict.why}.`);
      return undefined;
    }
    const finding: Finding = {
      ...about,
      why: verdict.why,
      outcome: verdict.kind === 'skip' ? 'skipped' : 'would-remove',
    };
    this.findings.push(finding);
    if (verdict.kind === 'skip') log.warning(`Left alone: ${about.kind} ${about.id}: ${verdict.why}.`);
    return verdict.kind === 'skip' ? undefined : finding;
  }

  /** One failure doesn't end the sweep. */
  private async remove(finding: Finding, effect: () => Promise<string>): Promise<void> {
    if (this.request.dryRun) {
      this.ports.log.info(`Would remove ${finding.kind} ${finding.id}: ${finding.why}.`);
      return;
    }
    try {
      finding.outcome = (await effect()) as Finding['outcome'];
      this.ports.log.info(
        `${finding.outcome === 'spared' ? 'Spared' : 'Removed'} ${finding.kind} ${finding.id}: ${finding.why}.`,
      );
    } catch (error) {
      finding.outcome = 'failed';
      finding.error = messageOf(error);
      this.ports.log.warning(`Could not remove ${finding.kind} ${finding.id}: ${finding.error}`);
    }
  }

  private attemptOf(
    repository?: string,
    runId?: string,
    attempt?: string,
  ): Promise<'active' | 'completed' | 'unknown'> {
    if (!repository || !runId || !attempt) return Promise.resolve('unknown');
    const key = `${repository}/${runId}/${attempt}`;
    const known = this.attempts.get(key);
    if (known) return known;
    const asked = this.world.hubs.get(renderScope(this.request.home))!.readRunAttempt(repository, runId, attempt);
    this.attempts.set(key, asked);
    return asked;
  }
}

function keyOf(scope: string, runnerId: number): string {
  return `${scope} ${runnerId}`;
}

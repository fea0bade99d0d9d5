import { Failure } from '../kernel/failure.js';
import { renderScope, type Scope } from '../kernel/identity.js';
import { isEnding } from '../instances/states.js';
import type { Clock } from '../kernel/clock.js';
import type { Instance } from '../ports/ec2.js';
import type { Runner } from '../ports/github.js';
import { estimateInstance } from '../kernel/prices.js';
import { Ghosts } from './ghosts.js';
import type { InstanceIdentity, Problem } from './identity.js';
import { considerSpotRequest, considerVolume } from './leftovers.js';
import { considerPooled, endInstance } from './pooled.js';
import { judgeInstance, type ReapDecision } from './rules.js';
import type { Finding, Outcome, ReapRequest } from './finding.js';
import type { GitHubByScope, LocatedInstance, World } from './world.js';

export type About = Omit<Finding, 'why' | 'outcome' | 'failure' | 'inDoubtMs'>;

/** One thing that may have to go. */
export interface Candidate {
  readonly about: About;
  /** From the listings, where they tell. */
  readonly judge: () => ReapDecision | Promise<ReapDecision>;
  /** From what is true now: minutes may lie between the listings and this moment, and a job may have come. */
  readonly judgeAgain: () => ReapDecision | Promise<ReapDecision>;
  readonly remove: () => Promise<Outcome>;
}

interface CandidatePorts {
  readonly gitHubByScope: GitHubByScope;
  readonly clock: Clock;
}

/**
 * Everything in a world that was looked at, with how to judge and how to remove it. Instances first: they cost most,
 * and a runner whose instance goes is none of the ghosts.
 */
export function listCandidates(request: ReapRequest, world: World, ports: CandidatePorts): Candidate[] {
  const { instances, runners, volumes, spotRequests } = world;
  const orphans = new Orphans(request, world, ports);
  const ghosts = new Ghosts(request.reach, world, ports.gitHubByScope);
  const leftovers = { clock: ports.clock, graceMs: request.graceMs };
  return [
    ...instances.filter(({ instance }) => !isEnding(instance)).map((one) => orphans.consider(one)),
    ...runners.flatMap((one) => ghosts.consider(one)),
    ...volumes.map((one) => considerVolume(one, leftovers)),
    ...spotRequests.map((one) => considerSpotRequest(one, leftovers)),
  ];
}

/** Instances, each judged by its own tags and what GitHub says about its runner and run. */
class Orphans {
  private readonly unlisted: ReadonlyMap<string, Failure>;

  constructor(
    private readonly request: ReapRequest,
    private readonly world: World,
    private readonly ports: CandidatePorts,
  ) {
    const scopes = world.gaps.filter(({ kind }) => kind === 'scope');
    this.unlisted = new Map(scopes.map(({ id, failure }) => [id, failure]));
  }

  consider({ instance, ec2, identity }: LocatedInstance): Candidate {
    const ageMs = this.ports.clock.now() - instance.launchedAt;
    const cost = instance.state === 'stopped' ? undefined : estimateInstance(instance.type, ageMs);
    const about: About = {
      kind: 'instance',
      id: instance.id,
      region: ec2.region,
      type: instance.type,
      ...(Number.isFinite(ageMs) && { ageMs, ...(cost !== undefined && { estimatedCost: cost }) }),
    };
    if ('problem' in identity) {
      const judge = () => doubt(instance, identity);
      return { about, judge, judgeAgain: judge, remove: async () => 'skipped' };
    }
    const { scope } = identity;
    if ('pool' in identity) {
      const hub = () => this.ports.gitHubByScope.of(scope);
      const listed = () => this.listedIn(scope);
      return { about, ...considerPooled({ instance, ec2, identity }, { listed, hub, clock: this.ports.clock }) };
    }
    return {
      about,
      judge: () => this.judge(instance, identity, this.findListed(identity)),
      judgeAgain: async () => this.judge(instance, identity, await this.askForRunner(identity)),
      remove: async () => {
        // GitHub refuses this while a job runs: from here on none can begin, so that none can be killed.
        const removal = await (await this.ports.gitHubByScope.of(scope)).removeRunner(identity.runnerId);
        if (removal === 'busy') return 'spared';
        return endInstance(instance.id, ec2, this.ports.clock);
      },
    };
  }

  /** @throws Failure why they could not be listed */
  private listedIn(scope: Scope): Runner[] {
    const id = renderScope(scope);
    const failure = this.unlisted.get(id);
    if (failure) throw failure;
    return this.world.runners.flatMap((one) => (renderScope(one.scope) === id ? one.runner : []));
  }

  private findListed({ scope, runnerId, runnerName }: InstanceIdentity): Runner | 'absent' {
    const here = this.listedIn(scope);
    return here.find(({ id }) => id === runnerId) ?? here.find(({ name }) => name === runnerName) ?? 'absent';
  }

  private async askForRunner({ scope, runnerId }: InstanceIdentity): Promise<Runner | 'absent'> {
    return (await (await this.ports.gitHubByScope.of(scope)).readRunner(runnerId)) ?? 'absent';
  }

  private async judge(
    instance: Instance,
    identity: InstanceIdentity,
    runner: Runner | 'absent',
  ): Promise<ReapDecision> {
    const { runnerId, runnerName, expiresAt, claimedAt } = identity;
    if (runner !== 'absent' && (runner.id !== runnerId || runner.name !== runnerName)) {
      const said = `its tags name the runner ${runnerName} (${runnerId})`;
      const why = `${said}, but GitHub has ${runner.name} (${runner.id})`;
      return { kind: 'skip', why, since: instance.launchedAt };
    }
    // A busy runner's instance stays whatever its run says, so that is not asked.
    const isBusy = runner !== 'absent' && runner.busy;
    const attempt = isBusy ? 'active' : await this.ports.gitHubByScope.readRunAttempt(identity);
    const now = this.ports.clock.now();
    const claim = claimedAt === undefined ? {} : { claimedAt };
    return judgeInstance(instance, { runner, attempt, expiresAt, ...claim, now, graceMs: this.request.graceMs });
  }
}

/** @throws Failure for one whose tags ask for what the sweep must not do: that is no mistake that time may clear up */
function doubt({ launchedAt }: Instance, { problem, refused }: Problem): ReapDecision {
  if (refused === undefined) return { kind: 'skip', why: problem, since: launchedAt };
  throw new Failure('cleanup-incomplete', `It was not judged, for ${problem}.`, { hint: refused });
}

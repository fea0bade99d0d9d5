import { renderScope } from './identity.js';
import { isEnding } from './instance-states.js';
import type { Clock, Instance, Runner } from './ports.js';
import { estimateInstance, estimateVolume } from './prices.js';
import { readOrigin, type InstanceIdentity } from './reap-identity.js';
import { considerPooled, endInstance } from './reap-pooled.js';
import { judgeInstance, judgeRunner, judgeSpotRequest, judgeVolume, type Verdict } from './reap-rules.js';
import type { Finding, Outcome, ReapRequest } from './reap-finding.js';
import type { Hubs, ListedRunner, LocatedInstance, World } from './reap-world.js';

export type About = Omit<Finding, 'why' | 'outcome' | 'failure'>;

/** One thing that may have to go. */
export interface Candidate {
  readonly about: About;
  /** From the listings, where they tell. */
  readonly judge: () => Verdict | Promise<Verdict>;
  /** From what is true now: minutes may lie between the listings and this moment, and a job may have come. */
  readonly judgeAgain: () => Verdict | Promise<Verdict>;
  readonly remove: () => Promise<Outcome>;
}

/** Everything in a world that was looked at, with how to judge and how to remove it. */
export class Candidates {
  constructor(
    private readonly request: ReapRequest,
    private readonly world: World,
    private readonly ports: { readonly hubs: Hubs; readonly clock: Clock },
  ) {}

  /** Instances first: they cost most, and a runner whose instance goes is none of the ghosts. */
  list(): Candidate[] {
    const { instances, runners, volumes, spotRequests } = this.world;
    return [
      ...instances.filter(({ instance }) => !isEnding(instance)).map((one) => this.forInstance(one)),
      ...runners.flatMap((one) => this.forRunner(one)),
      ...volumes.map((one) => this.forVolume(one)),
      ...spotRequests.map((one) => this.forSpotRequest(one)),
    ];
  }

  private forInstance({ instance, ec2, identity }: LocatedInstance): Candidate {
    const ageMs = this.ports.clock.now() - instance.launchedAt;
    const cost = instance.state === 'stopped' ? undefined : estimateInstance(instance.type, ageMs);
    const about: About = {
      kind: 'instance',
      id: instance.id,
      region: ec2.region,
      type: instance.type,
      ageMs,
      ...(cost !== undefined && { estimatedCost: cost }),
    };
    if ('problem' in identity) {
      const verdict: Verdict = { kind: 'skip', why: identity.problem };
      return { about, judge: () => verdict, judgeAgain: () => verdict, remove: async () => 'skipped' };
    }
    if ('pool' in identity) {
      const { scope } = identity;
      const ports = { listed: this.listedIn(scope), hub: () => this.ports.hubs.of(scope), clock: this.ports.clock };
      return { about, ...considerPooled({ instance, ec2, identity }, ports) };
    }
    return {
      about,
      judge: () => this.judgeInstance(instance, identity, this.findListed(identity)),
      judgeAgain: async () => this.judgeInstance(instance, identity, await this.askForRunner(identity)),
      remove: async () => {
        // GitHub refuses this while a job runs: from here on none can begin, so that none can be killed.
        const removal = await (await this.ports.hubs.of(identity.scope)).removeRunner(identity.runnerId);
        if (removal === 'busy') return 'spared';
        return endInstance(instance.id, ec2, this.ports.clock);
      },
    };
  }

  private listedIn(scope: ListedRunner['scope']): Runner[] {
    return this.world.runners.flatMap((one) => (renderScope(one.scope) === renderScope(scope) ? one.runner : []));
  }

  private findListed({ scope, runnerId, runnerName }: InstanceIdentity): Runner | 'absent' {
    const here = this.listedIn(scope);
    return here.find(({ id }) => id === runnerId) ?? here.find(({ name }) => name === runnerName) ?? 'absent';
  }

  private async askForRunner({ scope, runnerId }: InstanceIdentity): Promise<Runner | 'absent'> {
    return (await (await this.ports.hubs.of(scope)).readRunner(runnerId)) ?? 'absent';
  }

  private async judgeInstance(
    instance: Instance,
    identity: InstanceIdentity,
    runner: Runner | 'absent',
  ): Promise<Verdict> {
    const { runnerId, runnerName, expiresAt, claimedAt } = identity;
    if (runner !== 'absent' && (runner.id !== runnerId || runner.name !== runnerName)) {
      const said = `its tags name the runner ${runnerName} (${runnerId})`;
      return { kind: 'skip', why: `${said}, but GitHub has ${runner.name} (${runner.id})` };
    }
    // A busy runner's instance stays whatever its run says, so that is not asked.
    const isBusy = runner !== 'absent' && runner.busy;
    const attempt = isBusy ? 'active' : await this.ports.hubs.readRunAttempt(identity);
    const { now, graceMs } = this.ageFacts();
    const claim = claimedAt === undefined ? {} : { claimedAt };
    return judgeInstance(instance, { runner, attempt, expiresAt, ...claim, now, graceMs });
  }

  /** None for a runner that this suite did not name. */
  private forRunner({ runner, scope }: ListedRunner): Candidate[] {
    const run = readOrigin(runner);
    if (!run) return [];
    const hub = () => this.ports.hubs.of(scope);
    const judge = async (now: Runner): Promise<Verdict> => {
      const hasInstance = this.hasInstance(now);
      // Asked only where it decides.
      const early = judgeRunner(now, { hasInstance, attempt: 'completed' });
      if (early.kind === 'keep') return early;
      return judgeRunner(now, { hasInstance, attempt: await this.findAttempt(scope, run) });
    };
    const again = async (): Promise<Verdict> => {
      const now = await (await hub()).readRunner(runner.id);
      return now ? judge(now) : { kind: 'keep', why: 'it is gone' };
    };
    return [
      {
        about: { kind: 'runner', id: `${runner.id}`, name: runner.name, scope: renderScope(scope) },
        judge: () => judge(runner),
        judgeAgain: again,
        remove: async () => ((await (await hub()).removeRunner(runner.id)) === 'busy' ? 'spared' : 'removed'),
      },
    ];
  }

  /** Also one that is shutting down: its runner is looked at again when it is gone. */
  private hasInstance({ id, name }: Runner): boolean {
    return this.world.instances.some(({ instance, identity }) => {
      // With tags that do not fit, any of them counts.
      if ('problem' in identity)
        return Object.values(instance.tags).some((value) => value === name || value === `${id}`);
      // Until its tags name the claim, the claim holds nothing but the name.
      return !('pool' in identity) && (identity.runnerId === id || identity.runnerName === name);
    });
  }

  /**
   * An organisation's runner does not tell its repository. Ids of runs belong to one repository only, so the one
   * that knows the run is the one that started it.
   */
  private async findAttempt(scope: ListedRunner['scope'], run: { runId: string; runAttempt: string }) {
    const { home } = this.request.reach;
    const repositories =
      scope.kind === 'repo'
        ? [`${scope.owner}/${scope.repo}`]
        : new Set([
            `${home.owner}/${home.repo}`,
            ...this.world.instances.flatMap(({ identity }) => ('problem' in identity ? [] : identity.repository)),
          ]);
    for (const repository of repositories) {
      const attempt = await this.ports.hubs.readRunAttempt({ repository, ...run });
      if (attempt !== 'unknown') return attempt;
    }
    return 'unknown';
  }

  private forVolume({ volume, ec2 }: World['volumes'][number]): Candidate {
    const ageMs = this.ports.clock.now() - volume.createdAt;
    const cost = estimateVolume(volume, ageMs);
    const judge = () => judgeVolume(volume, this.ageFacts());
    return {
      about: {
        kind: 'volume',
        id: volume.id,
        region: ec2.region,
        type: `${volume.type}, ${volume.sizeGiB} GiB`,
        ageMs,
        ...(cost !== undefined && { estimatedCost: cost }),
      },
      judge,
      judgeAgain: judge,
      remove: async () => ((await ec2.deleteVolume(volume.id)) === 'in-use' ? 'spared' : 'removed'),
    };
  }

  private forSpotRequest({ request, ec2 }: World['spotRequests'][number]): Candidate {
    const ageMs = this.ports.clock.now() - request.createdAt;
    const judge = () => judgeSpotRequest(request, this.ageFacts());
    return {
      about: { kind: 'spot-request', id: request.id, region: ec2.region, ageMs, estimatedCost: 0 },
      judge,
      judgeAgain: judge,
      remove: () => ec2.cancelSpotRequest(request.id).then(() => 'removed' as const),
    };
  }

  private ageFacts() {
    return { now: this.ports.clock.now(), graceMs: this.request.graceMs };
  }
}

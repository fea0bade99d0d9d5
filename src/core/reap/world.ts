import { Failure } from '../kernel/failure.js';
import { parseScope, renderScope, TAG, type Scope } from '../kernel/identity.js';
import type { AttemptState, ReaperGitHub, Runner } from '../ports/github.js';
import type { Instance, ReaperEc2, SpotRequest, Volume } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import { claimOf, filterOf, readIdentity, type Problem, type Reach } from './identity.js';

export interface LocatedInstance {
  readonly instance: Instance;
  readonly ec2: ReaperEc2;
  readonly identity: ReturnType<typeof readIdentity>;
}

export interface LocatedVolume {
  readonly volume: Volume;
  readonly ec2: ReaperEc2;
  readonly problem?: string;
}

export interface LocatedSpotRequest {
  readonly request: SpotRequest;
  readonly ec2: ReaperEc2;
  readonly problem?: string;
}

export interface ListedRunner {
  readonly runner: Runner;
  readonly scope: Scope;
}

/** A listing that could not be read to its end: nothing that it would have had is judged. */
export interface Gap {
  readonly kind: 'region' | 'scope';
  readonly id: string;
  /** `instances`, `volumes`, `spot requests`, `runners`. */
  readonly what: string;
  readonly failure: Failure;
}

/** Everything within reach, as it was when it was listed. */
export interface World {
  readonly instances: readonly LocatedInstance[];
  readonly volumes: readonly LocatedVolume[];
  readonly spotRequests: readonly LocatedSpotRequest[];
  readonly runners: readonly ListedRunner[];
  readonly gaps: readonly Gap[];
}

/** GitHub by scope, each connected once, and what it says of run attempts, each asked once. */
export class GitHubByScope {
  private readonly gitHubByScope = new Map<string, Promise<ReaperGitHub>>();
  private readonly attempts = new Map<string, Promise<AttemptState>>();

  constructor(private readonly gitHubOf: (scope: Scope) => Promise<ReaperGitHub>) {}

  of(scope: Scope): Promise<ReaperGitHub> {
    return once(this.gitHubByScope, renderScope(scope), () => this.gitHubOf(scope));
  }

  /** A completed attempt never goes on again, so that one answer serves a whole sweep. */
  readRunAttempt(run: { repository: string; runId: string; runAttempt: string }): Promise<AttemptState> {
    const { repository, runId, runAttempt } = run;
    return once(this.attempts, `${repository} ${runId} ${runAttempt}`, async () => {
      const scope = parseScope(`repo:${repository}`)!;
      return (await this.of(scope)).readRunAttempt(repository, runId, runAttempt);
    });
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const made = known.get(key) ?? make();
  known.set(key, made);
  return made;
}

/**
 * Lists everything. The runners come last: a runner is registered before its instance is launched, so that no
 * instance of this list can look unregistered only because it is new. What could not be listed is a gap.
 */
export async function look(
  reach: Reach,
  { regions, gitHubByScope, log }: { regions: readonly ReaperEc2[]; gitHubByScope: GitHubByScope; log: Log },
): Promise<World> {
  const gaps: Gap[] = [];
  const perRegion = await Promise.all(regions.map((ec2) => new Region(reach, ec2, gaps).look()));
  const instances = perRegion.flatMap((region) => region.instances);
  const runners: ListedRunner[] = [];
  for (const scope of scopesOf(reach, instances)) {
    const id = renderScope(scope);
    const list = async () => (await gitHubByScope.of(scope)).listRunners();
    const listed = await orGap(gaps, { kind: 'scope', id, what: 'runners' }, list);
    if (listed) log.info(`${id}: ${count(listed.length, 'runner')}.`);
    runners.push(...(listed ?? []).map((runner) => ({ runner, scope })));
  }
  for (const { region, ...found } of perRegion) {
    const counts = [
      count(found.instances.length, 'instance'),
      count(found.volumes.length, 'volume'),
      count(found.spotRequests.length, 'spot request'),
    ];
    log.info(`${region}: ${counts.join(', ')}.`);
  }
  return {
    instances,
    volumes: perRegion.flatMap(({ volumes }) => volumes),
    spotRequests: perRegion.flatMap(({ spotRequests }) => spotRequests),
    runners,
    gaps,
  };
}

/** @returns `undefined` when it could not be asked, which is then a gap. @throws what is no Failure */
async function orGap<T>(gaps: Gap[], gap: Omit<Gap, 'failure'>, list: () => Promise<T>): Promise<T | undefined> {
  try {
    return await list();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    gaps.push({ ...gap, failure: error });
    return undefined;
  }
}

type Found<T> = readonly { readonly thing: T; readonly problem?: Problem }[];
type List<T> = (filter: ReturnType<typeof filterOf>) => Promise<readonly T[]>;

/** One region, whose listings fail one by one. */
class Region {
  constructor(
    private readonly reach: Reach,
    private readonly ec2: ReaperEc2,
    private readonly gaps: Gap[],
  ) {}

  async look() {
    const { ec2, reach } = this;
    const [instances, volumes, spotRequests] = await Promise.all([
      this.list<Instance>('instances', (filter) => ec2.findInstances(filter)),
      this.list<Volume>('volumes', (filter) => ec2.findVolumes(filter)),
      this.list<SpotRequest>('spot requests', (filter) => ec2.findSpotRequests(filter)),
    ]);
    return {
      region: ec2.region,
      instances: instances.map(({ thing, problem }) => {
        return { instance: thing, ec2, identity: problem ?? readIdentity(thing, reach) };
      }),
      volumes: volumes.map(({ thing, problem }) => ({ volume: thing, ec2, ...problem })),
      spotRequests: spotRequests.map(({ thing, problem }) => ({ request: thing, ec2, ...problem })),
    };
  }

  /** By the tag, and by whatever looks like it. The answers are checked again: a service may ignore a filter. */
  private async list<T extends { readonly id: string; readonly tags: Instance['tags'] }>(
    what: string,
    find: List<T>,
  ): Promise<Found<T>> {
    const { reach, ec2, gaps } = this;
    const gap = { kind: 'region', id: ec2.region, what } as const;
    const both = () => Promise.all([find(filterOf(reach)), find({ [TAG.repository]: { inAnyCase: true } })]);
    const found = (await orGap(gaps, gap, both)) ?? [];
    return [...new Map(found.flat().map((thing) => [thing.id, thing])).values()].flatMap((thing) => {
      const claim = claimOf(reach, thing.tags);
      if (claim === undefined) return [];
      return [claim === 'ours' ? { thing } : { thing, problem: claim }];
    });
  }
}

/** Where this reach registers its runners, and where the instances' own tags say that theirs are. */
function scopesOf({ kind, home }: Reach, instances: readonly LocatedInstance[]): readonly Scope[] {
  const { owner, repo } = home;
  const own: Scope[] = [{ kind: 'repo', owner, repo }, ...(kind === 'org' ? [{ kind, org: owner } as const] : [])];
  const tagged = instances.flatMap(({ identity }) => ('problem' in identity ? [] : identity.scope));
  return [...new Map([...own, ...tagged].map((scope) => [renderScope(scope), scope])).values()];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

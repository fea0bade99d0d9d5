import { parseScope, renderScope, type Scope } from './identity.js';
import type { AttemptState, Instance, Log, ReaperEc2, ReaperGitHub, Runner, SpotRequest, Volume } from './ports.js';
import { filterOf, isWithin, readIdentity, type Reach } from './reap-identity.js';

export interface LocatedInstance {
  readonly instance: Instance;
  readonly ec2: ReaperEc2;
  readonly identity: ReturnType<typeof readIdentity>;
}

export interface ListedRunner {
  readonly runner: Runner;
  readonly scope: Scope;
}

/** Everything within reach, as it was when it was listed. */
export interface World {
  readonly instances: readonly LocatedInstance[];
  readonly volumes: readonly { readonly volume: Volume; readonly ec2: ReaperEc2 }[];
  readonly spotRequests: readonly { readonly request: SpotRequest; readonly ec2: ReaperEc2 }[];
  readonly runners: readonly ListedRunner[];
}

/** GitHub by scope, each connected once, and what it says of run attempts, each asked once. */
export class Hubs {
  private readonly hubs = new Map<string, Promise<ReaperGitHub>>();
  private readonly attempts = new Map<string, Promise<AttemptState>>();

  constructor(private readonly gitHubOf: (scope: Scope) => Promise<ReaperGitHub>) {}

  of(scope: Scope): Promise<ReaperGitHub> {
    return once(this.hubs, renderScope(scope), () => this.gitHubOf(scope));
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
 * instance of this list can look unregistered only because it is new.
 *
 * @throws Failure when any listing could not be read to its end, in any region or scope
 */
export async function look(
  reach: Reach,
  { regions, hubs, log }: { regions: readonly ReaperEc2[]; hubs: Hubs; log: Log },
): Promise<World> {
  const perRegion = await Promise.all(regions.map((ec2) => lookAtRegion(reach, ec2)));
  const instances = perRegion.flatMap((region) => region.instances);
  const runners: ListedRunner[] = [];
  for (const scope of scopesOf(reach, instances)) {
    const listed = await (await hubs.of(scope)).listRunners();
    log.info(`${renderScope(scope)}: ${count(listed.length, 'runner')}.`);
    runners.push(...listed.map((runner) => ({ runner, scope })));
  }
  for (const { ec2, ...found } of perRegion) {
    const counts = [
      count(found.instances.length, 'instance'),
      count(found.volumes.length, 'volume'),
      count(found.spotRequests.length, 'spot request'),
    ];
    log.info(`${ec2.region}: ${counts.join(', ')}.`);
  }
  return {
    instances,
    volumes: perRegion.flatMap(({ volumes }) => volumes),
    spotRequests: perRegion.flatMap(({ spotRequests }) => spotRequests),
    runners,
  };
}

async function lookAtRegion(reach: Reach, ec2: ReaperEc2) {
  const filter = filterOf(reach);
  const [instances, volumes, spotRequests] = await Promise.all([
    ec2.findInstances(filter),
    ec2.findVolumes(filter),
    ec2.findSpotRequests(filter),
  ]);
  const ours = <T extends { readonly tags: Instance['tags'] }>(found: readonly T[]) =>
    found.filter(({ tags }) => isWithin(reach, tags));
  return {
    ec2,
    instances: ours(instances).map((instance) => ({ instance, ec2, identity: readIdentity(instance) })),
    volumes: ours(volumes).map((volume) => ({ volume, ec2 })),
    spotRequests: ours(spotRequests).map((request) => ({ request, ec2 })),
  };
}

/** Where this reach registers its runners, and where the instances' own tags say that theirs are. */
function scopesOf({ kind, home }: Reach, instances: readonly LocatedInstance[]): readonly Scope[] {
  const own: Scope[] = [{ kind: 'repo', ...home }, ...(kind === 'org' ? [{ kind, org: home.owner } as const] : [])];
  const tagged = instances.flatMap(({ identity }) => ('problem' in identity ? [] : identity.scope));
  return [...new Map([...own, ...tagged].map((scope) => [renderScope(scope), scope])).values()];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

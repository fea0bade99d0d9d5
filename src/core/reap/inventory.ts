import { isEnding } from '../instances/states.js';
import { Failure } from '../kernel/failure.js';
import { renderScope, TAG, type Scope } from '../kernel/identity.js';
import { readKept } from '../kernel/kept.js';
import { plural } from '../kernel/plural.js';
import type { Instance, ReaperEc2, Snapshot, SpotRequest, TagFilter, Volume } from '../ports/ec2.js';
import type { Runner } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import type {
  AnyInstanceCandidate,
  Candidate,
  SnapshotCandidate,
  SpotRequestCandidate,
  VolumeCandidate,
} from './candidate.js';
import type { GitHubByScope } from './github-by-scope.js';
import { readIdentity, readOrigin } from './identity.js';
import { checkOwnership, filterByReach, type Reach, type TagProblem } from './reach.js';

export interface ListedRunner {
  readonly runner: Runner;
  readonly scope: Scope;
}

/** A listing that failed. Nothing that it would have listed is judged. */
export interface Gap {
  readonly kind: 'region' | 'scope';
  readonly id: string;
  readonly what: 'instances' | 'volumes' | 'snapshots' | 'spot requests' | 'runners';
  readonly failure: Failure;
}

/** Everything within reach, as it was listed. */
export interface Inventory {
  /** Includes instances that are ending, because their runners are no ghosts yet. */
  readonly instances: readonly AnyInstanceCandidate[];
  readonly volumes: readonly VolumeCandidate[];
  readonly snapshots: readonly SnapshotCandidate[];
  readonly spotRequests: readonly SpotRequestCandidate[];
  readonly runners: readonly ListedRunner[];
  readonly gaps: readonly Gap[];
}

interface InventoryPorts {
  readonly regions: readonly ReaperEc2[];
  readonly gitHubByScope: GitHubByScope;
  readonly log: Log;
}

/**
 * Lists everything within reach. Runners are listed last: a runner is registered before its instance is launched, so
 * an instance cannot look unregistered only because it is new. A listing that fails becomes a gap.
 */
export async function listInventory(reach: Reach, { regions, gitHubByScope, log }: InventoryPorts): Promise<Inventory> {
  const gaps: Gap[] = [];
  const perRegion = await Promise.all(regions.map((ec2) => new RegionLister(reach, ec2, gaps, log).list()));
  const instances = perRegion.flatMap((region) => region.instances);
  const runners: ListedRunner[] = [];
  for (const scope of listScopes(reach, instances)) {
    const id = renderScope(scope);
    const list = async () => (await gitHubByScope.of(scope)).listRunners();
    const listed = await orGap(gaps, { kind: 'scope', id, what: 'runners' }, list);
    if (listed) log.info(`${id}: ${plural(listed.length, 'runner')}.`);
    runners.push(...(listed ?? []).map((runner) => ({ runner, scope })));
  }
  for (const { region, ...found } of perRegion) {
    const counts = [
      plural(found.instances.length, 'instance'),
      plural(found.volumes.length, 'volume'),
      plural(found.spotRequests.length, 'spot request'),
    ];
    log.info(`${region}: ${counts.join(', ')}.`);
  }
  return {
    instances,
    volumes: perRegion.flatMap(({ volumes }) => volumes),
    snapshots: perRegion.flatMap(({ snapshots }) => snapshots),
    spotRequests: perRegion.flatMap(({ spotRequests }) => spotRequests),
    runners,
    gaps,
  };
}

/** Instances come first, because they cost most and their runners are no ghosts. */
export function listCandidates({ instances, runners, volumes, snapshots, spotRequests }: Inventory): Candidate[] {
  return [
    ...instances.filter(({ instance }) => !isEnding(instance)),
    ...runners.flatMap(({ runner, scope }) => {
      const run = readOrigin(runner);
      return run ? { kind: 'runner' as const, runner, scope, run } : [];
    }),
    ...volumes,
    ...snapshots,
    ...spotRequests,
  ];
}

/**
 * Runs a listing. @returns `undefined` when the listing fails, and adds it to the gaps. @throws every error that is not
 * a Failure
 */
async function orGap<T>(gaps: Gap[], gap: Omit<Gap, 'failure'>, list: () => Promise<T>): Promise<T | undefined> {
  try {
    return await list();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    gaps.push({ ...gap, failure: error });
    return undefined;
  }
}

type Listed<T> = readonly { readonly resource: T; readonly problem?: TagProblem }[];

/** Lists one region. Each of its listings may fail alone. */
class RegionLister {
  constructor(
    private readonly reach: Reach,
    private readonly ec2: ReaperEc2,
    private readonly gaps: Gap[],
    private readonly log: Log,
  ) {}

  async list() {
    const { ec2 } = this;
    const [instances, volumes, snapshots, spotRequests] = await Promise.all([
      this.find<Instance>('instances', (filter) => ec2.findInstances(filter)),
      this.find<Volume>('volumes', (filter) => ec2.findVolumes(filter)),
      this.find<Snapshot>('snapshots', (filter) => ec2.findSnapshots(filter)),
      this.find<SpotRequest>('spot requests', (filter) => ec2.findSpotRequests(filter)),
    ]);
    this.forgive(volumes.map(({ resource }) => resource));
    return {
      region: ec2.region,
      snapshots: snapshots.map(
        ({ resource, ...rest }) => ({ kind: 'snapshot', snapshot: resource, ec2, ...rest }) as const,
      ),
      instances: instances.map(({ resource, problem }) => this.toCandidate(resource, problem)),
      volumes: volumes.map(({ resource, ...rest }) => ({ kind: 'volume', volume: resource, ec2, ...rest }) as const),
      spotRequests: spotRequests.map(
        ({ resource, ...rest }) => ({ kind: 'spot-request', request: resource, ec2, ...rest }) as const,
      ),
    };
  }

  /**
   * A role that was made before there were data volumes may not list snapshots. That is no gap in a region without data
   * volumes, because their snapshots come from starts and stops whose role needs the same update.
   */
  private forgive(volumes: readonly Volume[]): void {
    const { gaps, ec2, log } = this;
    const at = gaps.findIndex(({ id, what }) => id === ec2.region && what === 'snapshots');
    if (gaps[at]?.failure.code !== 'aws-not-authorized' || volumes.some(({ tags }) => readKept(tags))) return;
    gaps.splice(at, 1);
    log.info(`${ec2.region}: snapshots are not looked for, because the role may not list them.`);
  }

  private toCandidate(instance: Instance, problem: TagProblem | undefined): AnyInstanceCandidate {
    const { ec2 } = this;
    const identity = problem ?? readIdentity(instance, this.reach);
    if ('problem' in identity) return { kind: 'doubtful-instance', instance, ec2, problem: identity };
    if ('pool' in identity) return { kind: 'pooled-instance', instance, ec2, identity };
    return { kind: 'instance', instance, ec2, identity };
  }

  /** Finds resources by the repository's tag, and by every key that looks like it; then checks each answer again. */
  private async find<T extends Pick<Instance, 'id' | 'tags'>>(
    what: Gap['what'],
    query: (filter: TagFilter) => Promise<readonly T[]>,
  ): Promise<Listed<T>> {
    const { reach, ec2, gaps } = this;
    const gap = { kind: 'region', id: ec2.region, what } as const;
    const both = () => Promise.all([query(filterByReach(reach)), query({ [TAG.repository]: { inAnyCase: true } })]);
    const found = (await orGap(gaps, gap, both)) ?? [];
    return [...new Map(found.flat().map((resource) => [resource.id, resource])).values()].flatMap((resource) => {
      const owner = checkOwnership(reach, resource.tags);
      if (owner === 'foreign') return [];
      return [owner === 'ours' ? { resource } : { resource, problem: owner }];
    });
  }
}

/** The scopes of this reach, and those that the instances' tags name. */
function listScopes({ kind, home }: Reach, instances: readonly AnyInstanceCandidate[]): readonly Scope[] {
  const { owner, repo } = home;
  const own: Scope[] = [{ kind: 'repo', owner, repo }, ...(kind === 'org' ? [{ kind, org: owner } as const] : [])];
  const tagged = instances.flatMap((one) => (one.kind === 'doubtful-instance' ? [] : one.identity.scope));
  return [...new Map([...own, ...tagged].map((scope) => [renderScope(scope), scope])).values()];
}

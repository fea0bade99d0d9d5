import { createHash } from 'node:crypto';
import { TAG, type Run } from './identity.js';
import { Failure, messageOf } from './failure.js';
import { findMisfit, isClaimed, nameClaim, poolFilter } from './pool.js';
import type { Ec2ByRegion, GitHub, Instance, Log, Plan, Runner } from './ports.js';
import type { Preflight } from './preflight.js';
import type { StartRequest } from './request.js';

/** An instance that a start may try to claim. */
export interface Pooled {
  readonly instance: Instance;
  /** The plan that would have launched it. */
  readonly plan: Plan;
}

export interface PoolView {
  readonly instances: readonly { readonly instance: Instance; readonly region: string }[];
  /** Names of runners: an instance whose claim is among them is somebody's already. */
  readonly runnerNames: ReadonlySet<string>;
}

interface LookPorts {
  readonly ec2In: Ec2ByRegion;
  readonly github: Pick<GitHub, 'listRunners'>;
  readonly log: Log;
}

/** One that is about to expire may be taken away while it is being claimed. */
const TOO_CLOSE_MS = 60_000;

const NOTHING: PoolView = { instances: [], runnerNames: new Set() };

/** All that is in a pool, and what is being claimed. @throws Failure when anything could not be asked */
export async function lookAtPool(
  { run, pool }: { readonly run: Run; readonly pool: string },
  regions: readonly string[],
  { ec2In, github }: Pick<LookPorts, 'ec2In' | 'github'>,
): Promise<PoolView> {
  const [runners, ...perRegion] = await Promise.all([
    github.listRunners(),
    ...regions.map(async (region) =>
      (await (await ec2In(region)).findInstances(poolFilter(run, pool))).map((instance) => ({ instance, region })),
    ),
  ]);
  return { instances: perRegion.flat(), runnerNames: namesOf(runners) };
}

/** The same for a start, which does not fail because of it: what a pool does not give is launched. */
export async function tryToLook(
  request: StartRequest,
  regions: readonly string[],
  ports: LookPorts,
): Promise<PoolView> {
  const { pool, run } = request;
  if (pool === undefined) return NOTHING;
  try {
    return await lookAtPool({ run, pool }, regions, ports);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    ports.log.warning(`Pool ${pool} could not be looked at, so everything is launched: ${messageOf(error)}`);
    return NOTHING;
  }
}

export function namesOf(runners: readonly Runner[]): ReadonlySet<string> {
  return new Set(runners.map(({ name }) => name));
}

/**
 * Those that this start may claim, in an order of its own: starts that look at the same moment then reach for
 * different ones.
 */
export function chooseFrom(
  { instances, runnerNames }: PoolView,
  request: StartRequest,
  ready: Pick<Preflight, 'plans' | 'sites'> & { readonly now: number; readonly log: Log },
): Pooled[] {
  if (request.pool === undefined) return [];
  const unclaimed = instances.filter(({ instance }) => instance.state === 'stopped' && !isClaimed(instance.tags));
  const misfits = new Set<string>();
  const fitting = unclaimed.flatMap(({ instance, region }) => {
    const site = ready.sites.get(region)!;
    const plan = ready.plans.find((one) => covers(one, instance, region));
    const misfit = plan
      ? findMisfit(instance, { request, site, scope: request.scope })
      : 'no plan has its type and subnet';
    if (misfit !== undefined) misfits.add(misfit);
    return plan && misfit === undefined ? [{ instance, plan }] : [];
  });
  for (const misfit of misfits) ready.log.info(`Not every instance of pool ${request.pool} fits: ${misfit}.`);
  const free = fitting.filter(
    ({ instance }) => !runnerNames.has(nameClaim(instance.id)) && !isExpiring(instance, ready.now),
  );
  ready.log.info(`Pool ${request.pool}: ${free.length} of ${instances.length} instances can be claimed.`);
  const rank = ({ instance }: Pooled) => createHash('sha256').update(`${request.startId} ${instance.id}`).digest('hex');
  return free
    .map((one) => ({ one, rank: rank(one) }))
    .sort((a, b) => a.rank.localeCompare(b.rank))
    .map(({ one }) => one);
}

function covers(plan: Plan, { type, subnetId }: Instance, region: string): boolean {
  if (plan.market !== 'on-demand' || plan.region !== region || plan.instanceType !== type) return false;
  return plan.subnetId === undefined || plan.subnetId === subnetId;
}

/** Also one whose tag is no time. */
function isExpiring({ tags }: Instance, now: number): boolean {
  return !(Date.parse(tags[TAG.expiresAt] ?? '') - now > TOO_CLOSE_MS);
}

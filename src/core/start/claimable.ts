import { createHash } from 'node:crypto';
import { Failure, messageOf } from '../kernel/failure.js';
import { TAG, type Run } from '../kernel/identity.js';
import { isClaimed, nameClaim } from '../kernel/origin.js';
import type { Preflight } from '../machine/preflight.js';
import { findMisfit } from '../pool/pool.js';
import { viewPool, type PoolView, type ViewPorts } from '../pool/view.js';
import type { Instance, Plan } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import type { StartRequest } from './request.js';
import { plural } from '../kernel/plural.js';

/** An instance that a start may try to claim. */
export interface Pooled {
  readonly instance: Instance;
  /** The plan that would have launched it. */
  readonly plan: Plan;
}

/** What is known once the preflight is done. */
export type ReadyToClaim = Pick<Preflight, 'plans' | 'regionSetups'> & { readonly now: number; readonly log: Log };

/** An instance this close to its expiry may be removed while it is being claimed. */
const TOO_CLOSE_MS = 60_000;

const EMPTY: PoolView = { instances: [], runnerNames: new Set() };

/** Looks at the request's pool. A start does not fail because of its pool: what the pool lacks is launched. */
export async function viewOwnPool(
  { pool, run }: { readonly pool: string; readonly run: Run },
  regions: readonly string[],
  ports: ViewPorts & { readonly log: Log },
): Promise<PoolView> {
  try {
    return await viewPool({ run, pool }, regions, ports);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    ports.log.warning(`Pool ${pool} could not be looked at, so everything is launched: ${messageOf(error)}`);
    return EMPTY;
  }
}

/**
 * The instances that this start may claim. Each start has an order of its own, so that starts which look at the same
 * moment try different instances first.
 */
export function listClaimable(
  { instances, runnerNames }: PoolView,
  request: StartRequest,
  ready: ReadyToClaim,
): Pooled[] {
  const { pool, machine, scope, startId } = request;
  const unclaimed = instances.filter(({ instance }) => instance.state === 'stopped' && !isClaimed(instance.tags));
  const misfits = new Set<string>();
  const fitting = unclaimed.flatMap(({ instance, region }) => {
    const setup = ready.regionSetups.get(region)!;
    const plan = ready.plans.find((one) => covers(one, instance, region));
    const misfit = plan ? findMisfit(instance, { machine, scope, setup }) : 'no plan has its type and subnet';
    if (misfit !== undefined) misfits.add(misfit);
    return plan && misfit === undefined ? [{ instance, plan }] : [];
  });
  for (const misfit of misfits) ready.log.info(`Not every instance of pool ${pool} fits: ${misfit}.`);
  const free = fitting.filter(
    ({ instance }) => !runnerNames.has(nameClaim(instance.id)) && !isExpiring(instance, ready.now),
  );
  ready.log.info(`Pool ${pool}: ${free.length} of ${plural(instances.length, 'instance')} can be claimed.`);
  const rank = ({ instance }: Pooled) => createHash('sha256').update(`${startId} ${instance.id}`).digest('hex');
  return free
    .map((one) => ({ one, rank: rank(one) }))
    .sort((a, b) => a.rank.localeCompare(b.rank))
    .map(({ one }) => one);
}

function covers(plan: Plan, { type, subnetId }: Instance, region: string): boolean {
  if (plan.market !== 'on-demand' || plan.region !== region || plan.instanceType !== type) return false;
  return plan.subnetId === undefined || plan.subnetId === subnetId;
}

/** A tag that is missing or no time counts as expired. */
function isExpiring({ tags }: Instance, now: number): boolean {
  return !(Date.parse(tags[TAG.expiresAt] ?? '') - now > TOO_CLOSE_MS);
}

import { lookAtPool, type PoolView, type ViewPorts } from '../pool/view.js';
import { createHash } from 'node:crypto';
import { TAG } from '../kernel/identity.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { findMisfit } from '../pool/pool.js';
import { isClaimed, nameClaim } from '../kernel/origin.js';
import type { Instance, Plan } from '../ports/ec2.js';

import type { Log } from '../ports/process.js';
import type { Preflight } from '../machine/preflight.js';
import type { StartRequest } from '../machine/request.js';

/** An instance that a start may try to claim. */
export interface Pooled {
  readonly instance: Instance;
  /** The plan that would have launched it. */
  readonly plan: Plan;
}

interface LookPorts extends ViewPorts {
  readonly log: Log;
}

/** One that is about to expire may be taken away while it is being claimed. */
const TOO_CLOSE_MS = 60_000;

const NOTHING: PoolView = { instances: [], runnerNames: new Set() };

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

/**
 * Those that this start may claim, in an order of its own: starts that look at the same moment then reach for
 * different ones.
 */
export function chooseFrom(
  { instances, runnerNames }: PoolView,
  request: StartRequest,
  ready: Pick<Preflight, 'plans' | 'regionSetups'> & { readonly now: number; readonly log: Log },
): Pooled[] {
  if (request.pool === undefined) return [];
  const unclaimed = instances.filter(({ instance }) => instance.state === 'stopped' && !isClaimed(instance.tags));
  const misfits = new Set<string>();
  const fitting = unclaimed.flatMap(({ instance, region }) => {
    const setup = ready.regionSetups.get(region)!;
    const plan = ready.plans.find((one) => covers(one, instance, region));
    const misfit = plan
      ? findMisfit(instance, { request, setup, scope: request.scope })
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

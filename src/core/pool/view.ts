import type { Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { Run } from '../kernel/identity.js';
import { poolFilter } from './pool.js';
import type { GitHub, Runner } from '../ports/github.js';

/** What it takes to look at a pool. */
export interface ViewPorts {
  readonly ec2In: Ec2ByRegion;
  readonly github: Pick<GitHub, 'listRunners'>;
}

export interface PoolView {
  readonly instances: readonly { readonly instance: Instance; readonly region: string }[];
  /** Names of runners: an instance whose claim is among them is somebody's already. */
  readonly runnerNames: ReadonlySet<string>;
}

/** All that is in a pool, and what is being claimed. @throws Failure when anything could not be asked */
export async function lookAtPool(
  { run, pool }: { readonly run: Run; readonly pool: string },
  regions: readonly string[],
  { ec2In, github }: ViewPorts,
): Promise<PoolView> {
  const [runners, ...perRegion] = await Promise.all([
    github.listRunners(),
    ...regions.map(async (region) =>
      (await (await ec2In(region)).findInstances(poolFilter(run, pool))).map((instance) => ({ instance, region })),
    ),
  ]);
  return { instances: perRegion.flat(), runnerNames: namesOf(runners) };
}

export function namesOf(runners: readonly Runner[]): ReadonlySet<string> {
  return new Set(runners.map(({ name }) => name));
}

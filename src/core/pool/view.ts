import type { Run } from '../kernel/identity.js';
import type { Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { GitHub, Runner } from '../ports/github.js';
import { poolFilter } from './pool.js';

export interface ViewPorts {
  readonly ec2In: Ec2ByRegion;
  readonly github: Pick<GitHub, 'listRunners'>;
}

export interface PoolView {
  readonly instances: readonly { readonly instance: Instance; readonly region: string }[];
  /** Names of all runners. An instance is claimed when its claim's name is among them. */
  readonly runnerNames: ReadonlySet<string>;
}

/** Lists a pool's instances, and the runners by which some are claimed. @throws Failure when either list is incomplete */
export async function viewPool(
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

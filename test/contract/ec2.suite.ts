import { describeContract, type Difference } from './contract.js';
import { POOL_CASES, type PoolCaseName } from './ec2-pool.cases.js';
import { REAPER_CASES, type ReaperCaseName } from './ec2-reaper.cases.js';
import { EC2_CASES, type Ec2CaseName } from './ec2.cases.js';
import { VOLUME_CASES, type VolumeCaseName } from './ec2-volumes.cases.js';
import type { Ec2World, Ec2WorldOptions } from './ec2.world.js';

type CaseName = Ec2CaseName | ReaperCaseName | PoolCaseName | VolumeCaseName;
export type Differences = Partial<Record<CaseName, Difference>>;

/** The contract of the `Ec2` port: what every implementation of it must do. */
export function describeEc2(
  name: string,
  createWorld: (options: Ec2WorldOptions) => Ec2World | Promise<Ec2World>,
  differences: Differences = {},
): void {
  const cases = { ...EC2_CASES, ...REAPER_CASES, ...POOL_CASES, ...VOLUME_CASES };
  describeContract(`Ec2 contract: ${name}`, { cases, createWorld, differences });
}

import { describeContract, type Difference } from './contract.js';
import { DESCRIBE_CASES } from './ec2-api-describe.cases.js';
import { LAUNCH_CASES } from './ec2-api-launch.cases.js';
import { LIFE_CASES } from './ec2-api-life.cases.js';
import { REFUSAL_CASES, STRICT_CASES } from './ec2-api-refusals.cases.js';
import { SNAPSHOT_CASES } from './ec2-api-snapshots.cases.js';
import { VOLUME_CASES } from './ec2-api-volumes.cases.js';
import type { Ec2ApiWorld } from './ec2-api.world.js';

type CreateWorld = () => Ec2ApiWorld | Promise<Ec2ApiWorld>;

/** The contract of EC2's API, below the port `Ec2`: requests and errors as the SDK sends and reads them. */
export function describeEc2Api(
  name: string,
  createWorld: CreateWorld,
  differences: Readonly<Partial<Record<string, Difference>>> = {},
): void {
  const cases = {
    ...LAUNCH_CASES,
    ...REFUSAL_CASES,
    ...DESCRIBE_CASES,
    ...LIFE_CASES,
    ...VOLUME_CASES,
    ...SNAPSHOT_CASES,
  };
  const unknown = Object.keys(differences).filter((one) => !Object.hasOwn(cases, one));
  if (unknown.length > 0) throw new Error(`No case has this name: ${unknown.join(', ')}`);
  describeContract(`EC2 API contract: ${name}`, { cases, createWorld, differences });
}

/** What EC2 refuses besides. Only the sandbox checks it. */
export function describeStrictEc2Api(name: string, createWorld: CreateWorld): void {
  describeContract(`EC2 API contract, strict: ${name}`, { cases: STRICT_CASES, createWorld });
}

import { describe, expect, test } from '@jest/globals';
import { EC2_CASES, type Ec2CaseName } from './ec2.cases.js';
import { POOL_CASES, type PoolCaseName } from './ec2-pool.cases.js';
import { REAPER_CASES, type ReaperCaseName } from './ec2-reaper.cases.js';
import type { Ec2World, Ec2WorldOptions } from './ec2.world.js';

/** A place where an implementation differs from what AWS documents, kept in view instead of skipped. */
export interface Difference {
  readonly documented: string;
  readonly instead: string;
  /** How the case fails because of it. When it no longer does, the row has to go. */
  readonly fails: RegExp;
}

/** A case takes milliseconds; moto loads its services on their first request, slowly on a busy machine. */
const CASE_MS = 60_000;

type CaseName = Ec2CaseName | ReaperCaseName | PoolCaseName;
export type Differences = Partial<Record<CaseName, Difference>>;

/** The contract of the `Ec2` port: what every implementation of it must do. */
export function describeEc2(
  name: string,
  createWorld: (options: Ec2WorldOptions) => Ec2World | Promise<Ec2World>,
  differences: Differences = {},
): void {
  describe(`Ec2 contract: ${name}`, () => {
    for (const [caseName, { world: options = {}, run }] of Object.entries({
      ...EC2_CASES,
      ...REAPER_CASES,
      ...POOL_CASES,
    })) {
      const difference = differences[caseName as CaseName];
      const title = difference ? `${caseName} (differs: ${difference.instead})` : caseName;
      test(
        title,
        async () => {
          const world = await createWorld(options);
          try {
            if (difference) await expect(run(world)).rejects.toThrow(difference.fails);
            else await run(world);
          } finally {
            await world.close();
          }
        },
        CASE_MS,
      );
    }
  });
}

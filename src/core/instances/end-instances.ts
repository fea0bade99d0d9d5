import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import { groupByRegion } from '../kernel/region.js';
import type { Ec2 } from '../ports/ec2.js';

export interface LocatedId {
  readonly id: string;
  readonly region: string;
}

/** EC2's answer to the request to end some instances. Each of them is in one of the three lists. */
export interface EndedInstances {
  /** EC2 confirmed that they are shutting down or terminated. */
  readonly ended: readonly LocatedId[];
  /** EC2 does not know their ids. A fresh instance may be alive all the same. */
  readonly unlisted: readonly LocatedId[];
  /** EC2 refused to end them, or could not be asked. */
  readonly refused: readonly (LocatedId & { readonly failure: Failure })[];
}

export interface EndPorts {
  readonly ec2In: (region: string) => Promise<Pick<Ec2, 'terminate'>>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * How long EC2 may take to list an instance that it has launched. Source: EC2's guide on eventual consistency speaks of
 * seconds, and no user has reported more than this.
 */
export const INVISIBLE_BOUND_MS = 20_000;
export const INVISIBLE_CADENCE_MS = 2_000;

/**
 * The only way in which ci-actions ends instances. Regions are asked in parallel, and a refusal in one region does not
 * keep instances of other regions alive. Repeating the request for an ended instance is safe.
 *
 * @param patienceMs for how long the request is repeated for an instance that EC2 does not know; 0: it is sent once
 * @throws the signal's reason when the signal is aborted during that wait
 */
export async function endInstances(
  instances: readonly LocatedId[],
  ports: EndPorts,
  patienceMs: number,
): Promise<EndedInstances> {
  const perRegion = await Promise.all(
    [...groupByRegion(instances)].map(([region, some]) =>
      endIn(
        region,
        some.map(({ id }) => id),
        { ...ports, patienceMs },
      ),
    ),
  );
  return {
    ended: perRegion.flatMap(({ ended }) => ended),
    unlisted: perRegion.flatMap(({ unlisted }) => unlisted),
    refused: perRegion.flatMap(({ refused }) => refused),
  };
}

/**
 * Ends one instance that EC2 has just listed.
 *
 * @throws Failure why EC2 does not end it; `cleanup-incomplete` when EC2 no longer knows it
 */
export async function endInstance(id: string, ec2: Pick<Ec2, 'region' | 'terminate'>, clock: Clock): Promise<void> {
  const ports = { ec2In: async () => ec2, clock };
  const { ended, refused } = await endInstances([{ id, region: ec2.region }], ports, 0);
  if (ended.length > 0) return;
  for (const { failure } of refused) throw failure;
  throw new Failure('cleanup-incomplete', `EC2 listed ${id}, and does not know it now.`, {
    hint: 'The next sweep looks again.',
  });
}

/** @returns the instances that may still be alive, and why; the refused ones first */
export function listAlive({ unlisted, refused }: EndedInstances): (LocatedId & { readonly why: string })[] {
  return [
    ...refused.map(({ id, region, failure }) => ({ id, region, why: failure.message })),
    ...unlisted.map(({ id, region }) => ({ id, region, why: `EC2 does not know ${id}, so it could not be ended.` })),
  ];
}

/** The refused instances, grouped by the failure that they share. */
export function groupRefused({ refused }: EndedInstances): ReadonlyMap<Failure, readonly LocatedId[]> {
  const groups = new Map<Failure, LocatedId[]>();
  for (const { failure, ...one } of refused) groups.set(failure, [...(groups.get(failure) ?? []), one]);
  return groups;
}

async function endIn(
  region: string,
  ids: readonly string[],
  { ec2In, clock, signal, patienceMs }: EndPorts & { readonly patienceMs: number },
): Promise<EndedInstances> {
  const at = (id: string): LocatedId => ({ id, region });
  const ended: LocatedId[] = [];
  const refused: (LocatedId & { readonly failure: Failure })[] = [];
  const deadline = clock.now() + patienceMs;
  for (let open = ids; ; await clock.sleep(INVISIBLE_CADENCE_MS, signal)) {
    try {
      const answer = await (await ec2In(region)).terminate(open);
      ended.push(...answer.ended.map(at));
      refused.push(...answer.refused.map(({ id, failure }) => ({ ...at(id), failure })));
      open = answer.unknown;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refused.push(...open.map((id) => ({ ...at(id), failure: error })));
      open = [];
    }
    if (open.length === 0 || clock.now() >= deadline) return { ended, unlisted: open.map(at), refused };
  }
}

import { Failure } from '../kernel/failure.js';
import type { Clock } from '../kernel/clock.js';
import type { Ec2 } from '../ports/ec2.js';
import { groupByRegion } from '../kernel/region.js';

/** An instance by its id and its region. */
export interface Located {
  readonly id: string;
  readonly region: string;
}

/** What EC2 said to the request to end some instances. Each of them is in one of the three lists. */
export interface EndedInstances {
  /** EC2 confirmed that it is ending them, or that it has. */
  readonly ended: readonly Located[];
  /** EC2 does not know them by their id. A fresh instance may be alive all the same. */
  readonly unlisted: readonly Located[];
  /** EC2 does not end them, or could not be asked, and why. */
  readonly refused: readonly (Located & { readonly failure: Failure })[];
}

export interface EndPorts {
  readonly ec2In: (region: string) => Promise<Pick<Ec2, 'terminate'>>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * For how long EC2 may not list what it has launched, in ms. Its guide on eventual consistency speaks of seconds, and
 * no user has reported more than these.
 */
export const INVISIBLE_BOUND_MS = 20_000;
export const INVISIBLE_CADENCE_MS = 2_000;

/**
 * The one way to end instances. Regions are asked side by side, and what one of them refuses keeps no other instance
 * alive. Asking again for an instance that has ended is safe.
 *
 * @param patienceMs for how long an instance that EC2 does not know is asked for again; 0: it is asked for once
 * @throws the signal's reason when it is aborted during that wait
 */
export async function endInstances(
  instances: readonly Located[],
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

/** @returns those that may be alive still, with the reason, in the order of their lists */
export function listAlive({ unlisted, refused }: EndedInstances): (Located & { readonly why: string })[] {
  return [
    ...refused.map(({ id, region, failure }) => ({ id, region, why: failure.message })),
    ...unlisted.map(({ id, region }) => ({ id, region, why: `EC2 does not know ${id}, so it could not be ended.` })),
  ];
}

/** Those that were refused, by the reason that they have in common. */
export function groupRefused({ refused }: EndedInstances): ReadonlyMap<Failure, readonly Located[]> {
  const groups = new Map<Failure, Located[]>();
  for (const { failure, ...one } of refused) groups.set(failure, [...(groups.get(failure) ?? []), one]);
  return groups;
}

async function endIn(
  region: string,
  ids: readonly string[],
  { ec2In, clock, signal, patienceMs }: EndPorts & { readonly patienceMs: number },
): Promise<EndedInstances> {
  const at = (id: string): Located => ({ id, region });
  const ended: Located[] = [];
  const refused: (Located & { readonly failure: Failure })[] = [];
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

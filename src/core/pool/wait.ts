import { endInstances, listAlive } from '../instances/end-instances.js';
import { isAtRest } from '../instances/states.js';
import { readBootPhases } from '../kernel/boot-phases.js';
import { Failure } from '../kernel/failure.js';
import { isClaimed } from '../kernel/origin.js';
import { groupByRegion } from '../kernel/region.js';
import type { Ec2, Instance } from '../ports/ec2.js';
import type { WarmingUp } from './launch.js';
import type { FillPorts } from './request.js';
import type { PoolView } from './view.js';

export type WarmUpOutcome =
  | { readonly kind: 'ready'; readonly id: string; readonly ms: number }
  /** Still on when the wait ended. Its own timers stop it, or the next run of fill-pool retires it. */
  | { readonly kind: 'late'; readonly id: string }
  /** It was removed, unless `left` gives the reason why EC2 did not end it. */
  | { readonly kind: 'failed'; readonly id: string; readonly why: string; readonly left?: string };

/** The agent's reason for the power-off after a successful first boot. */
const WARMED = 'warmed up';
const CADENCE_MS = 5_000;
/** Added to the warm-up timeout, for the boot before the agent's timer starts and for the shutdown after it. */
const AROUND_MS = 3 * 60_000;

/** How long after launch an unattended warm-up's console is still checked. Must exceed fill-pool's interval. */
const UNATTENDED_MS = 3_600_000;

/**
 * The waiting instances whose first boot failed, by id, and why. The run that launched them may have died before it read
 * their consoles. Only young instances are checked: an earlier run has kept the others.
 */
export async function findFailedWarmUps(
  { instances }: PoolView,
  { ec2In, clock }: Pick<FillPorts, 'ec2In' | 'clock'>,
): Promise<ReadonlyMap<string, string>> {
  const young = instances.filter(
    ({ instance: { state, tags, launchedAt } }) =>
      state === 'stopped' && !isClaimed(tags) && clock.now() - launchedAt < UNATTENDED_MS,
  );
  const ends = await Promise.all(
    young.map(async ({ instance: { id }, region }) => [id, await readEnd(id, await ec2In(region))] as const),
  );
  return new Map(ends.filter(([, end]) => end !== WARMED));
}

/**
 * The reason with which the boot agent powered the instance off. An empty console counts as success: for some types the
 * console appears only minutes later.
 */
async function readEnd(id: string, ec2: Ec2): Promise<string> {
  const phases = readBootPhases(await ec2.readConsole(id).catch(() => ''));
  return phases.findLast(({ name }) => name === 'power-off')?.detail ?? WARMED;
}

/** Waits until every instance has stopped, and reads from its console whether its warm-up succeeded. */
export async function waitForWarmUps(
  launched: readonly WarmingUp[],
  warmUpMs: number,
  ports: FillPorts,
): Promise<WarmUpOutcome[]> {
  const { clock, signal } = ports;
  const since = clock.now();
  const outcomes: WarmUpOutcome[] = [];
  let open = [...launched];
  while (open.length > 0 && clock.now() - since < warmUpMs + AROUND_MS) {
    await clock.sleep(CADENCE_MS, signal);
    for (const [region, here] of groupByRegion(open.map(({ id, plan }) => ({ id, region: plan.region })))) {
      const ec2 = await ports.ec2In(region);
      const ids = here.map(({ id }) => id);
      const listed = await lookPatiently(ids, ec2, ports);
      for (const instance of listed.filter((one) => isAtRest(one) || isClaimed(one.tags))) {
        open = open.filter(({ id }) => id !== instance.id);
        outcomes.push(await conclude(instance, { ec2, ports, ms: clock.now() - since }));
      }
    }
  }
  for (const { id } of open) ports.log.warning(`${id} is still warming up; this step stops waiting for it.`);
  return [...outcomes, ...open.map(({ id }) => ({ kind: 'late' as const, id }))];
}

async function lookPatiently(ids: readonly string[], ec2: Ec2, { log }: FillPorts): Promise<readonly Instance[]> {
  try {
    return await ec2.describeInstances(ids);
  } catch (error) {
    if (!(error instanceof Failure) || !['aws-unreachable', 'aws-throttled'].includes(error.code)) throw error;
    log.info(`${error.message} Waiting for it to pass.`);
    return [];
  }
}

async function conclude(
  { id, state, stateReason, tags }: Instance,
  { ec2, ports, ms }: { ec2: Ec2; ports: FillPorts; ms: number },
): Promise<WarmUpOutcome> {
  // A start has claimed it before this wait saw it ready.
  if (isClaimed(tags)) return { kind: 'ready', id, ms };
  const why = state === 'stopped' ? await readEnd(id, ec2) : `it is ${state}${stateReason ? ` (${stateReason})` : ''}`;
  if (why === WARMED) {
    ports.log.info(`${id} is ready, ${(ms / 1000).toFixed(0)} s after its launch.`);
    return { kind: 'ready', id, ms };
  }
  ports.log.warning(`The warm-up of ${id} failed: ${why}.`);
  if (state !== 'stopped') return { kind: 'failed', id, why };
  const [alive] = listAlive(await endInstances([{ id, region: ec2.region }], ports, 0));
  return { kind: 'failed', id, why, ...(alive && { left: alive.why }) };
}

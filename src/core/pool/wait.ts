import { readBootPhases } from '../kernel/boot-phases.js';
import { endInstances, listAlive } from '../instances/end-instances.js';
import { Failure } from '../kernel/failure.js';
import { isAtRest } from '../instances/states.js';
import type { FillPorts } from './request.js';
import { isClaimed } from '../kernel/origin.js';
import type { PoolView } from './view.js';
import type { WarmingUp } from './launch.js';
import type { Ec2, Instance } from '../ports/ec2.js';
import { groupByRegion } from '../kernel/region.js';

export type WarmUpOutcome =
  | { readonly kind: 'ready'; readonly id: string; readonly ms: number }
  /** It is still on when nobody waits any longer: its own timers end that, or the next run does. */
  | { readonly kind: 'late'; readonly id: string }
  /** It was removed, unless it is `left`: why EC2 did not end it. */
  | { readonly kind: 'failed'; readonly id: string; readonly why: string; readonly left?: string };

/** How the agent says that all went well. */
const WARMED = 'warmed up';
const CADENCE_MS = 5_000;
/** For the machine to boot before its agent counts, and to go off afterwards. */
const AROUND_MS = 3 * 60_000;

/** Longer than fill-pool's interval: so long are the last words of a warm-up looked for that nobody has waited for. */
const UNHEARD_MS = 3_600_000;

/**
 * Of those that wait, how the first boot failed, by id: the run that launched them may have died before it read that.
 * Asked only for the young ones, which no run has kept before.
 */
export async function findFailedWarmUps(
  { instances }: PoolView,
  { ec2In, clock }: Pick<FillPorts, 'ec2In' | 'clock'>,
): Promise<ReadonlyMap<string, string>> {
  const young = instances.filter(
    ({ instance: { state, tags, launchedAt } }) =>
      state === 'stopped' && !isClaimed(tags) && clock.now() - launchedAt < UNHEARD_MS,
  );
  const ends = await Promise.all(
    young.map(async ({ instance: { id }, region }) => [id, await readEnd(id, await ec2In(region))] as const),
  );
  return new Map(ends.filter(([, end]) => end !== WARMED));
}

/** A console that says nothing is no proof of anything: some types show theirs only minutes later. */
async function readEnd(id: string, ec2: Ec2): Promise<string> {
  const phases = readBootPhases(await ec2.readConsole(id).catch(() => ''));
  return phases.findLast(({ name }) => name === 'power-off')?.detail ?? WARMED;
}

/** Waits until each has stopped, and reads on its console whether that was the end of a warm-up. */
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
  for (const { id } of open) ports.log.warning(`${id} is still warming up; nobody waits for it any longer.`);
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
  // A start was quicker to take it than this was to see it ready.
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

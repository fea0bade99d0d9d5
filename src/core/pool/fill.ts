import { endInstances, listAlive } from '../instances/end-instances.js';
import { Failure } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import { preflight, type Preflight } from '../machine/preflight.js';
import { describePlan } from '../machine/refusals.js';
import { prepareRegions } from '../machine/region-setup.js';
import type { MachineRequest } from '../machine/request.js';
import { judgeAll, type JudgedInstance } from './judge.js';
import { launchWarmUps, type WarmingUp } from './launch.js';
import type { FillPorts, FillRequest } from './request.js';
import { viewPool } from './view.js';
import { findFailedWarmUps, waitForWarmUps, type WarmUpOutcome } from './wait.js';
import { plural } from '../kernel/plural.js';

export interface Filled {
  readonly pool: string;
  readonly dryRun: boolean;
  readonly judged: readonly JudgedInstance[];
  /** How many instances were missing. */
  readonly wanted: number;
  readonly launched: readonly WarmingUp[];
  readonly outcomes: readonly WarmUpOutcome[];
  /** Instances that should have been retired and that EC2 did not end, and why. */
  readonly notTerminated: readonly { readonly id: string; readonly why: string }[];
  /** Why fewer were launched than wanted. */
  readonly failure?: Failure;
  /** The volumes of one instance of the pool. */
  readonly volumes: readonly { readonly type: string; readonly sizeGiB: number }[];
}

/**
 * Brings a pool to its size: retires instances that are too old, of another shape or surplus, launches missing ones,
 * and waits until those have booted once and stopped. The process may be killed at any point: every instance has the
 * pool's tags from its launch on and stops by itself, and the next run continues from there.
 *
 * @throws Failure `bad-input` for machines that cannot be pooled; as the adapters throw it
 */
export async function fillPool(request: FillRequest, ports: FillPorts): Promise<Filled> {
  const { pool, size, dryRun } = request;
  const { clock, log } = ports;
  const ready = await log.group('Check the request', () => check(request, ports));
  const { view, failedWarmUps } = await log.group('Look at the pool', async () => {
    const seen = await viewPool(request, [...ready.regionSetups.keys()], ports);
    return { view: seen, failedWarmUps: await findFailedWarmUps(seen, ports) };
  });
  const judged = judgeAll(view, request, { ready, now: clock.now(), failedWarmUps });
  for (const { instance, decision } of judged) log.info(`${instance.id} (${instance.state}): ${decision.why}.`);
  const wanted = Math.max(0, size - countKept(judged));
  const [setup] = ready.regionSetups.values();
  const volumes = [setup!.rootVolume, ...setup!.furtherVolumes].map(({ type = 'gp2', sizeGiB = 0 }) => ({
    type,
    sizeGiB,
  }));
  const filled = { pool, dryRun, judged, wanted, volumes };
  const notTerminated = dryRun ? [] : await retire(judged, ports);
  if (dryRun || wanted === 0) return { ...filled, launched: [], outcomes: [], notTerminated };
  log.notice(`Launching ${wanted} for pool ${pool}, the first as ${describePlan(ready.plans[0]!)}.`);
  const { launched, failure } = await log.group('Launch', () => launchWarmUps(wanted, { request, ready, ports }));
  const outcomes = await log.group('Warm up', () => waitForWarmUps(launched, request.warmUpMs, ports));
  return { ...filled, launched, outcomes, notTerminated, ...(failure && { failure }) };
}

/** How many instances are ready or warming up. */
export function countReady({ judged, outcomes, dryRun, wanted }: Filled): number {
  return countKept(judged) + (dryRun ? wanted : outcomes.filter(({ kind }) => kind !== 'failed').length);
}

/** How many instances stay in the pool. Those that a start has claimed are no longer part of it. */
function countKept(judged: readonly JudgedInstance[]): number {
  return judged.filter(({ decision }) => decision.kind === 'keep' && !decision.isClaimed).length;
}

/** The ids of the instances that were retired. */
export function listRetired({ judged, notTerminated }: Filled): string[] {
  return judged.flatMap(({ instance: { id }, decision }) =>
    decision.kind === 'retire' && !notTerminated.some((one) => one.id === id) ? id : [],
  );
}

/** @throws Failure `pool-incomplete`, why nothing could be launched, or `cleanup-incomplete` */
export function refuseIncompletePool({ outcomes, launched, failure, notTerminated }: Filled): void {
  const failed = outcomes.filter((one) => one.kind === 'failed');
  const left = [...notTerminated, ...failed.flatMap(({ id, left: why }) => (why === undefined ? [] : { id, why }))];
  const alive = `Not ended: ${left.map(({ id }) => id).join(', ')}. ${[...new Set(left.map(({ why }) => why))].join(' ')}`;
  if (failed.length > 0) {
    throw new Failure('pool-incomplete', `${failed.length} of ${plural(launched.length, 'warm-up')} failed.`, {
      hint: `Read the reasons; an image built before pools existed must be rebuilt (ami/README.md). ${left.length === 0 ? 'Those machines were removed.' : `${alive} The next run looks again.`}`,
      details: failed.map(({ id, why }) => `${id}: ${why}`),
    });
  }
  if (failure) throw failure;
  if (left.length > 0)
    throw new Failure('cleanup-incomplete', alive, { hint: 'The next run of fill-pool looks again.' });
}

async function check(request: FillRequest, ports: FillPorts): Promise<Preflight> {
  const { machine } = request;
  const found = await preflight({ ...request, machine: { ...machine, markets: ['on-demand'] } }, ports);
  refuseUnpoolable(machine, found);
  await prepareRegions(machine, found.regionSetups, { ...ports, now: ports.clock.now() });
  return found;
}

/** A stopped instance becomes a runner only if its image has the agent, which reads the user data at every boot. */
function refuseUnpoolable({ markets }: MachineRequest, { regionSetups }: Preflight): void {
  const problems = [...regionSetups.values()].flatMap(({ image, region }) =>
    image.tags[TAG.runnerVersion] === undefined
      ? `\`ec2-image-id\` is ${image.id} (${image.name}) in ${region}; allowed in a pool: images built by \`ami/\`, whose agent runs at every boot.`
      : [],
  );
  if (!markets.includes('on-demand')) {
    problems.push('`market-type` is spot; allowed in a pool: `on-demand`. A one-time spot instance cannot be stopped.');
  }
  if (problems.length === 0) return;
  throw new Failure('bad-input', problems.length === 1 ? problems[0]! : 'These machines cannot be pooled.', {
    hint: 'Correct the inputs, or start such runners without a pool. Nothing was launched.',
    details: problems.length === 1 ? [] : problems,
  });
}

/** @returns the instances that EC2 did not end */
async function retire(judged: readonly JudgedInstance[], ports: FillPorts): Promise<Filled['notTerminated']> {
  const retired = judged
    .filter(({ decision }) => decision.kind === 'retire')
    .map(({ instance: { id }, region }) => ({ id, region }));
  const outcome = await endInstances(retired, ports, 0);
  const { ended } = outcome;
  if (ended.length > 0) ports.log.info(`Retired ${ended.map(({ id }) => id).join(', ')}.`);
  return listAlive(outcome);
}

import type { Explanation } from '../diagnosis/explanation.js';
import type { LocatedInstance } from '../instances/located-instance.js';
import type { Clock } from '../kernel/clock.js';
import type { MachineCost } from '../kernel/costs.js';
import type { Failure } from '../kernel/failure.js';
import type { Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { RunJob } from '../ports/github.js';
import { priceMachines, selectBilled } from './costs.js';
import type { StopRequest } from './request.js';
import { SpotPrices } from './spot-prices.js';

/** What the machines of a stop cost. */
export interface Bill {
  /** Of the machines that {@link selectBilled} selects. */
  readonly machines: readonly MachineCost[];
  /** Why the spot prices of some regions are not known. */
  readonly failures: readonly Failure[];
}

interface Ended {
  /** All instances of the request. */
  readonly listed: readonly LocatedInstance[];
  readonly confirmedAt: (instance: Instance) => number | undefined;
}

/**
 * Reckons what the machines cost, from what the stop knows. Only the prices of spot instances need a request.
 *
 * @returns a function that makes the bill, once it is known why runners took no job
 */
export async function prepareBill(
  request: StopRequest,
  ended: Ended,
  { ec2In, clock }: { readonly ec2In: Ec2ByRegion; readonly clock: Clock },
): Promise<(known: { jobs?: readonly RunJob[] | undefined; explanations: readonly Explanation[] }) => Bill> {
  const { started = new Map(), job, run } = request;
  const billed = selectBilled(ended.listed, ended, run.runAttempt);
  const now = clock.now();
  const spotPrices = new SpotPrices();
  await spotPrices.ask(billed, { ec2In, now });
  return (known) => ({
    machines: priceMachines(billed, { ...ended, ...known, started, job, spotPrices, now }),
    failures: spotPrices.failures,
  });
}

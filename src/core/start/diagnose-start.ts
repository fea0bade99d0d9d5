import { diagnose, isInstanceFailure, type Diagnosis } from '../diagnosis/diagnose.js';
import type { Ec2ByRegion } from '../ports/ec2.js';
import { listOffline, type StartedInstance } from './started.js';

/** Reads the console of an instance that did not come up, when the failure may lie there. */
export async function diagnoseStart(
  error: unknown,
  started: readonly StartedInstance[],
  ec2In: Ec2ByRegion,
): Promise<Diagnosis> {
  const suspect = started.find((one) => listOffline(one).length > 0);
  if (!suspect || !isInstanceFailure(error)) return { lines: [] };
  const { instance, launchedAt, region } = suspect;
  return diagnose({ id: instance.id, launchedAt }, await ec2In(region));
}

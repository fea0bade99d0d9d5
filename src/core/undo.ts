import { messageOf } from './failure.js';
import type { Ec2ByRegion, GitHub, Log, TagFilter } from './ports.js';

export interface Traces {
  readonly tags: TagFilter;
  readonly instances: readonly { readonly id: string; readonly region: string }[];
  /** Every region in which there may be more. */
  readonly regions: readonly string[];
  readonly runnerIds: Iterable<number>;
  /** Runners whose name contains this are of the same start. */
  readonly nameContains?: string;
}

interface UndoPorts {
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly log: Log;
}

/**
 * Takes away everything of one start, by what is remembered and by what can be found: the answer to a launch
 * may have been lost. One failure doesn't end it; what could not be done is returned, a sentence each.
 */
export async function removeTraces(traces: Traces, ports: UndoPorts): Promise<string[]> {
  const left = await Promise.all([
    ...traces.regions.map((region) => terminateAll(traces, region, ports)),
    removeRunners(traces, ports),
  ]);
  return left.flat();
}

async function terminateAll(traces: Traces, region: string, { ec2In, log }: UndoPorts): Promise<string[]> {
  const ids = new Set(traces.instances.flatMap((one) => (one.region === region ? one.id : [])));
  const left: string[] = [];
  try {
    const ec2 = await ec2In(region);
    for (const instance of await ec2.findInstances(traces.tags)) ids.add(instance.id);
  } catch (error) {
    left.push(`Could not look for further instances of this start in ${region}: ${messageOf(error)}`);
  }
  if (ids.size === 0) return left;
  try {
    const { unknown } = await (await ec2In(region)).terminate([...ids]);
    const gone = [...ids].filter((id) => !unknown.includes(id));
    if (gone.length > 0) log.info(`Terminated ${gone.join(', ')}.`);
    // EC2 may not list an instance yet that it has just launched: that is no proof that it is dead.
    left.push(...unknown.map((id) => `EC2 does not list ${id} yet, so it could not be terminated.`));
  } catch (error) {
    left.push(`Could not terminate ${[...ids].join(', ')}: ${messageOf(error)}`);
  }
  return left;
}

async function removeRunners(traces: Traces, { github, log }: UndoPorts): Promise<string[]> {
  const ids = new Set(traces.runnerIds);
  const left: string[] = [];
  if (traces.nameContains !== undefined) {
    try {
      const runners = await github.listRunners();
      for (const runner of runners) if (runner.name.includes(traces.nameContains)) ids.add(runner.id);
    } catch (error) {
      left.push(`Could not look for further runners of this start: ${messageOf(error)}`);
    }
  }
  await Promise.all(
    [...ids].map(async (id) => {
      try {
        if ((await github.removeRunner(id)) === 'removed') log.info(`Removed runner ${id} from GitHub.`);
      } catch (error) {
        left.push(`Could not remove runner ${id}: ${messageOf(error)}`);
      }
    }),
  );
  return left;
}

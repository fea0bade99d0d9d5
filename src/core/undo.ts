import { messageOf } from './failure.js';
import type { Ec2, GitHub, Log, TagFilter } from './ports.js';

export interface Traces {
  readonly tags: TagFilter;
  readonly instanceIds: Iterable<string>;
  readonly runnerIds: Iterable<number>;
  /** Runners whose name contains this are of the same start. */
  readonly nameContains?: string;
}

/**
 * Takes away everything of one start, by what is remembered and by what can be found: the answer to a launch
 * may have been lost. One failure doesn't end it; what could not be done is returned, a sentence each.
 */
export async function removeTraces(traces: Traces, ports: { ec2: Ec2; github: GitHub; log: Log }): Promise<string[]> {
  const left = await Promise.all([terminateAll(traces, ports), removeRunners(traces, ports)]);
  return left.flat();
}

async function terminateAll(traces: Traces, { ec2, log }: { ec2: Ec2; log: Log }): Promise<string[]> {
  const ids = new Set(traces.instanceIds);
  const left: string[] = [];
  try {
    for (const instance of await ec2.findInstances(traces.tags)) ids.add(instance.id);
  } catch (error) {
    left.push(`Could not look for further instances of this start: ${messageOf(error)}`);
  }
  if (ids.size === 0) return left;
  try {
    const { unknown } = await ec2.terminate([...ids]);
    const gone = [...ids].filter((id) => !unknown.includes(id));
    if (gone.length > 0) log.info(`Terminated ${gone.join(', ')}.`);
    // EC2 may not list an instance yet that it has just launched: that is no proof that it is dead.
    left.push(...unknown.map((id) => `EC2 does not list ${id} yet, so it could not be terminated.`));
  } catch (error) {
    left.push(`Could not terminate ${[...ids].join(', ')}: ${messageOf(error)}`);
  }
  return left;
}

async function removeRunners(traces: Traces, { github, log }: { github: GitHub; log: Log }): Promise<string[]> {
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

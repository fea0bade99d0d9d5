import type { Explanation } from '../diagnosis/explanation.js';
import type { LocatedInstance } from '../instances/located-instance.js';
import { readRunnerNames } from '../kernel/runner-tags.js';
import type { RunJob } from '../ports/github.js';
import type { StartedMachine } from './started-machines.js';

/** What is known of a machine's use, from what the stop has read anyway. Epoch ms; absent: not known. */
export interface MachineTimes {
  /** When its first runner was online. */
  readonly onlineAt?: number;
  /** When its first job began. */
  readonly jobAt?: number;
  /** When its last job ended. */
  readonly jobEndedAt?: number;
  /** It had no job. */
  readonly hadNoJob?: true;
  /** When its boot agent powered it off. */
  readonly offAt?: number;
}

export interface TimeSources {
  /** The machine, as start-runner's output describes it. */
  readonly started?: StartedMachine | undefined;
  /** The jobs of the run, if the stop has listed them. */
  readonly jobs?: readonly RunJob[] | undefined;
  /** When the job on the machine began and ended, as the caller says. */
  readonly job?: readonly [from: number, to: number] | undefined;
  readonly explanations: readonly Explanation[];
}

export function readTimes({ instance }: LocatedInstance, sources: TimeSources): MachineTimes {
  const explained = sources.explanations.find(({ instanceId }) => instanceId === instance.id);
  const phaseAt = (name: string) => explained?.phases?.find((phase) => phase.name === name)?.at;
  const names = readRunnerNames(instance.tags);
  const jobs = sources.jobs?.filter(({ runnerName }) => runnerName !== undefined && names.includes(runnerName));
  const [from, to] = sources.job ?? [];
  const onlineAt = sources.started?.onlineAt ?? phaseAt('listening');
  const jobAt = from ?? first(jobs?.map(({ startedAt }) => startedAt)) ?? phaseAt('job');
  const jobEndedAt = to ?? last(jobs?.map(({ completedAt }) => completedAt));
  const offAt = phaseAt('power-off');
  const hadNoJob = phaseAt('listening') !== undefined && jobAt === undefined && phaseAt('job') === undefined;
  return {
    ...(onlineAt !== undefined && { onlineAt }),
    ...(jobAt !== undefined && { jobAt }),
    ...(jobEndedAt !== undefined && { jobEndedAt }),
    ...(hadNoJob && { hadNoJob }),
    ...(offAt !== undefined && { offAt }),
  };
}

function first(times: readonly (number | undefined)[] = []): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** `undefined` also while one of them is not known: a job may still run. */
function last(times: readonly (number | undefined)[] = []): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 || known.length < times.length ? undefined : Math.max(...known);
}

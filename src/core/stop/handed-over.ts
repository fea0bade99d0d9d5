import { isEnding } from '../instances/states.js';
import { TAG } from '../kernel/identity.js';
import type { Instance } from '../ports/ec2.js';
import type { RunJob } from '../ports/github.js';
import {
  asksFor,
  end,
  findRunningJob,
  isOverdue,
  keep,
  startedAt,
  type StopDecision,
  type StopFacts,
} from './rules.js';
import { isNamed } from './run-jobs.js';

/** EC2 and GitHub give times in whole seconds, by clocks of their own. */
const SKEW_MS = 5_000;

/**
 * The rule of `mode: stop` with neither a label nor an id. Only an instance that its start has certainly not handed
 * over is ended: the start's job is over without success, or the runner never connected in time. All others belong to
 * other starts of this run, and to the stops of those.
 */
export function decideOnHandedOver(instance: Instance, facts: StopFacts): StopDecision {
  if (isEnding(instance)) return end('it is ending already');
  const running = findRunningJob(facts);
  if (running) return keep(`job ${running.name} runs on it`);
  const { jobs, now } = facts;
  const runners = facts.runners.map(({ runner }) => runner);
  if (runners.some((one) => typeof one === 'object' && one.busy)) return keep('its runner is busy');
  const registered = [undefined, ...runners.filter((one) => typeof one === 'object')];
  const waiting = jobs?.unfinished.find((job) => registered.some((runner) => asksFor(job, instance, runner)));
  if (waiting) return keep(`job ${waiting.name} asks for its label`);
  const isUnconnected = (one: (typeof runners)[number]) => typeof one === 'object' && isOverdue(instance, one, now);
  if (runners.every(isUnconnected)) return end('its runner did not connect within its start-up limit');
  if (jobs && isStartUnsuccessful(instance, facts)) return end('the job that started it is over without success');
  return keep('its start has handed it over, or goes on');
}

/**
 * Whether every job that may have started the instance is over without success. Without any such job in the list, the
 * instance may be anyone's, unless its runner never connected and no other job is unfinished.
 */
function isStartUnsuccessful(instance: Instance, { jobs, runners }: StopFacts): boolean {
  const starters = findStarters(instance, jobs!.all);
  if (starters.length > 0) return starters.every(isUnsuccessful);
  const isNew = runners.every(
    ({ runner }) => typeof runner === 'object' && runner.status !== 'online' && runner.version === undefined,
  );
  return isNew && jobs!.unfinished.length === 0;
}

/** The jobs with the id of the job that started the instance, or else those that ran when it was launched. */
function findStarters(instance: Instance, all: readonly RunJob[]): readonly RunJob[] {
  const named = all.filter(({ name }) => isNamed(name, instance.tags[TAG.job] ?? ''));
  if (named.length > 0) return named;
  const at = startedAt(instance);
  return all.filter(
    ({ runnerName, startedAt: from = Infinity, completedAt: to = Infinity }) =>
      runnerName !== undefined && from - SKEW_MS <= at && at <= to + SKEW_MS,
  );
}

function isUnsuccessful({ status, conclusion }: RunJob): boolean {
  return status === 'completed' && conclusion !== undefined && conclusion !== 'success';
}

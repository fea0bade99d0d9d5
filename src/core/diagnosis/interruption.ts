import * as advice from '../kernel/advice.js';
import type { BootPhase } from '../kernel/boot-phases.js';
import { TAG } from '../kernel/identity.js';
import { readRunnerNames } from '../kernel/runner-tags.js';
import { renderTime } from '../kernel/times.js';
import type { Instance } from '../ports/ec2.js';
import type { ConsoleJobEnd, ConsoleOutput } from './console-output.js';
import { describeState } from './diagnose.js';
import { describeJobs, nameRunners, subject, type ExplainedInstance } from './explained-instance.js';
import type { Explanation, Interruption } from './explanation.js';

/** The console's times and those of EC2's notice are in whole seconds, by clocks of their own. */
const SKEW_MS = 2_000;
/** How long before its power-off the boot agent begins to stop the runners, if the operating system shuts down. */
const STOPPING_MS = 30_000;

interface KnownConsole extends Pick<ConsoleOutput, 'phases' | 'jobEnds'> {
  /** Whether the caller knows that the job on the instance went to its end. */
  readonly areJobsOver: boolean;
}

/** Whether EC2 itself ended the spot instance. */
export function isTakenAway({ stateReason = '' }: Pick<Instance, 'stateReason'>): boolean {
  return stateReason.startsWith('Server.SpotInstance');
}

/**
 * Judges from EC2's state reason, and from the notice that the boot agent wrote to the console. The agent may power the
 * instance off before EC2 ends it, so EC2's reason alone does not decide.
 *
 * @returns `undefined` if neither shows an interruption
 */
export function judgeInterruption(found: ExplainedInstance, known: KnownConsole): Interruption | undefined {
  const { instance } = found;
  const notice = known.phases.find(({ name }) => name === 'interrupted');
  if (instance.market !== 'spot' || (notice === undefined && !isTakenAway(instance))) return undefined;
  const endsAt = Date.parse(/^terminate at (\S+)/.exec(notice?.detail ?? '')?.[1] ?? '');
  const isShared = readRunnerNames(instance.tags).length > 1;
  const began = known.phases.filter(({ name }) => name === 'job').map(({ detail }) => readJob(detail, isShared));
  const offAt = isTakenAway(instance) ? known.phases.findLast(({ name }) => name === 'power-off')?.at : undefined;
  const lostJobs = listLost(began, known, endsAt || (offAt ?? NaN) - STOPPING_MS);
  const isLost = lostJobs.length > 0 || (began.length === 0 && found.runners.some(({ busy }) => busy));
  return {
    instanceId: instance.id,
    label: instance.tags[TAG.label] ?? '',
    runners: readRunnerNames(instance.tags),
    job: isLost ? 'lost' : began.length > 0 ? 'finished' : judgeSilent(found, known),
    lostJobs,
    ...(notice && { noticedAt: notice.at }),
    ...(Number.isFinite(endsAt) && { endsAt }),
  };
}

/** Judges when the console shows no job. GitHub removes a single-use runner with its job, so a listed one had none. */
function judgeSilent({ runners }: ExplainedInstance, { phases, areJobsOver }: KnownConsole): Interruption['job'] {
  if (areJobsOver) return 'finished';
  return runners.length > 0 || isWhole(phases) ? 'none' : 'unknown';
}

function isWhole(phases: readonly BootPhase[]): boolean {
  return phases.some(({ name }) => name === 'power-off');
}

interface ConsoleJob {
  /** The number of the runner on an instance that has several; otherwise ''. */
  readonly runner: string;
  readonly name: string;
}

/** Reads `build (amd64)`, and on an instance with several runners `3 test: build (amd64)`. */
function readJob(detail: string, isShared: boolean): ConsoleJob {
  const [, runner, name] = (isShared && /^(\d+)(?: [^:]*)?: (.*)$/.exec(detail)) || [];
  return runner === undefined || name === undefined ? { runner: '', name: detail } : { runner, name };
}

/**
 * The jobs that did not end, or that the end of the machine ended. The runner reports a job as canceled or failed when
 * the operating system stops the runner, and the boot agent itself stops no busy runner before that.
 *
 * @param cutFrom from when on the operating system may have stopped runners; epoch ms, or NaN if that is not known
 */
function listLost(
  began: readonly ConsoleJob[],
  { phases, jobEnds, areJobsOver }: KnownConsole,
  cutFrom: number,
): string[] {
  // EC2 may have kept the console without its last lines.
  const isOver = areJobsOver && !isWhole(phases);
  const isCutOff = ({ result, at }: ConsoleJobEnd) =>
    result !== 'Succeeded' && at !== undefined && at >= cutFrom - SKEW_MS;
  const rest = [...jobEnds];
  return began.flatMap(({ runner, name }) => {
    const at = rest.findIndex((one) => one.runner === runner && one.name === name);
    const [end] = at < 0 ? [] : rest.splice(at, 1);
    return (end === undefined ? !isOver : isCutOff(end)) ? [name] : [];
  });
}

/** One sentence on an interruption, from where it is known, and what to do. */
export function explainInterruption(
  found: ExplainedInstance,
  interruption: Interruption,
  { phases, lines }: ConsoleOutput,
): Explanation {
  const { instance } = found;
  const isTrouble = interruption.job !== 'finished';
  return {
    ...subject(found),
    what: `${nameRunners(found)}: instance ${instance.id} is ${describeState(instance)}; ${describeFate(found, interruption)}.${describeNotice(interruption)}`,
    evidence: [
      ...(isTakenAway(instance) ? ['the state reason that EC2 gave before this stop (DescribeInstances)'] : []),
      ...(interruption.noticedAt === undefined
        ? []
        : [`the console of ${instance.id} (GetConsoleOutput): ci-actions phase=interrupted`]),
    ].join(', and '),
    hint: isTrouble ? advice.REPLACE_SPOT : 'Nothing: no job was lost.',
    isTrouble,
    lines,
    phases,
    interruption,
  };
}

function describeFate(found: ExplainedInstance, { job, lostJobs }: Interruption): string {
  if (lostJobs.length > 0) return `job ${lostJobs.join(', ')} is lost`;
  if (job === 'finished') return 'its job had ended before';
  return job === 'none' && found.runners.length === 0 ? 'it had no job' : describeJobs(found);
}

function describeNotice({ noticedAt, endsAt }: Interruption): string {
  if (noticedAt === undefined) return '';
  const end = endsAt === undefined ? '' : `, for ${renderTime(endsAt)}`;
  return ` EC2's notice that it takes the spot instance away came at ${renderTime(noticedAt)}${end}.`;
}

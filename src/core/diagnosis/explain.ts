import type { LocatedInstance } from '../instances/located-instance.js';
import { isEnding, isOff } from '../instances/states.js';
import { unregisteredRunner } from '../instances/unregistered-runner.js';
import type { Clock } from '../kernel/clock.js';
import type { BootPhase } from '../kernel/boot-phases.js';
import { TAG } from '../kernel/identity.js';
import { createTagTest, readRunnerNames, readRunners } from '../kernel/runner-tags.js';
import type { Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { Runner } from '../ports/github.js';
import { ConsoleReader } from './console-reader.js';
import { describePowerOff, describeState } from './diagnose.js';
import { adviseOnEnd, adviseOnPowerOff, adviseOnSilence } from './end-reasons.js';
import { describeJobs, hasNeverConnected, nameRunners, subject, type ExplainedInstance } from './explained-instance.js';
import type { Explanation } from './explanation.js';
import { explainInterruption, isTakenAway, judgeInterruption } from './interruption.js';

interface ExplainPorts {
  readonly ec2In: Ec2ByRegion;
  readonly clock: Clock;
}

/** The age in ms from which a running instance counts as late. Every boot that was measured is shorter. */
const BOOT_MS = 60_000;
/**
 * The age in ms from which someone should look at a running instance without a connected runner: start-runner's default
 * timeout.
 */
const SILENCE_MS = 5 * 60_000;

/**
 * Explains why runners took no job, from facts that the stop has already: how EC2 described the instances before the
 * stop ended them, and which runners GitHub still lists. GitHub removes a single-use runner when its job is over, so a
 * runner that is listed and offline has taken no job. Only the console of such a runner's instance is read; EC2 keeps
 * it for an hour after the instance's end.
 *
 * A runner that GitHub removed before its job came looks like one that is done, so it is not explained.
 */
export async function explainRunners(
  facts: {
    /** The instances, as they were before the stop. */
    readonly found: readonly LocatedInstance[];
    /** The runners of this stop that GitHub still lists. */
    readonly listed: readonly Runner[];
    /** The listed runners whose instance EC2 does not list. */
    readonly withoutInstance: readonly Runner[];
    /** Regions that could not be asked, and why; '' for none. */
    readonly unsearched: string;
    /** The attempt of the run. What EC2 took away in an earlier one was reported there. */
    readonly attempt: string;
    /** Whether the caller knows that the jobs on the instances went to their end. */
    readonly areJobsOver: boolean;
  },
  ports: ExplainPorts,
): Promise<Explanation[]> {
  const { found, listed, withoutInstance, unsearched } = facts;
  const consoleReader = new ConsoleReader(ports.ec2In);
  const explained = await Promise.all(
    found.map((one) => {
      const ageMs = ports.clock.now() - one.instance.launchedAt;
      const explained = { ...one, ageMs, runners: listed.filter(createTagTest([one.instance])) };
      return explainInstance(explained, { ...facts, consoleReader });
    }),
  );
  return [
    ...explained.filter((one) => one !== undefined),
    ...withoutInstance.map((runner) => explainAbsence(runner, unsearched)),
  ];
}

interface InstanceFacts {
  readonly consoleReader: ConsoleReader;
  readonly attempt: string;
  readonly areJobsOver: boolean;
}

async function explainInstance(found: ExplainedInstance, facts: InstanceFacts): Promise<Explanation | undefined> {
  const { instance, runners } = found;
  const { consoleReader } = facts;
  const isListed = runners.length > 0;
  if (isUnstarted(instance)) return isListed ? explainClaim(found) : undefined;
  if (instance.market === 'spot') {
    const isEarlier = isEnding(instance) && Number(instance.tags[TAG.runAttempt]) < Number(facts.attempt);
    if (isEarlier && !isListed && isTakenAway(instance)) return undefined;
    const output = isEarlier ? undefined : await consoleReader.read(found, 'any');
    const interruption = output && judgeInterruption(found, { ...output, areJobsOver: facts.areJobsOver });
    if (interruption) return explainInterruption(found, interruption, output);
  }
  if (!isOff(instance)) {
    const unconnected = [...runners.filter(hasNeverConnected), ...listUnregistered(found)];
    return unconnected.length > 0 ? explainSilence({ ...found, runners: unconnected }, consoleReader) : undefined;
  }
  const advice = adviseOnEnd(instance.stateReason);
  if (advice) return isListed || advice.isTrouble ? { ...explainEnd(found), ...advice } : undefined;
  return isListed ? explainPowerOff(found, consoleReader) : undefined;
}

/** The runners that the instance was to register itself, and has not. */
function listUnregistered({ instance, runners }: ExplainedInstance): Runner[] {
  const missing = readRunners(instance.tags).filter(
    ({ id, name }) => id === undefined && !runners.some((one) => one.name === name),
  );
  return missing.map(({ name }) => unregisteredRunner(name));
}

/** Explains an instance for whose end EC2 gave a reason. */
function explainEnd(found: ExplainedInstance): Omit<Explanation, 'hint' | 'isTrouble'> {
  const { instance } = found;
  return {
    ...subject(found),
    what: `${nameRunners(found)}: instance ${instance.id} is ${describeState(instance)}; ${describeJobs(found)}.`,
    evidence: 'the state reason that EC2 gave before this stop (DescribeInstances)',
    lines: [],
  };
}

async function explainPowerOff(
  found: ExplainedInstance,
  consoleReader: ConsoleReader,
): Promise<Explanation | undefined> {
  const { instance } = found;
  const { phases, reason, refusal, lines } = await consoleReader.read(found);
  const hadJob = phases.some(({ name }) => name === 'job');
  if (hadJob && isUsualEnd(found, reason)) return undefined;
  const words = refusal === undefined ? '' : ` The runner printed: ${refusal}`;
  const why =
    reason === undefined ? `Instance ${instance.id} is ${describeState(instance)}.` : describePowerOff(reason);
  return {
    ...subject(found),
    what: `${nameRunners(found)}${hadJob ? ':' : ' took no job:'} ${why}${words}`,
    evidence:
      reason === undefined
        ? "EC2's state reason (DescribeInstances) and GitHub, which still lists the runner; the console gives no reason"
        : `the console of ${instance.id} (GetConsoleOutput): ci-actions phase=power-off`,
    hint: adviseOnPowerOff(reason ?? '', refusal),
    isTrouble: true,
    lines,
    phases,
  };
}

/**
 * Whether an instance that has had jobs ended as intended: with its last runner or, where runners take jobs until it
 * ends and all of them have been online, when no further job came.
 */
function isUsualEnd({ runners }: ExplainedInstance, reason = ''): boolean {
  const isServed = runners.every((one) => one.isReused && !one.busy && !hasNeverConnected(one));
  return (
    reason === 'runner exited' || reason === 'all runners ended' || (isServed && reason.startsWith('no job within'))
  );
}

/**
 * Whether an instance of a pool was never started for the run that claimed it. An instance that was started is
 * terminated by its power-off, so it is never stopped.
 */
function isUnstarted({ tags, state }: Instance): boolean {
  return tags[TAG.pool] !== undefined && (state === 'stopped' || state === 'stopping');
}

/** Explains a start that died between tagging a pooled instance and starting it. Its own log reported the failure. */
function explainClaim(found: ExplainedInstance): Explanation {
  return {
    ...subject(found),
    what: `${nameRunners(found)}: instance ${found.instance.id} was claimed from its pool and never started.`,
    evidence: 'its tags and state (DescribeInstances)',
    hint: 'Nothing: the start that claimed it ended early, and this stop removes the instance and the runner.',
    isTrouble: false,
    lines: [],
  };
}

/** Explains an instance that is running, and whose runners have not connected. */
async function explainSilence(
  found: ExplainedInstance,
  consoleReader: ConsoleReader,
): Promise<Explanation | undefined> {
  const { instance, runners, ageMs } = found;
  if (ageMs < BOOT_MS) return undefined;
  const { phases, reason, refusal, lines } = await consoleReader.read(found);
  if (phases.some((phase) => isUp(phase, found))) return undefined;
  const last = phases.at(-1)?.name;
  const minutes = (ageMs / 60_000).toFixed(1);
  const was = runners.length > 1 ? 'were' : 'was';
  const silence = `${was} not online ${minutes} min after ${instance.id} was launched, which was still ${instance.state}`;
  const ids = `runner${runners.length > 1 ? 's' : ''} ${runners.map(({ id, name }) => id || name).join(', ')}`;
  return {
    ...subject(found),
    what: `${nameRunners(found)} ${silence}.${reason === undefined ? '' : ` ${describePowerOff(reason)}`}`,
    evidence: `GitHub, where ${ids} never connected, and the console of ${instance.id} (GetConsoleOutput)`,
    hint: reason === undefined ? adviseOnSilence(last) : adviseOnPowerOff(reason, refusal),
    isTrouble: reason !== undefined || ageMs >= SILENCE_MS,
    lines,
    phases,
  };
}

/**
 * Whether a phase shows that a runner has connected by now. Where there are several, the detail begins with the number
 * of the runner: `3 test`.
 */
function isUp({ name, detail }: BootPhase, { instance, runners }: ExplainedInstance): boolean {
  if (name !== 'listening' && name !== 'job') return false;
  const names = readRunnerNames(instance.tags);
  return names.length <= 1 || runners.some((one) => names.indexOf(one.name) + 1 === Number.parseInt(detail, 10));
}

/** Explains a runner whose instance EC2 does not list: yet, or in a region that could not be asked. It may be alive. */
function explainAbsence(runner: Runner, unsearched: string): Explanation {
  const since = hasNeverConnected(runner) ? 'was never online' : `is ${runner.busy ? 'busy' : runner.status}`;
  const where = unsearched === '' ? '' : ` where it could be asked. Not asked: ${unsearched}`;
  return {
    runners: [runner.name],
    what: `Runner ${runner.name} ${since}, and EC2 does not list an instance of it${where || '.'}`,
    evidence: 'GitHub, which still lists the runner, and the tags of all instances (DescribeInstances)',
    hint: "EC2 forgets an instance about an hour after its end. If a job waits for this runner longer than a boot takes, cancel the run, or set `wait-for: online`. An instance that is still alive powers itself off when no job comes within the start's `startup-timeout-minutes` and `idle-timeout-minutes` (15 min after its boot by default), and after its `max-lifetime-minutes` (6 h) at the latest. The runner stays registered, so that stop-runner finds the instance if it is run again; reap-runners removes the runner after the run.",
    isTrouble: true,
    lines: [],
  };
}

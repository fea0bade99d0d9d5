import { describePowerOff, describeState } from './diagnose.js';
import { adviseOnEnd, adviseOnPowerOff, adviseOnSilence } from './end-reasons.js';
import { messageOf } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import { isOff } from '../instances/states.js';
import { readLastWords, type LastWords } from './last-words.js';
import type { Clock } from '../kernel/clock.js';
import type { Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import type { Runner } from '../ports/github.js';
import type { Found } from '../instances/located.js';

/** Why a runner did not do what it was started for, as a stop finds it out when the start has long gone. */
export interface Explanation {
  readonly runner: string;
  readonly instanceId?: string;
  /** What became of it, in one sentence. */
  readonly what: string;
  /** By what that is known. */
  readonly evidence: string;
  /** What to do next. */
  readonly hint: string;
  /** Somebody should act. */
  readonly isTrouble: boolean;
  /** The machine's own last lines, where it was asked. */
  readonly lines: readonly string[];
}

interface ExplainPorts {
  readonly ec2In: Ec2ByRegion;
  readonly clock: Clock;
}

/** A machine that is on is not called late before this, in ms: no boot that was measured took as long. */
const BOOT_MS = 60_000;
/** A machine that is on and silent for so long is a matter for a person: start-runner's own default timeout. */
const SILENCE_MS = 5 * 60_000;
/** Machines of one request mostly fail alike: so many are asked for their console, and the others are not. */
const CONSOLES = 10;
/** The same of the sentences in one warning. */
const SHOWN = 3;

/**
 * Judges by what the stop knows anyhow: how EC2 described the instances before it ended them, and which runners GitHub
 * still lists. GitHub removes a single-use runner when its job is over, so one that is listed and does not listen has
 * taken none. Only the machine of such a one is asked for its console, which EC2 keeps for an hour after its end.
 *
 * A runner that GitHub itself removed before its job came looks like one that is done: of that, nothing is told.
 */
export async function explainRunners(
  about: {
    /** As they were before the stop. */
    readonly found: readonly Found[];
    /** Of these, GitHub still lists them. */
    readonly listed: readonly Runner[];
    /** Those of them whose instance EC2 does not list. */
    readonly unseen: readonly Runner[];
    /** Regions that could not be asked, and why; '' for none. */
    readonly unasked: string;
  },
  ports: ExplainPorts,
): Promise<Explanation[]> {
  const { found, listed, unseen, unasked } = about;
  const byId = new Map(listed.map((runner) => [`${runner.id}`, runner]));
  const consoleReader = new ConsoleReader(ports);
  const explained = await Promise.all(
    found.map((one) => explainInstance(one, byId.get(one.instance.tags[TAG.runnerId] ?? ''), consoleReader)),
  );
  return [...explained.filter((one) => one !== undefined), ...unseen.map((runner) => explainAbsence(runner, unasked))];
}

/** Folded details first, then one warning for each thing that somebody should do. */
export async function tellExplanations(explanations: readonly Explanation[], log: Log): Promise<void> {
  if (explanations.length === 0) return;
  await log.group('Why runners took no job', async () => {
    for (const { what, evidence, hint, lines } of explanations) {
      for (const line of [what, `Known from ${evidence}.`, `What to do: ${hint}`, ...lines]) log.info(line);
    }
  });
  const trouble = explanations.filter(({ isTrouble }) => isTrouble);
  for (const hint of new Set(trouble.map((one) => one.hint))) {
    const alike = trouble.filter((one) => one.hint === hint).map(({ what }) => what);
    const more = alike.length > SHOWN ? [`… and ${alike.length - SHOWN} more, see the log.`] : [];
    log.warning([...alike.slice(0, SHOWN), ...more, `What to do: ${hint}`].join('\n'));
  }
}

/** Asks machines for their last words, a bounded number of them. */
class ConsoleReader {
  private asked = 0;

  constructor(private readonly ports: ExplainPorts) {}

  get now(): number {
    return this.ports.clock.now();
  }

  async hear({ instance, region }: Found): Promise<LastWords> {
    if (this.asked++ >= CONSOLES) {
      return { phases: [], lines: [`Console: not asked for, as ${CONSOLES} others of this stop were.`] };
    }
    try {
      return await readLastWords(instance, await this.ports.ec2In(region), () => isOff(instance));
    } catch (error) {
      return { phases: [], lines: [`Console: could not be read: ${messageOf(error)}`] };
    }
  }
}

async function explainInstance(
  found: Found,
  runner: Runner | undefined,
  consoleReader: ConsoleReader,
): Promise<Explanation | undefined> {
  const { instance } = found;
  if (!isOff(instance)) return runner && isStranger(runner) ? explainSilence(found, runner, consoleReader) : undefined;
  if (isUnstarted(instance)) return runner && explainClaim(instance);
  const advice = adviseOnEnd(instance.stateReason);
  if (advice) return runner || advice.isTrouble ? { ...explainEnd(instance, runner), ...advice } : undefined;
  return runner && explainPowerOff(found, consoleReader);
}

/** Never seen online. GitHub knows a runner's version from its first connection on. */
function isStranger({ status, busy, version }: Runner): boolean {
  return status !== 'online' && !busy && version === undefined;
}

/** EC2's own word is enough. */
function explainEnd(instance: Instance, runner: Runner | undefined): Omit<Explanation, 'hint' | 'isTrouble'> {
  const job = describeJob(runner);
  return {
    ...subject(instance),
    what: `${nameOf(instance)}: instance ${instance.id} is ${describeState(instance)}; ${job}.`,
    evidence: 'EC2’s state reason, which it gave before this stop (DescribeInstances)',
    lines: [],
  };
}

function describeJob(runner: Runner | undefined): string {
  if (!runner) return 'a job that it may have had is lost';
  if (runner.busy) return 'its job is lost';
  return isStranger(runner) ? 'it had never been online' : 'it had been online, and had no job';
}

async function explainPowerOff(found: Found, consoleReader: ConsoleReader): Promise<Explanation | undefined> {
  const { instance } = found;
  const { phases, reason, refusal, lines } = await consoleReader.hear(found);
  const hadJob = phases.some(({ name }) => name === 'job');
  if (hadJob && reason === 'runner exited') return undefined;
  const words = refusal === undefined ? '' : ` The runner said: ${refusal}`;
  const why =
    reason === undefined ? `Instance ${instance.id} is ${describeState(instance)}.` : describePowerOff(reason);
  return {
    ...subject(instance),
    what: `${nameOf(instance)}${hadJob ? ':' : ' took no job:'} ${why}${words}`,
    evidence:
      reason === undefined
        ? 'EC2’s state reason (DescribeInstances) and GitHub, which still lists the runner; the console gives no reason'
        : `the console of ${instance.id} (GetConsoleOutput): ci-actions phase=power-off`,
    hint: adviseOnPowerOff(reason ?? '', refusal),
    isTrouble: true,
    lines,
  };
}

/** Of a pool, and never started for the run that claimed it: started, its power-off would have been its end. */
function isUnstarted({ tags, state }: Instance): boolean {
  return tags[TAG.pool] !== undefined && (state === 'stopped' || state === 'stopping');
}

/** A start that died between tagging a machine of the pool and starting it: its own log or post step told of it. */
function explainClaim(instance: Instance): Explanation {
  return {
    ...subject(instance),
    what: `${nameOf(instance)}: instance ${instance.id} was claimed from its pool and never started.`,
    evidence: 'its tags and state (DescribeInstances)',
    hint: 'Nothing: the start that claimed it did not come to its end, and what it left is removed now.',
    isTrouble: false,
    lines: [],
  };
}

async function explainSilence(
  found: Found,
  runner: Runner,
  consoleReader: ConsoleReader,
): Promise<Explanation | undefined> {
  const { instance } = found;
  const age = consoleReader.now - instance.launchedAt;
  if (age < BOOT_MS) return undefined;
  const { phases, reason, refusal, lines } = await consoleReader.hear(found);
  if (phases.some(({ name }) => name === 'listening' || name === 'job')) return undefined;
  const last = phases.at(-1)?.name;
  const minutes = (age / 60_000).toFixed(1);
  const silence = `was not online ${minutes} min after ${instance.id} was launched, which was still ${instance.state}`;
  return {
    ...subject(instance),
    what: `${nameOf(instance)} ${silence}.${reason === undefined ? '' : ` ${describePowerOff(reason)}`}`,
    evidence: `GitHub, where runner ${runner.id} never connected, and the console of ${instance.id} (GetConsoleOutput)`,
    hint: reason === undefined ? adviseOnSilence(last) : adviseOnPowerOff(reason, refusal),
    isTrouble: reason !== undefined || age >= SILENCE_MS,
    lines,
  };
}

/** Its machine may be alive all the same: EC2 lists late what it has launched, or in a region that could not be asked. */
function explainAbsence(runner: Runner, unasked: string): Explanation {
  const since = isStranger(runner) ? 'was never online' : `is ${runner.busy ? 'busy' : runner.status}`;
  const where = unasked === '' ? '' : ` where it could be asked. Not asked: ${unasked}`;
  return {
    runner: runner.name,
    what: `Runner ${runner.name} ${since}, and EC2 does not list an instance of it${where || '.'}`,
    evidence: 'GitHub, which still lists the runner, and the tags of all instances (DescribeInstances)',
    hint: 'EC2 forgets an instance about an hour after its end: cancel a run whose job waits for longer than a boot takes, or set `wait-for: online`. A machine that is alive powers itself off when no job comes for the start’s `startup-timeout-minutes` and `idle-timeout-minutes` (15 min after its boot unless set), and after its `max-lifetime-minutes` (6 h) at the latest. The runner stays registered: by it stop-runner, run again, looks further, and reap-runners removes it after the run.',
    isTrouble: true,
    lines: [],
  };
}

function subject({ id, tags }: Instance): Pick<Explanation, 'runner' | 'instanceId'> {
  return { runner: tags[TAG.runnerName] ?? '', instanceId: id };
}

function nameOf({ tags }: Instance): string {
  return `Runner ${tags[TAG.runnerName] ?? `${tags[TAG.runnerId]}`}`;
}

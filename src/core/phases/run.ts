import { Failure, messageOf } from '../kernel/failure.js';
import { type JournalState, renderEntry } from './journal.js';
import { FAILURE, LATE_LOG, type Layout, renderFailure, RUN_LOG, SKIPPED } from './layout.js';
import { ENDED_BEFORE, isSequential, LEFT_TO_POST, type PhasePlan } from './plan.js';
import type { PhaseResult } from './result.js';
import { type PhaseEnd, type PhaseRun, runPhase } from './run-phase.js';
import { runSchedule, type RunId, type RunOutcome } from './schedule.js';
import type { PhaseWorld } from './world.js';

/**
 * How long a phase that always runs may go on after a cancellation. GitHub kills the step 10 s after it, and ending a
 * process group takes up to 6 s.
 */
export const GRACE_MS = 2_500;
/** The same after a notice of EC2, which leaves the machine for 60 s more. */
const INTERRUPTION_GRACE_MS = 30_000;

/** What runs, and where it leaves its traces. */
export interface PhaseWork {
  readonly plan: PhasePlan;
  readonly layout: Layout;
  /** What has been done so far, if the phases that always run are left. */
  readonly before?: JournalState;
  /** Whether this is the post step. */
  readonly isPost?: boolean;
}

/** @returns the result of each run, in the order of the plan; and what could not be written, as sentences */
export async function runPhases(
  work: PhaseWork,
  world: PhaseWorld,
): Promise<{ readonly results: readonly PhaseResult[]; readonly unwritten: readonly string[] }> {
  return new PhasesRun(work, world).run();
}

/** Epoch ms. */
interface Times {
  readonly beganAt: number;
  readonly endedAt: number;
}

class PhasesRun {
  private readonly results: PhaseResult[];
  private readonly unwritten = new Set<string>();
  private readonly isSequential: boolean;
  private readonly late = new AbortController();

  constructor(
    private readonly work: PhaseWork,
    private readonly world: PhaseWorld,
  ) {
    this.results = [];
    this.isSequential = isSequential(work.plan);
  }

  async run() {
    const { signal, clock } = this.world;
    const onAbort = (): void =>
      void clock.sleep(isInterruption(signal.reason) ? INTERRUPTION_GRACE_MS : GRACE_MS).then(
        () => this.late.abort(signal.reason),
        () => undefined,
      );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    await runSchedule(this.work.plan, {
      signal,
      begin: (id) => this.begin(id),
      leave: (id, outcome, why) => this.leave(id, outcome, why),
    });
    signal.removeEventListener('abort', onAbort);
    return { results: this.results, unwritten: [...this.unwritten] };
  }

  private async begin(id: RunId): Promise<'passed' | 'failed' | 'cancelled'> {
    const { clock, log, host, signal } = this.world;
    const { layout, plan, before, isPost } = this.work;
    const { phase, runs } = plan.phases[id.phase]!;
    const [title, folder, index] = [layout.titleOf(id), layout.folderOf(id), layout.indexOf(id)];
    const known = before?.results.get(index);
    if (known && known.outcome !== 'cancelled' && known.outcome !== 'stopped') {
      this.results[index] = known;
      return known.outcome === 'failed' ? 'failed' : 'passed';
    }
    // What a canceled step left says that the phase did not run.
    if (known) for (const name of [FAILURE, SKIPPED]) this.write(folder, () => host.removeFile(`${folder}/${name}`));
    const beganAt = clock.now();
    this.write(layout.journal, () => host.appendLine(layout.journal, renderEntry({ began: index, at: beganAt })));
    const run = () =>
      this.measure({
        phase,
        title,
        folder,
        log: before?.unended.has(index) || known?.beganAt !== undefined ? LATE_LOG : RUN_LOG,
        variables: runs[id.run]!.variables,
        prefix: this.isSequential ? '' : `${title} | `,
        signal: phase.always ? this.late.signal : signal,
      });
    if (!this.isSequential) log.info(`${title} begins.`);
    const ended = await (this.isSequential ? log.group(title, run) : run());
    const outcome = this.judge(ended, phase.always);
    const times = { beganAt, endedAt: clock.now() };
    this.report(title, ended, times);
    const { reasons, skipped, remarks = [] } = ended;
    this.record(id, {
      title,
      folder,
      outcome,
      ...times,
      reasons: skipped === undefined ? reasons : [skipped],
      ...(remarks.length > 0 && { remarks }),
      ...(isPost && { isLate: true }),
    });
    return outcome === 'left-out' ? 'passed' : outcome;
  }

  private async measure(run: PhaseRun): Promise<PhaseEnd> {
    const { host, hostOf, clock, measuring } = this.world;
    const { variables, folder, title } = run;
    const measured = run.phase.measure ? measuring : undefined;
    await measured?.begin(variables);
    const ended = await runPhase(run, hostOf?.(variables) ?? host, clock);
    if (measured === undefined || ended.reasons.length > 0) return ended;
    const missing = await measured.end(folder);
    // A phase that leaves itself out has measured nothing.
    return missing.length === 0 ? ended : { reasons: missing.map((why) => `${title} failed: ${why}`) };
  }

  private judge({ reasons, skipped }: PhaseEnd, always: boolean): 'passed' | 'failed' | 'cancelled' | 'left-out' {
    if (reasons.length > 0) return this.wasCanceled(always) ? 'cancelled' : 'failed';
    return skipped === undefined ? 'passed' : 'left-out';
  }

  private report(title: string, { reasons, skipped, remarks = [], logProblem }: PhaseEnd, times: Times): void {
    const { log } = this.world;
    if (logProblem !== undefined) this.unwritten.add(`The log of ${title} lacks lines: ${logProblem}.`);
    if (remarks.length > 0) log.warning(remarks.join('\n'));
    const took = `(${((times.endedAt - times.beganAt) / 1_000).toFixed(1)} s)`;
    const ended = skipped === undefined ? `passed ${took}.` : `left itself out ${took}: ${skipped}`;
    log.info(reasons[0] ?? `${title} ${ended}`);
  }

  private wasCanceled(always: boolean): boolean {
    return (always ? this.late.signal : this.world.signal).aborted;
  }

  private leave(id: RunId, outcome: RunOutcome, why: string): void {
    const { layout, before } = this.work;
    const [title, folder, index] = [layout.titleOf(id), layout.folderOf(id), layout.indexOf(id)];
    // The post step keeps what the main step did.
    const known = before?.results.get(index);
    if (known) return void (this.results[index] = known);
    const beganAt = before?.unended.get(index);
    if (beganAt === undefined) {
      const isLate = why === ENDED_BEFORE;
      const isNext = isLate && !this.work.isPost && this.isAlways(id);
      const reasons = [isNext ? LEFT_TO_POST : why];
      return this.record(id, { title, folder, outcome: isLate ? 'cancelled' : outcome, reasons });
    }
    const reasons = [`${title} did not end: the step was killed while it ran.`];
    this.record(id, { title, folder, outcome: 'failed', beganAt, endedAt: beganAt, reasons });
  }

  private isAlways({ phase }: RunId): boolean {
    return this.work.plan.phases[phase]!.phase.always;
  }

  /** Writes the marker of the run and the line of the journal. */
  private record(id: RunId, found: PhaseResult): void {
    const result = this.isAlways(id) ? { ...found, isAlways: true } : found;
    const { host } = this.world;
    const { folder, outcome, reasons } = result;
    const { layout } = this.work;
    const index = layout.indexOf(id);
    this.results[index] = result;
    const hasRun = result.beganAt !== undefined;
    // A program that left itself out has written SKIPPED.
    if (outcome !== 'passed' && !(outcome === 'left-out' && hasRun))
      this.write(folder, () => {
        host.makeFolder(folder);
        host.writeFile(`${folder}/${hasRun ? FAILURE : SKIPPED}`, renderFailure(reasons));
      });
    this.write(layout.journal, () => host.appendLine(layout.journal, renderEntry({ ended: index, result })));
  }

  /** A disk that is full must not end the phases that clean up. */
  private write(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.unwritten.add(`${what} of the artifacts could not be written: ${messageOf(error)}.`);
    }
  }
}

function isInterruption(reason: unknown): boolean {
  return reason instanceof Failure && reason.code === 'interrupted';
}

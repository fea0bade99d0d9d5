import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/failure.js';
import type { Log } from '../ports/process.js';
import type { PhaseHost } from './host.js';
import { type JournalState, renderEntry } from './journal.js';
import { FAILURE, LATE_LOG, type Layout, renderFailure, RUN_LOG, SKIPPED } from './layout.js';
import { ENDED_BEFORE, type PhasePlan } from './plan.js';
import type { PhaseResult } from './result.js';
import { runPhase } from './run-phase.js';
import { runSchedule, type RunId, type RunOutcome } from './schedule.js';

/** What the phases run in. */
export interface PhaseWorld {
  readonly host: PhaseHost;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the step is canceled. */
  readonly signal: AbortSignal;
}

/**
 * How long a phase that always runs may go on after a cancellation. GitHub kills the step 10 s after it, and ending a
 * process group takes up to 6 s.
 */
export const GRACE_MS = 2_500;

/** What runs, and where it leaves its traces. */
export interface PhaseWork {
  readonly plan: PhasePlan;
  readonly layout: Layout;
  /** What the main step did; only in the post step. */
  readonly before?: JournalState;
}

/** @returns the result of each run, in the order of the plan; and what could not be written, as sentences */
export async function runPhases(
  work: PhaseWork,
  world: PhaseWorld,
): Promise<{ readonly results: readonly PhaseResult[]; readonly unwritten: readonly string[] }> {
  return new PhasesRun(work, world).run();
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
      void clock.sleep(GRACE_MS).then(
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
    const { layout, plan, before } = this.work;
    const { phase, runs } = plan.phases[id.phase]!;
    const [title, folder, index] = [layout.titleOf(id), layout.folderOf(id), layout.indexOf(id)];
    const known = before?.results.get(index);
    if (known?.outcome === 'passed' || known?.outcome === 'failed') {
      this.results[index] = known;
      return known.outcome;
    }
    // What a canceled step left says that the phase did not run.
    if (known) for (const name of [FAILURE, SKIPPED]) host.removeFile(`${folder}/${name}`);
    const beganAt = clock.now();
    this.write(layout.journal, () => host.appendLine(layout.journal, renderEntry({ began: index, at: beganAt })));
    const run = () =>
      runPhase(
        {
          phase,
          title,
          folder,
          log: before?.unended.has(index) || known?.beganAt !== undefined ? LATE_LOG : RUN_LOG,
          variables: runs[id.run]!.variables,
          prefix: this.isSequential ? '' : `${title} | `,
          signal: phase.always ? this.late.signal : signal,
        },
        host,
        clock,
      );
    if (!this.isSequential) log.info(`${title} begins.`);
    const reasons = await (this.isSequential ? log.group(title, run) : run());
    const outcome = reasons.length === 0 ? 'passed' : this.wasCanceled(phase.always) ? 'cancelled' : 'failed';
    const endedAt = clock.now();
    log.info(outcome === 'passed' ? `${title} passed (${((endedAt - beganAt) / 1_000).toFixed(1)} s).` : reasons[0]!);
    this.record(id, { title, folder, outcome, beganAt, endedAt, reasons, ...(before && { isLate: true }) });
    return outcome;
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
      return this.record(id, { title, folder, outcome: isLate ? 'cancelled' : outcome, reasons: [why] });
    }
    const reasons = [`${title} did not end: the step was killed while it ran.`];
    this.record(id, { title, folder, outcome: 'failed', beganAt, endedAt: beganAt, reasons });
  }

  /** Writes the marker of the run and the line of the journal. */
  private record(id: RunId, result: PhaseResult): void {
    const { host } = this.world;
    const { folder, outcome, reasons } = result;
    const { layout } = this.work;
    const index = layout.indexOf(id);
    this.results[index] = result;
    if (outcome !== 'passed')
      this.write(folder, () => {
        host.makeFolder(folder);
        const hasRun = result.beganAt !== undefined;
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

/** Whether no two runs can be side by side, so that each can have a group in the log. */
export function isSequential({ phases, parallel }: PhasePlan): boolean {
  if (parallel === 1) return true;
  return phases.every(
    ({ needs, isChain, runs }, at) => (at === 0 || needs.includes(at - 1)) && (isChain || runs.length === 1),
  );
}

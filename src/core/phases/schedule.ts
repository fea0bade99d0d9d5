import { ENDED_BEFORE, type PhasePlan, type PlannedPhase } from './plan.js';
import { ReadyQueue } from './ready-queue.js';

/**
 * `stopped`: it did not run, because what it needs did not pass, or an earlier run of its matrix failed. `left-out`:
 * `only` or `skip` left it out. `cancelled`: the step was canceled before it began.
 */
export type RunOutcome = 'passed' | 'failed' | 'stopped' | 'left-out' | 'cancelled';

/** One run of a phase. */
export interface RunId {
  /** The phase's index in the plan. */
  readonly phase: number;
  /** The index of its combination. */
  readonly run: number;
}

export interface Schedule {
  /** Runs it, and resolves with how it ended. Must not reject for anything that a user can cause. */
  begin(id: RunId): Promise<'passed' | 'failed' | 'cancelled'>;
  /** Called for every run that is not begun. @param why the end of a sentence */
  leave(id: RunId, outcome: Exclude<RunOutcome, 'passed' | 'failed'>, why: string): void;
  /** When it is aborted, no run begins any more, not even of phases that always run: the post step runs those. */
  readonly signal: AbortSignal;
}

/** @throws what `begin` rejects with, when everything else under way has ended */
export async function runSchedule(plan: PhasePlan, schedule: Schedule): Promise<void> {
  await new Scheduler(plan, schedule).run();
}

interface State {
  /** How many of its needs have not ended. */
  waiting: number;
  /** The phase that failed, or that was stopped, because of which this one does not run. */
  stoppedBy?: string;
  /** The next run to begin. */
  next: number;
  running: number;
  hasFailed: boolean;
  hasEnded: boolean;
}

class Scheduler {
  private readonly queue: ReadyQueue;
  private readonly states: readonly State[];
  private readonly dependents: readonly (readonly number[])[];
  private running = 0;
  private bug: { readonly error: unknown } | undefined;
  private finish: () => void = () => undefined;

  constructor(
    private readonly plan: PhasePlan,
    private readonly schedule: Schedule,
  ) {
    this.queue = new ReadyQueue(plan.slots);
    this.states = plan.phases.map(({ needs }) => ({
      waiting: needs.length,
      next: 0,
      running: 0,
      hasFailed: false,
      hasEnded: false,
    }));
    const dependents: number[][] = plan.phases.map(() => []);
    for (const [at, { needs }] of plan.phases.entries()) for (const need of needs) dependents[need]!.push(at);
    this.dependents = dependents;
  }

  async run(): Promise<void> {
    const { signal } = this.schedule;
    const ended = new Promise<void>((resolve) => (this.finish = resolve));
    const onAbort = (): void => this.advance();
    signal.addEventListener('abort', onAbort, { once: true });
    this.prepare([...this.states.keys()].filter((at) => this.states[at]!.waiting === 0));
    this.advance();
    await ended;
    signal.removeEventListener('abort', onAbort);
    if (this.bug) throw this.bug.error;
  }

  /** Begins everything that can begin. */
  private advance(): void {
    const isClosed = this.schedule.signal.aborted || this.bug !== undefined;
    if (!isClosed) this.fill();
    if (this.running > 0) return;
    if (isClosed) this.cancelRest();
    this.finish();
  }

  private fill(): void {
    while (this.running < this.plan.parallel) {
      const at = this.queue.take((item) => this.hasMore(item));
      if (at === undefined) return;
      this.begin(at);
    }
  }

  /** Whether another run of the phase can begin beside the one that is about to. */
  private hasMore(at: number): boolean {
    const { isChain, runs } = this.plan.phases[at]!;
    return !isChain && this.states[at]!.next + 1 < runs.length;
  }

  private begin(at: number): void {
    const state = this.states[at]!;
    const { phase, isChain, runs } = this.plan.phases[at]!;
    if (phase.stopOnError && state.hasFailed) {
      this.queue.giveBack(phase.slots);
      // Of a phase whose runs are side by side, the queue still has the entry: it comes back for each of them.
      const until = isChain ? runs.length : state.next + 1;
      this.leave(at, 'stopped', `an earlier run of ${phase.name} failed`, until);
      return this.endIfDone(at);
    }
    const run = state.next++;
    state.running += 1;
    this.running += 1;
    const onEnd = (outcome: 'passed' | 'failed' | 'cancelled'): void => {
      state.running -= 1;
      this.running -= 1;
      if (outcome !== 'passed') state.hasFailed = true;
      this.queue.giveBack(phase.slots);
      if (isChain && state.next < runs.length) this.queue.add(at, phase.slots);
      // What needs a canceled phase is canceled, too. It did not fail.
      if (outcome !== 'cancelled') this.endIfDone(at);
      this.advance();
    };
    this.schedule.begin({ phase: at, run }).then(onEnd, (error: unknown) => {
      this.bug ??= { error };
      onEnd('failed');
    });
  }

  /** Phases whose needs have all ended run, or are left out together with what needs only them. */
  private prepare(ready: readonly number[]): void {
    const next = [...ready];
    // The list grows while it is read.
    for (const at of next) {
      const { phase, leftOut, runs } = this.plan.phases[at]!;
      const { stoppedBy } = this.states[at]!;
      if (leftOut !== undefined) this.leave(at, 'left-out', leftOut, runs.length);
      else if (stoppedBy !== undefined && !phase.always) this.leave(at, 'stopped', stoppedBy, runs.length);
      else {
        this.queue.add(at, phase.slots);
        continue;
      }
      next.push(...this.settle(at));
    }
  }

  private leave(at: number, outcome: 'stopped' | 'left-out' | 'cancelled', why: string, until: number): void {
    const state = this.states[at]!;
    for (; state.next < until; state.next++) this.schedule.leave({ phase: at, run: state.next }, outcome, why);
  }

  private endIfDone(at: number): void {
    const { next, running, hasEnded } = this.states[at]!;
    if (next < this.plan.phases[at]!.runs.length || running > 0 || hasEnded) return;
    this.prepare(this.settle(at));
  }

  /** Ends a phase. @returns the phases that have waited for it alone */
  private settle(at: number): readonly number[] {
    const state = this.states[at]!;
    state.hasEnded = true;
    const why = this.explain(this.plan.phases[at]!, state);
    return this.dependents[at]!.filter((dependent) => {
      const other = this.states[dependent]!;
      if (why !== undefined) other.stoppedBy ??= why;
      other.waiting -= 1;
      return other.waiting === 0;
    });
  }

  /** Why what needs the phase does not run; `undefined` if it may. */
  private explain({ phase, leftOut }: PlannedPhase, { hasFailed, stoppedBy }: State): string | undefined {
    if (hasFailed) return `${phase.name} failed`;
    // A phase that always runs and passed has done its part, whatever happened before it.
    return leftOut !== undefined || !phase.always ? stoppedBy : undefined;
  }

  private cancelRest(): void {
    this.queue.drain();
    for (const [at, { hasEnded }] of this.states.entries()) {
      if (!hasEnded) this.leave(at, 'cancelled', ENDED_BEFORE, this.plan.phases[at]!.runs.length);
    }
  }
}

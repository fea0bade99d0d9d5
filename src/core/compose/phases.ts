import type { Clock } from '../kernel/clock.js';
import { Failure, messageOf } from '../kernel/failure.js';
import type { Log } from '../ports/process.js';
import type { ComposeHost } from './host.js';
import type { PhaseName, PhaseResult } from './outcome.js';
import { toProblem, type Problem } from './problem.js';

/** A phase that is running. */
export interface OpenPhase {
  /** Its folder below the artifacts, such as `003__up`. */
  readonly folder: string;
  /** Prints a line of a program, and writes it to the phase's log. */
  readonly onLine: (line: string) => void;
  /** Logs a sentence of ours, and writes it to the phase's log. */
  say(sentence: string): void;
}

/** How a phase ended: with a sentence about what was done, or with a problem. */
export interface PhaseEnd {
  readonly detail?: string;
  readonly problem?: Problem | undefined;
}

const TITLES: Readonly<Record<PhaseName, string>> = {
  check: 'Check the project',
  setup: 'Setup',
  pull: 'Pull images',
  build: 'Build images',
  up: 'Start the services',
  ready: 'Wait until the services are ready',
  session: 'Session',
  assert: 'Assert',
  collect: 'Collect logs and files',
  teardown: 'Teardown',
  down: 'Remove the project',
};

/** Runs phases, each in a group of the log and with a folder of its own, and records their results. */
export class Phases {
  readonly results: PhaseResult[] = [];
  private count = 0;

  constructor(
    private readonly world: { readonly clock: Clock; readonly host: ComposeHost; readonly log: Log },
    private readonly signal: AbortSignal,
  ) {}

  skip(name: PhaseName, detail?: string): void {
    const now = this.world.clock.now();
    this.results.push({
      name,
      beganAt: now,
      endedAt: now,
      outcome: 'skipped',
      ...(detail !== undefined && { detail }),
    });
  }

  /**
   * Runs a phase. A `Failure` in it is the phase's problem.
   *
   * @param canCancel whether an abort of the signal is thrown; the phases that clean up run nevertheless
   * @throws the signal's reason; every error that is no `Failure`
   */
  async run(
    name: PhaseName,
    body: (phase: OpenPhase) => Promise<PhaseEnd>,
    { canCancel = true }: { readonly canCancel?: boolean } = {},
  ): Promise<Problem | undefined> {
    if (canCancel) this.signal.throwIfAborted();
    const { clock, log } = this.world;
    const beganAt = clock.now();
    const record = (outcome: PhaseResult['outcome'], detail?: string): void => {
      this.results.push({ name, beganAt, endedAt: clock.now(), outcome, ...(detail !== undefined && { detail }) });
    };
    try {
      const { detail, problem } = await log.group(TITLES[name], () => this.open(name, body));
      if (canCancel) this.signal.throwIfAborted();
      record(problem ? 'failed' : 'passed', problem?.reasons[0] ?? detail);
      return problem;
    } catch (error) {
      const cancelled = canCancel && this.signal.aborted ? (this.signal.reason as unknown) : undefined;
      record('failed', messageOf(cancelled ?? error));
      if (cancelled !== undefined) throw cancelled;
      if (error instanceof Failure) return toProblem(error, name);
      throw error;
    }
  }

  private async open(name: PhaseName, body: (phase: OpenPhase) => Promise<PhaseEnd>): Promise<PhaseEnd> {
    const { host, log } = this.world;
    const folder = `${String(this.count++).padStart(3, '0')}__${name}`;
    host.makeFolder(folder);
    const file = host.openLog(`${folder}/run.log`);
    try {
      const end = await body({
        folder,
        onLine(line) {
          host.print(line);
          file.write(line);
        },
        say(sentence) {
          log.info(sentence);
          file.write(sentence);
        },
      });
      for (const reason of end.problem?.reasons ?? []) file.write(reason);
      return end;
    } finally {
      file.close();
    }
  }
}

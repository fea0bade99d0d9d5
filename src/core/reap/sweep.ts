import { Failure } from '../kernel/failure.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../ports/process.js';
import type { Candidate } from './candidates.js';
import { nameOf, type Finding, type Swept } from './finding.js';
import type { Gap } from './world.js';

interface SweepPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the step is cancelled: nothing further is begun. */
  readonly signal: AbortSignal;
}

/** Judges one candidate after the other, and removes those that have to go unless it is a dry run. */
export class Sweep {
  private readonly findings: Finding[] = [];
  private defect: Swept['defect'];

  constructor(
    private readonly dryRun: boolean,
    private readonly ports: SweepPorts,
  ) {}

  async run(candidates: readonly Candidate[], gaps: readonly Gap[]): Promise<Swept> {
    for (const { kind, id, what, failure } of gaps) {
      this.note({ kind, id, why: `its ${what} could not be listed`, outcome: 'failed', failure });
    }
    for (const candidate of candidates) {
      if (this.ports.signal.aborted) break;
      await this.consider(candidate);
    }
    if (this.findings.length === 0) this.ports.log.info('There is nothing to remove.');
    return { findings: this.findings, ...(this.defect && { defect: this.defect }) };
  }

  /** What fails for one is reported as its finding, and does not keep the sweep from the others. */
  private async consider({ about, judge, judgeAgain, remove }: Candidate): Promise<void> {
    let why = 'it could not be judged';
    try {
      const first = await judge();
      if (first.kind === 'keep') return this.ports.log.debug(`Kept ${nameOf(about)}: ${first.why}.`);
      why = first.why;
      if (first.kind === 'skip') return this.note({ ...about, why, outcome: 'skipped', ...this.doubt(first.since) });
      const again = await judgeAgain();
      if (again.kind !== 'remove') return this.note({ ...about, why: again.why, outcome: 'spared' });
      const outcome = this.dryRun ? 'would-remove' : await remove();
      this.note({ ...about, why: outcome === 'spared' ? 'it came into use meanwhile' : why, outcome });
    } catch (error) {
      if (!(error instanceof Failure)) this.defect ??= { error };
      this.note({ ...about, why, outcome: 'failed', ...(error instanceof Failure && { failure: error }) });
    }
  }

  /** One of unknown age has been in doubt for ever: it must not stay unseen because of that. */
  private doubt(since: number): Pick<Finding, 'inDoubtMs'> {
    const now = this.ports.clock.now();
    return { inDoubtMs: Number.isFinite(since) ? Math.max(0, now - since) : now };
  }

  private note(finding: Finding): void {
    this.findings.push(finding);
    const { log } = this.ports;
    const what = `${nameOf(finding)}: ${finding.why}`;
    if (finding.outcome === 'removed') log.info(`Removed ${what}.`);
    else if (finding.outcome === 'would-remove') log.info(`Would remove ${what}.`);
    else if (finding.outcome === 'spared') log.info(`Spared ${what}.`);
    else if (finding.outcome === 'skipped') log.warning(`Left alone ${what}.`);
    else log.warning(`Failed at ${what}. ${finding.failure?.message ?? 'This is a defect of ci-actions.'}`);
  }
}

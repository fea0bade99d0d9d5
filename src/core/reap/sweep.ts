import { Failure } from '../kernel/failure.js';
import type { Log } from '../ports/process.js';
import { describeCandidate, type Candidate } from './candidate.js';
import { describeKept } from './kept.js';
import { nameSubject, type FindingSubject, type KeptThing, type ReapFinding, type SweepResult } from './finding.js';
import type { Gap } from './inventory.js';
import { judgeAgain } from './judge-again.js';
import type { JudgeContext } from './judge-context.js';
import { judge } from './judge.js';
import { remove } from './remove.js';

interface SweepOptions {
  readonly dryRun: boolean;
  /** When the inventory was listed; epoch ms. */
  readonly listedAt: number;
  readonly log: Log;
  /** Aborted when the step is canceled: no further candidate is judged. */
  readonly signal: AbortSignal;
}

/** Judges one candidate after the other, and removes what no job needs unless it is a dry run. */
export class Sweep {
  private readonly findings: ReapFinding[] = [];
  private readonly kept: KeptThing[] = [];
  private bug: SweepResult['bug'];

  constructor(
    private readonly context: JudgeContext,
    private readonly options: SweepOptions,
  ) {}

  async run(
    candidates: readonly Candidate[],
    gaps: readonly Gap[],
  ): Promise<Pick<SweepResult, 'findings' | 'kept' | 'bug'>> {
    const { log, signal, listedAt } = this.options;
    for (const { kind, id, what, failure } of gaps) {
      this.report({ kind, id, why: `its ${what} could not be listed`, outcome: 'failed', failure });
    }
    for (const candidate of candidates) {
      if (signal.aborted) break;
      await this.process(candidate, describeCandidate(candidate, listedAt));
    }
    if (this.findings.length === 0) log.info('There is nothing to remove.');
    return { findings: this.findings, kept: this.kept, ...(this.bug && { bug: this.bug }) };
  }

  /** An error becomes the finding of this candidate, and the sweep continues with the others. */
  private async process(candidate: Candidate, subject: FindingSubject): Promise<void> {
    const { context } = this;
    const { log, dryRun } = this.options;
    let why = 'it could not be judged';
    try {
      const first = await judge(candidate, context);
      if (first.kind === 'keep') {
        this.kept.push(...describeKept(candidate, subject, first.why));
        return log.debug(`Kept ${nameSubject(subject)}: ${first.why}.`);
      }
      why = first.why;
      if (first.kind === 'skip')
        return this.report({ ...subject, why, outcome: 'skipped', inDoubtMs: this.measureDoubt(first.since) });
      const again = await judgeAgain(candidate, context);
      if (again.kind !== 'remove') return this.report({ ...subject, why: again.why, outcome: 'spared' });
      const outcome = dryRun ? 'would-remove' : await remove(candidate, again, context);
      this.report({ ...subject, why: outcome === 'spared' ? 'it came into use meanwhile' : why, outcome });
    } catch (error) {
      if (!(error instanceof Failure)) this.bug ??= { error };
      this.report({ ...subject, why, outcome: 'failed', ...(error instanceof Failure && { failure: error }) });
    }
  }

  /**
   * How long something has been in doubt, in ms. Without a known age it counts as in doubt since the epoch, so that it
   * fails the sweep at once.
   */
  private measureDoubt(since: number): number {
    const now = this.context.clock.now();
    return Number.isFinite(since) ? Math.max(0, now - since) : now;
  }

  private report(finding: ReapFinding): void {
    this.findings.push(finding);
    const { log } = this.options;
    const what = `${nameSubject(finding)}: ${finding.why}`;
    if (finding.outcome === 'removed') log.info(`Removed ${what}.`);
    else if (finding.outcome === 'would-remove') log.info(`Would remove ${what}.`);
    else if (finding.outcome === 'spared') log.info(`Spared ${what}.`);
    else if (finding.outcome === 'skipped') log.warning(`Left alone ${what}.`);
    else log.warning(`Failed on ${what}. ${finding.failure?.message ?? 'This is a bug in ci-actions.'}`);
  }
}

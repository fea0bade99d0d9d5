import * as advice from '../kernel/advice.js';
import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import type { Run } from '../kernel/identity.js';
import { createPacer, LAUNCH_RATE, type Pacer } from '../kernel/pacer.js';
import type { Instance, LaunchOutcome, Plan, Refusal } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import { covers, describePlan, explainRefusals, listRefusals, toSentence, type RefusedPlan } from './refusals.js';

export interface PlanQueueOptions {
  readonly plans: readonly Plan[];
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly run: Run;
  /** The id of the start or of the fill. Together with the id of the workflow run it makes the client tokens unique. */
  readonly id: string;
  /** How many instances are wanted. The number of launches that may be sent depends on it. */
  readonly count: number;
  /** For how long plans without capacity are tried again. 0: never. */
  readonly retryMs: number;
}

/** One launch to try. */
export interface NextLaunch {
  readonly plan: Plan;
  readonly clientToken: string;
}

// Capacity comes back within minutes, not seconds, and EC2 throttles more frequent requests.
const PAUSES_MS = [10_000, 20_000, 40_000, 60_000];

/**
 * The plans of one request, shared by all of its launches. A plan without capacity is tried once a round, the launches
 * keep to EC2's rate, and their number is limited, whatever EC2 answers.
 */
export class PlanQueue {
  readonly refused: RefusedPlan[] = [];
  /** How many rounds are over. */
  private round = 0;
  /** The plans that EC2 has not refused in this round. */
  private open: Plan[];
  /** How many more launches may be sent. */
  private budget: number;
  /** The wait for the next round, which all launches share. */
  private reopening: Promise<void> | undefined;
  private readonly retryUntil: number;
  private readonly pacer: Pacer;

  constructor(private readonly options: PlanQueueOptions) {
    const { plans, clock, count, retryMs } = options;
    this.open = [...plans];
    this.pacer = createPacer(LAUNCH_RATE, clock);
    this.retryUntil = clock.now() + retryMs;
    // Each instance needs one launch. Each plan may be refused once a round, by every launch that is under way.
    const rounds = 1 + Math.ceil(retryMs / 10_000);
    this.budget = count + Math.min(plans.length * rounds + 5 * count, 1_000);
  }

  /**
   * Waits until EC2's rate allows a launch, then returns the first plan that EC2 has not refused. When EC2 has refused
   * all plans, waits for the next round.
   *
   * Each plan and round has a client token of its own. The retries of one launch send the same token, so a retry after
   * a lost answer cannot launch a second instance. EC2 remembers a token for a day or more, for the whole account. Two
   * of tens of thousands of starts may have the same 32-bit id, so the token also names the run.
   *
   * @param index which of the request's instances is to be launched
   * @throws Failure `no-capacity`, `quota-exceeded` when no plan is left, `launch-budget-spent`; the signal's reason
   */
  async next(index: number): Promise<NextLaunch> {
    const { plans, run, id, signal } = this.options;
    await this.pacer.take(signal);
    signal.throwIfAborted();
    while (this.open.length === 0) await (this.reopening ??= this.reopen());
    if (this.budget-- <= 0) {
      throw new Failure('launch-budget-spent', 'EC2 refused too many launches, so no further one is tried.', {
        hint: advice.READ_REFUSALS,
        details: listRefusals(this.refused),
      });
    }
    const plan = this.open[0]!;
    const planAndRound = `${plans.indexOf(plan)}${this.round === 0 ? '' : `s${this.round}`}`;
    return { plan, clientToken: `ci-actions-${run.runId}-${run.runAttempt}-${id}-${index}-${planAndRound}` };
  }

  /** Notes what EC2 answered to a launch. @returns the instance, if there is one. @throws the error of a launch given up */
  note(plan: Plan, outcome: LaunchOutcome): Instance | undefined {
    if (outcome.kind === 'launched') return outcome.instance;
    if (outcome.kind === 'given-up') throw outcome.error;
    this.refuse(plan, outcome.refusal);
    return undefined;
  }

  /** Closes this plan and every other one that the refusal covers. */
  refuse(plan: Plan, refusal: Refusal): void {
    if (!this.open.includes(plan)) return;
    this.refused.push({ plan, refusal });
    this.options.log.info(`Refused: ${describePlan(plan)}: ${refusal.code}.`);
    this.open = this.open.filter((other) => !covers(refusal, plan, other));
    const next = this.open[0];
    if (next && plan.market === 'spot' && next.market === 'on-demand') {
      const why = refusal.failure
        ? `${toSentence(refusal.failure.message)} ${refusal.failure.hint} So no spot`
        : 'No spot capacity';
      this.options.log.notice(`${why}: going on with on-demand instances, at their price.`);
    }
  }

  /** Only plans that lacked capacity are tried again: any other refusal is final. */
  private async reopen(): Promise<void> {
    const { plans, clock, log, signal } = this.options;
    const pause = PAUSES_MS[Math.min(this.round, PAUSES_MS.length - 1)]!;
    const withoutCapacity = plans.filter((plan) => {
      const covering = this.refused.filter((one) => covers(one.refusal, one.plan, plan));
      return covering.length > 0 && covering.every(({ refusal }) => refusal.kind === 'capacity');
    });
    if (withoutCapacity.length === 0 || clock.now() + pause > this.retryUntil)
      throw explainRefusals(plans, this.refused);
    log.info(`No capacity in any plan; trying again in ${pause / 1000} s.`);
    await clock.sleep(pause, signal);
    this.round++;
    this.open = withoutCapacity;
    this.reopening = undefined;
  }
}

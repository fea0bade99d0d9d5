import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';
import type { Clock } from '../kernel/clock.js';
import type { Instance, LaunchOutcome, Plan, Refusal } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import type { StartRequest } from './request.js';

export interface RefusedPlan {
  readonly plan: Plan;
  readonly refusal: Refusal;
}

export interface PlanQueueOptions {
  readonly plans: readonly Plan[];
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** How many instances are wanted: what the budget is measured by. */
  readonly count: number;
  /** For how long pools found empty are asked again. 0: never. */
  readonly retryMs: number;
}

// Capacity comes back within minutes, not seconds; asked more often than this, EC2 throttles.
const PAUSES_MS = [10_000, 20_000, 40_000, 60_000];

/**
 * What the runners of one start know together about their plans: a pool found empty is asked once a round, and
 * everything together asks EC2 for no more than a fixed number of launches, whatever goes wrong.
 */
export class PlanQueue {
  readonly plans: readonly Plan[];
  readonly refused: RefusedPlan[] = [];
  /** How often the plans have been asked before. */
  round = 0;
  private open: Plan[];
  private budget: number;
  private reopening: Promise<void> | undefined;
  private readonly retryUntil: number;

  constructor(private readonly options: PlanQueueOptions) {
    this.plans = options.plans;
    this.open = [...options.plans];
    this.retryUntil = options.clock.now() + options.retryMs;
    // Each instance needs one launch; each plan may be refused once a round, by as many lanes as are on their way.
    const rounds = 1 + Math.ceil(options.retryMs / 10_000);
    this.budget = options.count + Math.min(this.plans.length * rounds + 5 * options.count, 1_000);
  }

  /**
   * The best plan that nobody has refused, waited for while it may come back.
   *
   * @throws Failure `no-capacity`, `quota-exceeded` when there is none, `launch-budget-spent`
   */
  async next(): Promise<Plan> {
    while (this.open.length === 0) await (this.reopening ??= this.reopen());
    if (this.budget-- > 0) return this.open[0]!;
    throw new Failure('launch-budget-spent', 'EC2 refused so many launches that this start asks for no more.', {
      hint: advice.READ_REFUSALS,
      details: this.listRefusals(),
    });
  }

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

  /** Only what lacked capacity is worth asking again; anything else stays what it is. */
  private async reopen(): Promise<void> {
    const { clock, log, signal } = this.options;
    const pause = PAUSES_MS[Math.min(this.round, PAUSES_MS.length - 1)]!;
    const empty = this.plans.filter((plan) => {
      const met = this.refused.filter((one) => covers(one.refusal, one.plan, plan));
      return met.length > 0 && met.every(({ refusal }) => refusal.kind === 'capacity');
    });
    if (empty.length === 0 || clock.now() + pause > this.retryUntil) throw this.explain();
    log.info(`No capacity in any plan; asking again in ${pause / 1000} s.`);
    await clock.sleep(pause, signal);
    this.round++;
    this.open = empty;
    this.reopening = undefined;
  }

  private explain(): Failure {
    const refusals = this.refused.map(({ refusal }) => refusal);
    const deadEnds = refusals.flatMap(({ failure }) => failure ?? []);
    const deadEnd = deadEnds.at(-1);
    if (deadEnd && deadEnds.length === refusals.length) return this.failWith(deadEnd);
    const quota = refusals.findLast(({ kind }) => kind === 'quota');
    const onlyQuota = quota !== undefined && refusals.every(({ kind }) => kind === 'quota');
    const hints = [quota && (quota.hint ?? quota.message), ...deadEnds.map(({ hint }) => hint)].filter((hint) => hint);
    return new Failure(
      onlyQuota ? 'quota-exceeded' : 'no-capacity',
      onlyQuota
        ? `An EC2 quota allows none of the ${this.plans.length} plans.`
        : `EC2 refused all ${this.plans.length} plans.`,
      {
        hint: hints.length > 0 ? [...new Set(hints)].join(' ') : this.suggest(),
        details: this.listRefusals(),
        ...requestIdOf(refusals.at(-1)),
      },
    );
  }

  /** What no other plan gets around; where there were several reasons, all are listed. */
  private failWith(failure: Failure): Failure {
    if (new Set(this.refused.map(({ refusal }) => refusal.failure?.message)).size === 1) return failure;
    const details = [...(failure.about.details ?? []), ...this.listRefusals()];
    return new Failure(failure.code, failure.message, { ...failure.about, details });
  }

  /** Each plan's last refusal: a second round rarely has other words. */
  private listRefusals(): string[] {
    const last = new Map(this.refused.map(({ plan, refusal }) => [plan, refusal]));
    return [...last].map(([plan, refusal]) => `${describePlan(plan)}: ${refusal.code}: ${refusal.message}`);
  }

  private suggest(): string {
    const subnets = new Set(this.plans.map(({ subnetId }) => subnetId));
    const isSpotOnly = this.plans.every(({ market }) => market === 'spot');
    const comesAndGoes = this.refused.some(({ refusal }) => refusal.kind !== 'unsupported');
    return [
      comesAndGoes
        ? 'Capacity comes and goes: run the job again later, or name more types in `ec2-instance-type`'
        : 'EC2 does not offer that there, now or later: name other types in `ec2-instance-type`',
      ...(subnets.size < 3 ? ['subnets in other availability zones in `subnet-id`'] : []),
      ...(isSpotOnly ? ['set `market-type: spot-then-on-demand`'] : []),
    ]
      .join(', or ')
      .concat('.');
  }
}

/**
 * Launches one instance from the first plan that EC2 accepts. The client token is new for each plan and round, and
 * the same for each retry of one, so a retry after a lost answer can't launch twice. EC2 keeps it for a day or more,
 * for all of an account: a start's own 32 bits meet twice among ten thousands of starts, within a run they don't.
 */
export async function launchFirst(
  queue: PlanQueue,
  launch: (plan: Plan, clientToken: string) => Promise<LaunchOutcome>,
  identity: {
    readonly start: Pick<StartRequest, 'run' | 'startId'>;
    readonly index: number;
    readonly pace: () => Promise<void>;
  },
): Promise<{ plan: Plan; instance: Instance }> {
  const { run, startId } = identity.start;
  const prefix = `ci-actions-${run.runId}-${run.runAttempt}-${startId}-${identity.index}`;
  for (;;) {
    await identity.pace();
    const plan = await queue.next();
    const way = `${queue.plans.indexOf(plan)}${queue.round === 0 ? '' : `s${queue.round}`}`;
    const outcome = await launch(plan, `${prefix}-${way}`);
    if (outcome.kind === 'launched') return { plan, instance: outcome.instance };
    if (outcome.kind === 'given-up') throw outcome.error;
    queue.refuse(plan, outcome.refusal);
  }
}

export function describePlan(plan: Plan): string {
  return `${plan.instanceType} ${plan.market}${plan.subnetId ? ` in ${plan.subnetId}` : ''} (${plan.region})`;
}

/** Quotas, networks and rights are a region's own: no refusal reaches into another one. */
function covers({ scope }: Refusal, refused: Plan, other: Plan): boolean {
  if (other.region !== refused.region) return false;
  if (scope === 'region' || other === refused) return true;
  // Without a subnet, EC2 picks one for each launch.
  if (scope === 'subnet') return refused.subnetId !== undefined && other.subnetId === refused.subnetId;
  if (other.market !== refused.market) return false;
  return scope === 'market' || (scope === 'type' && other.instanceType === refused.instanceType);
}

function toSentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`;
}

function requestIdOf(refusal: Refusal | undefined): { requestId?: string } {
  return refusal?.requestId === undefined ? {} : { requestId: refusal.requestId };
}

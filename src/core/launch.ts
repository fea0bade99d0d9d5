import { Failure } from './failure.js';
import type { Ec2, Instance, LaunchSpec, Log, Plan, Refusal } from './ports.js';

export interface RefusedPlan {
  readonly plan: Plan;
  readonly refusal: Refusal;
}

/** What the runners of one start know together about their plans: a pool found empty is asked once. */
export class PlanBoard {
  readonly refused: RefusedPlan[] = [];
  private readonly open: Plan[];

  constructor(
    readonly plans: readonly Plan[],
    private readonly log: Log,
  ) {
    this.open = [...plans];
  }

  /** The best plan that nobody has refused. @throws Failure `no-capacity`, `quota-exceeded` when none is left */
  next(): Plan {
    const plan = this.open[0];
    if (plan) return plan;
    throw this.explain();
  }

  refuse(plan: Plan, refusal: Refusal): void {
    if (!this.open.includes(plan)) return;
    this.refused.push({ plan, refusal });
    this.log.info(`Refused: ${describePlan(plan)}: ${refusal.code}.`);
    for (const other of this.open.filter((one) => covers(refusal, plan, one))) {
      this.open.splice(this.open.indexOf(other), 1);
    }
    const next = this.open[0];
    if (next && next.market !== plan.market) {
      this.log.notice(`No ${plan.market} capacity: going on with ${next.market} instances, at their price.`);
    }
  }

  private explain(): Failure {
    const quota = this.refused.findLast(({ refusal }) => refusal.kind === 'quota');
    const onlyQuota = this.refused.length > 0 && this.refused.every(({ refusal }) => refusal.kind === 'quota');
    return new Failure(
      onlyQuota ? 'quota-exceeded' : 'no-capacity',
      onlyQuota
        ? `An EC2 quota allows none of the ${this.plans.length} plans.`
        : `EC2 refused all ${this.plans.length} plans.`,
      {
        hint: quota ? (quota.refusal.hint ?? quota.refusal.message) : this.suggest(),
        details: this.refused.map(({ plan, refusal }) => `${describePlan(plan)}: ${refusal.code}: ${refusal.message}`),
        ...requestIdOf(this.refused.at(-1)?.refusal),
      },
    );
  }

  private suggest(): string {
    const subnets = new Set(this.plans.map(({ subnetId }) => subnetId));
    const isSpotOnly = this.plans.every(({ market }) => market === 'spot');
    return [
      'Capacity comes and goes: run the job again later, or name more types in `ec2-instance-type`',
      ...(subnets.size < 3 ? ['subnets in other availability zones in `subnet-id`'] : []),
      ...(isSpotOnly ? ['set `market-type: spot-then-on-demand`'] : []),
    ]
      .join(', or ')
      .concat('.');
  }
}

/**
 * Launches one instance from the first plan that EC2 accepts. The client token is new for each plan and the
 * same for each retry of one, so a retry after a lost answer can't launch twice.
 */
export async function launchFirst(
  board: PlanBoard,
  ec2: Ec2,
  compose: (plan: Plan, clientToken: string) => LaunchSpec,
  identity: { readonly startId: string; readonly index: number; readonly pace: () => Promise<void> },
): Promise<{ plan: Plan; instance: Instance }> {
  for (;;) {
    const plan = board.next();
    await identity.pace();
    const token = `ci-actions-${identity.startId}-${identity.index}-${board.plans.indexOf(plan)}`;
    const outcome = await ec2.launch(compose(plan, token));
    if (outcome.kind === 'launched') return { plan, instance: outcome.instance };
    board.refuse(plan, outcome.refusal);
  }
}

export function describePlan(plan: Plan): string {
  return `${plan.instanceType} ${plan.market}${plan.subnetId ? ` in ${plan.subnetId}` : ''}`;
}

function covers(refusal: Refusal, refused: Plan, other: Plan): boolean {
  if (refusal.scope === 'market') return other.market === refused.market;
  if (refusal.scope === 'type') return other.market === refused.market && other.instanceType === refused.instanceType;
  return other === refused;
}

function requestIdOf(refusal: Refusal | undefined): { requestId?: string } {
  return refusal?.requestId === undefined ? {} : { requestId: refusal.requestId };
}

import { Failure } from '../kernel/failure.js';
import type { Plan, Refusal } from '../ports/ec2.js';

export interface RefusedPlan {
  readonly plan: Plan;
  readonly refusal: Refusal;
}

export function describePlan(plan: Plan): string {
  return `${plan.instanceType} ${plan.market}${plan.subnetId ? ` in ${plan.subnetId}` : ''} (${plan.region})`;
}

/** Whether a refusal of one plan holds for another one. No refusal reaches into another region or zone. */
export function covers({ scope }: Refusal, refused: Plan, other: Plan): boolean {
  // A zone has an image and security groups of its own, which may be the reason.
  if (other.region !== refused.region || other.zone !== refused.zone) return false;
  if (scope === 'region' || other === refused) return true;
  // Without a subnet, EC2 picks one for each launch.
  if (scope === 'subnet') return refused.subnetId !== undefined && other.subnetId === refused.subnetId;
  if (other.market !== refused.market) return false;
  return scope === 'market' || (scope === 'type' && other.instanceType === refused.instanceType);
}

/** Why no plan could be launched. @returns Failure `no-capacity`, `quota-exceeded`, or the refusals' own */
export function explainRefusals(plans: readonly Plan[], refused: readonly RefusedPlan[]): Failure {
  const refusals = refused.map(({ refusal }) => refusal);
  const deadEnds = refusals.flatMap(({ failure }) => failure ?? []);
  const deadEnd = deadEnds.at(-1);
  if (deadEnd && deadEnds.length === refusals.length) return failWith(deadEnd, refused);
  const quota = refusals.findLast(({ kind }) => kind === 'quota');
  const onlyQuota = quota !== undefined && refusals.every(({ kind }) => kind === 'quota');
  const hints = [quota && (quota.hint ?? quota.message), ...deadEnds.map(({ hint }) => hint)].filter((hint) => hint);
  return new Failure(onlyQuota ? 'quota-exceeded' : 'no-capacity', describeRefused(plans.length, onlyQuota), {
    hint: hints.length > 0 ? [...new Set(hints)].join(' ') : suggest(plans, refused),
    details: listRefusals(refused),
    ...requestIdOf(refusals.at(-1)),
  });
}

/** The last refusal of each plan: those of further rounds rarely differ. The same words, but for the type, come once. */
export function listRefusals(refused: readonly RefusedPlan[]): string[] {
  const last = new Map(refused.map(({ plan, refusal }) => [plan, refusal]));
  const alike = new Map<string, Plan[]>();
  for (const [plan, { code, message }] of last) {
    const words = `${code}: ${message.replaceAll(plan.instanceType, '')}`;
    alike.set(words, [...(alike.get(words) ?? []), plan]);
  }
  return [...alike.values()].flatMap(([first, ...others]) => {
    const { code, message } = last.get(first!)!;
    const same = others.length === 0 ? [] : [`The same for ${others.map(describePlan).join(', ')}.`];
    return [`${describePlan(first!)}: ${code}: ${message}`, ...same];
  });
}

export function toSentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`;
}

/** A failure that no other plan avoids. Where the refusals had several reasons, all are listed. */
function failWith(failure: Failure, refused: readonly RefusedPlan[]): Failure {
  if (new Set(refused.map(({ refusal }) => refusal.failure?.message)).size === 1) return failure;
  const details = [...(failure.about.details ?? []), ...listRefusals(refused)];
  return new Failure(failure.code, failure.message, { ...failure.about, details });
}

function suggest(plans: readonly Plan[], refused: readonly RefusedPlan[]): string {
  const subnets = new Set(plans.map(({ subnetId }) => subnetId));
  const isSpotOnly = plans.every(({ market }) => market === 'spot');
  const comesAndGoes = refused.some(({ refusal }) => refusal.kind !== 'unsupported');
  return [
    comesAndGoes
      ? 'Capacity comes and goes: run the job again later, or name more types in `ec2-instance-type`'
      : 'EC2 does not offer these plans, now or later: name other types in `ec2-instance-type`',
    ...(subnets.size < 3 ? ['subnets in other availability zones in `subnet-id`'] : []),
    ...(isSpotOnly ? ['set `market-type: spot-then-on-demand`'] : []),
  ]
    .join(', or ')
    .concat('.');
}

function requestIdOf(refusal: Refusal | undefined): { requestId?: string } {
  return refusal?.requestId === undefined ? {} : { requestId: refusal.requestId };
}

function describeRefused(plans: number, onlyQuota: boolean): string {
  if (onlyQuota)
    return plans === 1
      ? 'An EC2 quota does not allow the only plan.'
      : `An EC2 quota allows none of the ${plans} plans.`;
  return plans === 1 ? 'EC2 refused the only plan.' : `EC2 refused all ${plans} plans.`;
}

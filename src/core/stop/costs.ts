import type { LocatedInstance } from '../instances/located-instance.js';
import { isEnding } from '../instances/states.js';
import type { MachineCost } from '../kernel/costs.js';
import { TAG } from '../kernel/identity.js';
import { estimateVolume, findPrice } from '../kernel/prices.js';
import { readTimes, type MachineTimes, type TimeSources } from './machine-times.js';
import type { SpotPrices } from './spot-prices.js';
import type { StartedMachine } from './started-machines.js';

/** EC2 bills a Linux instance by the second, and for at least this long. */
const LEAST_MS = 60_000;
const HOUR_MS = 3_600_000;
/** A share of a volume below this is not worth a word. USD. */
const CENT = 0.01;

export interface CostFacts extends Omit<TimeSources, 'started'> {
  readonly started: ReadonlyMap<string, StartedMachine>;
  readonly spotPrices: SpotPrices;
  /** All instances that EC2 lists, also those that are not billed here. */
  readonly listed: readonly LocatedInstance[];
  readonly now: number;
  /** When EC2 confirmed that this stop ends the instance; `undefined` if it did not. Epoch ms. */
  readonly confirmedAt: (instance: LocatedInstance['instance']) => number | undefined;
}

/**
 * The machines whose costs belong to a stop in `attempt`: those that it ended, and those that this attempt started and
 * that had ended before. A stop in a later attempt finds the machines of an earlier one again; they were counted there.
 */
export function selectBilled(
  machines: readonly LocatedInstance[],
  { confirmedAt }: Pick<CostFacts, 'confirmedAt'>,
  attempt: string,
): LocatedInstance[] {
  return machines.filter(({ instance }) => {
    // A claimed machine of a pool that was never started has had no machine time.
    if (instance.state === 'stopped' || instance.state === 'stopping') return false;
    return isEnding(instance)
      ? instance.tags[TAG.runAttempt] === attempt || confirmedAt(instance) !== undefined
      : confirmedAt(instance) !== undefined;
  });
}

export function priceMachines(machines: readonly LocatedInstance[], facts: CostFacts): MachineCost[] {
  const found = new Set(facts.listed.map(({ instance }) => instance.id));
  const lost = [...facts.started.values()].filter(({ instance }) => !found.has(instance));
  return [...machines.map((one) => priceMachine(one, facts)), ...lost.map(describeLost)];
}

/** A machine that was started, and that EC2 lists no more. */
function describeLost({ instance, type, region, market }: StartedMachine): MachineCost {
  const times = { startUp: null, idleBefore: null, idleAfter: null };
  return { instance, type, region, market, minutes: null, hourly: null, cost: null, ...times };
}

function priceMachine(one: LocatedInstance, facts: CostFacts): MachineCost {
  const { instance, region } = one;
  const started = facts.started.get(instance.id);
  const times = readTimes(one, { ...facts, started });
  const { end, isKnown } = findEnd(one, times, facts);
  const ms = Number.isFinite(instance.launchedAt) ? Math.max(0, end - instance.launchedAt) : undefined;
  const price = ms === undefined ? undefined : findHourly(one, end, facts);
  const volumes = ms === undefined ? 0 : priceVolumes(started, { ms, region });
  return {
    instance: instance.id,
    type: instance.type,
    region,
    market: instance.market,
    minutes: ms === undefined ? null : round(ms / 60_000, 2),
    ...(!isKnown && { atMost: true }),
    hourly: price === undefined ? null : round(price.hourly, 5),
    ...(price?.isExact === false && { about: true }),
    cost:
      price === undefined || ms === undefined
        ? null
        : round((price.hourly * (price.isFree ? 0 : Math.max(ms, LEAST_MS))) / HOUR_MS + volumes, 6),
    ...(volumes > 0 && { volumes: round(volumes, 6) }),
    ...divide(instance.launchedAt, times, end),
  };
}

/** The time of the end, or else the latest that it can have been. */
function findEnd(
  { instance }: LocatedInstance,
  { offAt }: MachineTimes,
  { confirmedAt, now }: CostFacts,
): { end: number; isKnown: boolean } {
  const known = isEnding(instance) ? (instance.endedAt ?? offAt) : confirmedAt(instance);
  if (known !== undefined) return { end: known, isKnown: true };
  const expires = Date.parse(instance.tags[TAG.expiresAt] ?? '') || Infinity;
  return { end: Math.min(now, Math.max(expires, instance.launchedAt)), isKnown: false };
}

function findHourly(
  one: LocatedInstance,
  end: number,
  { spotPrices }: CostFacts,
): { hourly: number; isExact: boolean; isFree?: boolean } | undefined {
  const { instance, region } = one;
  if (instance.market !== 'spot') return findPrice(instance.type, region);
  const hourly = spotPrices.average(one, end);
  // Source: EC2 user guide, "Billing for interrupted Spot Instances" (Linux).
  const isFree =
    /SpotInstanceTermination|SpotInstanceInterruption/.test(instance.stateReason ?? '') &&
    end - instance.launchedAt < HOUR_MS;
  return hourly === undefined ? undefined : { hourly, isExact: true, isFree };
}

/** The share of the machine's volumes, if it is worth more than a cent. */
function priceVolumes(
  started: StartedMachine | undefined,
  { ms, region }: { readonly ms: number; readonly region: string },
): number {
  const shares = (started?.volumes ?? []).map((volume) => estimateVolume(volume, Math.max(ms, LEAST_MS), region));
  const sum = shares.reduce<number>((total, share) => total + (share ?? 0), 0);
  return sum >= CENT ? sum : 0;
}

/** Divides the machine's time by what it waited for, in seconds. */
function divide(
  launchedAt: number,
  { onlineAt, jobAt, jobEndedAt, hadNoJob }: MachineTimes,
  end: number,
): Pick<MachineCost, 'startUp' | 'idleBefore' | 'idleAfter'> {
  return {
    startUp: span(launchedAt, onlineAt),
    idleBefore: span(onlineAt, hadNoJob ? end : jobAt),
    idleAfter: hadNoJob ? 0 : span(jobEndedAt, end),
  };
}

/** Clocks of different machines differ a little, so no span is negative. */
function span(from: number | undefined, to: number | undefined): number | null {
  if (from === undefined || to === undefined || !Number.isFinite(from)) return null;
  return Math.round(Math.max(0, to - from) / 1_000);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

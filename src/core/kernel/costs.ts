import { plural } from './plural.js';

/**
 * What one machine was used for and what it cost: an entry of stop-runner's output `costs`, which report-tests sums up.
 * `null`: not known.
 */
export interface MachineCost {
  readonly instance: string;
  readonly type: string;
  readonly region: string;
  /** `on-demand` or `spot` */
  readonly market: string;
  /** From the launch to the end. */
  readonly minutes: number | null;
  /** The machine ended by itself at an unknown time before the stop: `minutes`, `cost` and `idleAfter` are upper bounds. */
  readonly atMost?: boolean;
  /** USD per hour. */
  readonly hourly: number | null;
  /** The price is that of us-east-1, because the region's own is not known. */
  readonly about?: boolean;
  /** USD */
  readonly cost: number | null;
  /** USD, a part of `cost`. Absent when the volumes are not known, or are worth less than a cent. */
  readonly volumes?: number;
  /** Seconds from the launch until the first runner was online, from then to its job, and from the last job to the end. */
  readonly startUp: number | null;
  readonly idleBefore: number | null;
  readonly idleAfter: number | null;
}

/** Several machines together. `minutes` and `cost` are those of the machines where they are known. */
export interface CostSum {
  readonly machines: number;
  readonly minutes: number;
  readonly cost: number;
  readonly atMost: boolean;
  readonly about: boolean;
  /** How many machines' costs are unknown. */
  readonly unknown: number;
}

export function sumCosts(entries: readonly MachineCost[]): CostSum {
  const add = (read: (one: MachineCost) => number | null) => entries.reduce((sum, one) => sum + (read(one) ?? 0), 0);
  return {
    machines: entries.length,
    minutes: add(({ minutes }) => minutes),
    cost: add(({ cost }) => cost),
    atMost: entries.some(({ atMost }) => atMost === true),
    about: entries.some(({ about }) => about === true),
    unknown: entries.filter(({ cost }) => cost === null).length,
  };
}

/** `$0.0335 for 12.3 machine minutes`, `at most about $1.20 for …, without 1 machine at an unknown price` */
export function describeSum(sum: CostSum): string {
  const minutes = `${sum.minutes.toFixed(1)} machine minutes`;
  if (sum.unknown > 0 && sum.unknown === sum.machines) return `unknown, for ${minutes}`;
  const rest = sum.unknown > 0 ? `, without ${plural(sum.unknown, 'machine')} at an unknown price` : '';
  return `${renderCost(sum)} for ${minutes}${rest}`;
}

/** A cost with its doubts: `at most about $0.0335`; `unknown` for `null`. */
export function renderCost({ cost, atMost, about }: Pick<MachineCost, 'cost' | 'atMost' | 'about'>): string {
  if (cost === null) return 'unknown';
  return `${atMost ? 'at most ' : ''}${about ? 'about ' : ''}${renderDollars(cost)}`;
}

/** Four digits after the point below $1, because a short job costs less than a cent; otherwise two. */
export function renderDollars(usd: number): string {
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

/** `12.3 min`, `at most 12.3 min`, `unknown` */
export function renderMinutes(minutes: number | null, atMost = false): string {
  return minutes === null ? 'unknown' : `${atMost ? 'at most ' : ''}${minutes.toFixed(1)} min`;
}

/** `14 s`, `at most 2.5 min`, `unknown` */
export function renderSeconds(seconds: number | null, atMost = false): string {
  if (seconds === null || seconds >= 120) return renderMinutes(seconds && seconds / 60, atMost);
  return `${atMost ? 'at most ' : ''}${Math.round(seconds)} s`;
}

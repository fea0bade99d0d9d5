import type { DisturbedStep, FaultName } from './faults.js';

/** The name of every scenario's pool. */
export const POOL = 'ready';

/** What a pool holds before the first step. */
export interface PoolConfig {
  /** How many instances wait in it. */
  readonly waiting: number;
  /** Adds an expired instance, one of another shape, and one that was switched on and never powered off. */
  readonly isStale?: boolean;
  /** Another run claims an instance, too, before anything has cleaned up after the first run. */
  readonly hasRival?: boolean;
}

/** The name of every scenario's data volume. */
export const VOLUME = 'docker';

/** What there is of a start's data volume before the start. */
export interface VolumeConfig {
  /** `none`: the start creates it. `free`: an earlier run has used it. `held`: another run's machine has it. */
  readonly before: 'none' | 'free' | 'held';
  /** A job of the machine succeeds, and the stop takes a snapshot. There are as many snapshots as may be kept. */
  readonly takesSnapshot?: boolean;
  /** The start is refused. */
  readonly isRefused?: boolean;
}

/** One combination of inputs. */
export interface Config {
  readonly name: string;
  readonly count: number;
  readonly waitFor: 'online' | 'launched';
  readonly inputs: Readonly<Record<string, string>>;
  /** EC2 lists a launched instance as late as it may: see `World.hide`. */
  readonly listsLate: boolean;
  readonly pool?: PoolConfig;
  /** The runners of each instance. Default: 1. */
  readonly runners?: number;
  readonly volume?: VolumeConfig;
}

/** Which step is disturbed, and which earlier fault leads to that step. */
export interface Scenario {
  readonly name: string;
  readonly step: DisturbedStep;
  /** The earlier fault. */
  readonly prelude?: FaultName;
  /** The start's request that the earlier fault hits. Default: the first `DescribeInstances`. */
  readonly preludeAt?: string;
  /** No runner is started or stopped: only the pool is filled or swept. */
  readonly isPoolAlone?: boolean;
  readonly configs: readonly Config[];
}

export interface Cell {
  readonly scenario: Scenario;
  readonly config: Config;
  /** `operation#occurrence` within the disturbed step. Absent in a base run, which nothing disturbs. */
  readonly at?: { readonly operation: string; readonly fault: FaultName };
}

export function nameCell({ scenario, config, at }: Cell): string {
  return [scenario.name, config.name, ...(at ? [at.operation, at.fault] : ['base'])].join(':');
}

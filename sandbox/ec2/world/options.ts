import type { Boot, ImageRecord, SecurityGroupRecord, SubnetRecord } from './records.js';
import type { ThrottleOptions } from './throttle.js';

/** How long things take, in ms. */
export interface Timeline {
  /** From RunInstances to `running`. */
  readonly pendingMs: number;
  /** From `running` to the first program of ours on the machine. */
  readonly bootMs: number;
  /** The same for one that was stopped and is started again. Default: `bootMs`. */
  readonly resumeMs?: number;
  /** `shutting-down` and `stopping` last at least this long. */
  readonly shuttingDownMs: number;
  /** So long after its launch no request but RunInstances knows of an instance: EC2 is consistent eventually. */
  readonly invisibleMs: number;
  /** From CopyImage to `available`. */
  readonly copyMs: number;
}

/** vCPUs that may run at once, by bucket and market; absent means without limit. */
export type Quota = Partial<Record<`${'standard' | 'gpu'}/${'on-demand' | 'spot'}`, number>>;

/** By `type`, `type/subnet` or `type/subnet/market`, where an asterisk stands for any value of a part. */
export type ByPlan<T> = Record<string, T>;

export interface Ec2Options {
  readonly region: string;
  readonly timeline: Timeline;
  /** How many more instances a pool has room for; one that ends makes room again. Absent: without limit. */
  readonly capacity?: ByPlan<number>;
  /** The error code that launches of a plan are refused with, such as `VcpuLimitExceeded`. */
  readonly refusals?: ByPlan<string>;
  readonly quota?: Quota;
  /** Permissions the caller lacks: `RunInstances` or `ec2:RunInstances`, `ssm:GetParameters`, `iam:PassRole`. */
  readonly denied?: Iterable<string>;
  /** EC2's request buckets, as documented with `true`; default: without. */
  readonly throttle?: boolean | ThrottleOptions;
  /** Added to the seed; one with the same id replaces it. */
  readonly images?: readonly ImageRecord[];
  readonly subnets?: readonly SubnetRecord[];
  readonly securityGroups?: readonly SecurityGroupRecord[];
  /** Added to the seed's SSM parameters; `undefined` takes one away. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  /** Absent: instances have no machine behind them. */
  readonly boot?: Boot;
}

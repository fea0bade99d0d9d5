import type { Boot, ImageRecord, SecurityGroupRecord, SubnetRecord } from './records.js';
import type { ThrottleOptions } from './throttle.js';
import type { Storage } from './volume-records.js';

/** Durations in ms. */
export interface Timeline {
  /** From RunInstances to `running`. */
  readonly pendingMs: number;
  /** From `running` to the first program on the machine. */
  readonly bootMs: number;
  /** The same for an instance that was stopped and is started again. Default: `bootMs`. */
  readonly resumeMs?: number;
  /** `shutting-down` and `stopping` last at least this long. */
  readonly shuttingDownMs: number;
  /** How long after its launch an instance is invisible to requests, because EC2 is eventually consistent. */
  readonly invisibleMs: number;
  /** The same for a volume or a snapshot. Default: `invisibleMs`. */
  readonly volumeInvisibleMs?: number;
  /** From `running` to passed status checks. Absent: they never pass. */
  readonly checksMs?: number;
  /** From CopyImage to `available`. */
  readonly copyMs: number;
  /** How long a volume is `creating`, `attaching`, `detaching` or `modifying`. Default 50. */
  readonly volumeMs?: number;
  /** From CreateSnapshot to `completed`. Default 50. */
  readonly snapshotMs?: number;
}

/** The vCPUs that may run at once, by bucket and market. Absent: no limit. */
export type Quota = Partial<Record<`${'standard' | 'gpu'}/${'on-demand' | 'spot'}`, number>>;

/** By `type`, `type/subnet` or `type/subnet/market`. An asterisk stands for any value of a part. */
export type ByPlan<T> = Record<string, T>;

export interface Ec2Options {
  readonly region: string;
  readonly timeline: Timeline;
  /** How many more instances a plan has capacity for. An instance that ends frees its capacity. Absent: no limit. */
  readonly capacity?: ByPlan<number>;
  /** The error code that a plan's launches fail with, such as `VcpuLimitExceeded`. */
  readonly refusals?: ByPlan<string>;
  readonly quota?: Quota;
  /** Permissions the caller lacks: `RunInstances` or `ec2:RunInstances`, `ssm:GetParameters`, `iam:PassRole`. */
  readonly denied?: Iterable<string>;
  /** EC2's request throttling. `true`: as documented. Default: none. */
  readonly throttle?: boolean | ThrottleOptions;
  /** Added to the seed, or replaces an image with the same id. */
  readonly images?: readonly ImageRecord[];
  readonly subnets?: readonly SubnetRecord[];
  readonly securityGroups?: readonly SecurityGroupRecord[];
  /** Added to the seed's SSM parameters. `undefined` removes one. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  /** Absent: instances have no machine. */
  readonly boot?: Boot;
  /** Absent: volumes have no content. */
  readonly storage?: Storage;
}

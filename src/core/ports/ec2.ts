/** What the core asks of EC2: the conventions are those of `ports.ts`. `src/ec2` implements it. */
import type { Failure } from '../kernel/failure.js';
import type { Image, InstanceTypeFacts, Market, SecurityGroupFacts, SubnetFacts, VolumeSpec } from './catalog.js';
import type { Purpose } from '../kernel/patience.js';

export type * from './catalog.js';

/** What EC2 launches from: a type in a subnet on a market, all in one region. */
export interface LaunchTarget {
  readonly instanceType: string;
  /** Absent: EC2's default subnet. */
  readonly subnetId?: string;
  readonly market: Market;
}

/** One concrete way to launch: type × subnet (and so region) × market. */
export interface Plan extends LaunchTarget {
  readonly region: string;
}

/** Everything one RunInstances call needs. */
export interface LaunchSpec {
  readonly plan: LaunchTarget;
  readonly imageId: string;
  readonly securityGroupIds: readonly string[];
  readonly rootVolume: VolumeSpec;
  /** The image's other volumes, with their sizes and types. */
  readonly furtherVolumes?: readonly VolumeSpec[];
  /** Put on the instance, its volumes, its network interface and, for spot, its spot request, in the launching call. */
  readonly tags: Readonly<Record<string, string>>;
  /** Raw bytes, at most 16,384; the adapter encodes them. */
  readonly userData: Uint8Array;
  /** At most 64 ASCII characters; the same for every retry of this plan. */
  readonly clientToken: string;
  /** What becomes of the instance when it powers off. Default: it is terminated. */
  readonly onPowerOff?: 'stop';
  readonly instanceProfile?: string;
  readonly keyName?: string;
}

/** Why a plan was refused and what that says about the other plans. */
export interface Refusal {
  /** EC2's own error code, such as `InsufficientInstanceCapacity`. */
  readonly code: string;
  readonly message: string;
  /**
   * How far the refusal reaches, within the plan's region. `plan`: only this type in this subnet and market. `type`:
   * this type in this market (a quota of its family). `subnet`: everything in this subnet. `market`: every plan in this
   * market. `region`: every plan. What reaches further than the region is no refusal but a `Failure`.
   */
  readonly scope: 'plan' | 'type' | 'subnet' | 'market' | 'region';
  /** Only `capacity` comes back by itself. */
  readonly kind: 'capacity' | 'quota' | 'unsupported' | 'rejected';
  readonly requestId?: string;
  /** What the account's owner can do about it, where that is known (a quota to raise). */
  readonly hint?: string;
  /** What the start fails with when this is why nothing could be launched. Absent: a lack of capacity or quota. */
  readonly failure?: Failure;
}

/** `given-up`: throttled at every try, so that certainly nothing was launched; `error` says why it ended. */
export type LaunchOutcome =
  | { readonly kind: 'launched'; readonly instance: Instance }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'given-up'; readonly error: unknown };

/** What becomes of a stopped instance that is to start again; `gone`: it is not there, or not stopped. */
export type ResumeOutcome =
  | { readonly kind: 'resumed'; readonly state: InstanceState }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'gone' };

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface Instance {
  readonly id: string;
  readonly state: InstanceState;
  /** EC2's words for the last state change (`Server.SpotInstanceTermination: …`). */
  readonly stateReason?: string;
  readonly type: string;
  readonly subnetId?: string;
  readonly availabilityZone?: string;
  readonly market: Market;
  readonly launchedAt: number;
  readonly imageId: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** EC2's answer to a termination: each id is in one of the lists. */
export interface Termination {
  /** EC2 answered that they are shutting down or terminated. */
  readonly ended: readonly string[];
  /** EC2 does not know them (yet, or any more). */
  readonly unknown: readonly string[];
  /** EC2 does not end them (termination protection, a missing permission), or it could not be asked. */
  readonly refused: readonly { readonly id: string; readonly failure: Failure }[];
}

/**
 * Every tag must be present, with exactly this value or with one that begins so. `inAnyCase`: with any value, and the
 * key in upper or lower case; EC2 may also answer with keys that have other letters in the same places.
 */
export type TagFilter = Readonly<
  Record<string, string | { readonly startsWith: string } | { readonly inAnyCase: true }>
>;

export interface Ec2 {
  readonly region: string;
  /** The regions that this account may use. */
  listRegions(): Promise<readonly string[]>;
  /** Values by name; a parameter that does not exist is absent from the map. At most 10 names. */
  readParameters(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** By AMI id; `undefined` when EC2 says there is none. */
  describeImage(id: string): Promise<Image | undefined>;
  /** The newest available image of this account whose name matches (`*` and `?` wildcards). */
  findNewestImage(namePattern: string): Promise<Image | undefined>;
  /** Facts of those types that exist in this region; the others are absent. */
  describeTypes(names: readonly string[]): Promise<readonly InstanceTypeFacts[]>;
  describeSubnets(ids: readonly string[]): Promise<readonly SubnetFacts[]>;
  describeSecurityGroups(ids: readonly string[]): Promise<readonly SecurityGroupFacts[]>;
  /** @throws the signal's reason when it ends the wait for EC2's answer: whether anything was launched is not known */
  launch(spec: LaunchSpec, signal?: AbortSignal): Promise<LaunchOutcome>;
  /** EC2's DryRun of the same call: resolves when the caller may launch, throws a `Failure` when not. */
  checkLaunch(spec: LaunchSpec): Promise<void>;
  /** Those of the ids that EC2 lists; a fresh instance may be missing for some seconds. */
  describeInstances(ids: readonly string[], purpose?: Purpose): Promise<readonly Instance[]>;
  /** Instances that carry all these tags, in any state but, unless `alsoEnded`, `terminated`; every page is read. */
  findInstances(
    tags: TagFilter,
    which?: { readonly alsoEnded?: boolean; readonly purpose?: Purpose },
  ): Promise<readonly Instance[]>;
  /** Idempotent. What EC2 refuses for some of the ids does not keep it from ending the others. */
  terminate(ids: readonly string[]): Promise<Termination>;
  /**
   * Gives a stopped instance other user data, and makes its power-off its end. `gone`: it is not there, or not stopped,
   * and keeps the user data that it has.
   */
  writeUserData(id: string, userData: Uint8Array): Promise<'written' | 'gone'>;
  /** Adds tags to an instance or gives them other values, all in one step. */
  tagInstance(id: string, tags: Readonly<Record<string, string>>): Promise<'tagged' | 'gone'>;
  /** Starts a stopped instance. Safe to repeat. */
  resume(id: string): Promise<ResumeOutcome>;
  /**
   * The serial console's text so far, '' when there is none (yet, or any more). `posted`: what was kept when the
   * machine last went on or off, for at least an hour.
   */
  readConsole(id: string, which?: 'posted'): Promise<string>;
}

export interface Volume {
  readonly id: string;
  /** EC2's words: `creating`, `available`, `in-use`, `deleting`, … */
  readonly state: string;
  /** `gp3`, `io2`, … */
  readonly type: string;
  readonly createdAt: number;
  readonly sizeGiB: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SpotRequest {
  readonly id: string;
  /** EC2's words: `open`, `active`, `closed`, `cancelled`, `failed`. */
  readonly state: string;
  readonly createdAt: number;
  readonly instanceId?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What only the reaper needs of EC2. */
export interface ReaperEc2 extends Pick<Ec2, 'region' | 'findInstances' | 'terminate'> {
  /** In any state; every page is read. */
  findVolumes(tags: TagFilter): Promise<readonly Volume[]>;
  /** `in-use`: an instance holds it, and nothing was done. */
  deleteVolume(id: string): Promise<'deleted' | 'absent' | 'in-use'>;
  /** In any state that EC2 still lists; every page is read. */
  findSpotRequests(tags: TagFilter): Promise<readonly SpotRequest[]>;
  /** Idempotent, also for one that is gone. An instance that it launched meanwhile lives on. */
  cancelSpotRequest(id: string): Promise<void>;
}

/** EC2 in any region of the account, connected when it is first asked for. */
export type Ec2ByRegion = (region: string) => Promise<Ec2>;

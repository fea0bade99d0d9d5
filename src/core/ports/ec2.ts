/** What the core needs of EC2, with the conventions of process.ts. `src/ec2` implements it. */

import type { Failure } from '../kernel/failure.js';
import type { Purpose } from '../kernel/patience.js';
import type { Image, InstanceTypeFacts, Market, SecurityGroupFacts, SubnetFacts, VolumeSpec } from './catalog.js';
import type { TagFilter, Volume, VolumesEc2 } from './volumes.js';

export type { Snapshot, TagFilter, Volume } from './volumes.js';

/** What one launch selects: an instance type, a subnet and a market, in the region of the connection. */
export interface LaunchTarget {
  readonly instanceType: string;
  /** Absent: EC2's default subnet. */
  readonly subnetId?: string;
  readonly market: Market;
}

/** One concrete way to launch: type × subnet (and so region) × market. */
export interface Plan extends LaunchTarget {
  readonly region: string;
  /** Names the image and the security groups of this plan, where a region has several. */
  readonly zone?: string;
}

/** Everything one RunInstances call needs. */
export interface LaunchSpec {
  readonly plan: LaunchTarget;
  readonly imageId: string;
  readonly securityGroupIds: readonly string[];
  readonly rootVolume: VolumeSpec;
  /** The image's other volumes, with their sizes and types. */
  readonly furtherVolumes?: readonly VolumeSpec[];
  /**
   * The launch itself puts them on the instance, its volumes, its network interface and, for spot, its spot request.
   */
  readonly tags: Readonly<Record<string, string>>;
  /** Raw bytes, at most 16,384; the adapter encodes them. */
  readonly userData: Uint8Array;
  /** At most 64 ASCII characters, and the same for every retry of this launch. */
  readonly clientToken: string;
  /** `stop`: the instance is stopped when it powers off. Default: it is terminated. */
  readonly onPowerOff?: 'stop';
  readonly instanceProfile?: string;
  readonly keyName?: string;
}

/** Why EC2 refused a plan, and which other plans it would refuse for the same reason. */
export interface Refusal {
  /** EC2's own error code, such as `InsufficientInstanceCapacity`. */
  readonly code: string;
  readonly message: string;
  /**
   * How far the refusal reaches, within the plan's region. `plan`: only this type in this subnet and market. `type`:
   * this type in this market (a quota of its family). `subnet`: everything in this subnet. `market`: every plan in this
   * market. `region`: every plan. A reason that reaches beyond the region is a `Failure` instead.
   */
  readonly scope: 'plan' | 'type' | 'subnet' | 'market' | 'region';
  /** Only `capacity` may pass by itself. */
  readonly kind: 'capacity' | 'quota' | 'unsupported' | 'rejected';
  readonly requestId?: string;
  /** What the account's owner can do, if that is known (a quota to raise). */
  readonly hint?: string;
  /** The start's failure if this refusal is why nothing could be launched. Absent for a lack of capacity or quota. */
  readonly failure?: Failure;
}

/** `given-up`: every try was throttled, so nothing was launched; `error` is the reason. */
export type LaunchOutcome =
  | { readonly kind: 'launched'; readonly instance: Instance }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'given-up'; readonly error: unknown };

/** The outcome of starting a stopped instance. `gone`: it does not exist any more, or is not stopped. */
export type ResumeOutcome =
  | { readonly kind: 'resumed'; readonly state: InstanceState }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'gone' };

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface Instance {
  readonly id: string;
  readonly state: InstanceState;
  /** EC2's reason for the last state change (`Server.SpotInstanceTermination: …`). */
  readonly stateReason?: string;
  /** When it was stopped or terminated, if EC2 says so: it does for requests, and mostly not for a power-off. */
  readonly endedAt?: number;
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
  /** EC2 confirmed that they are shutting down or terminated. */
  readonly ended: readonly string[];
  /** EC2 does not know them yet, or does not know them any more. */
  readonly unknown: readonly string[];
  /** EC2 refuses to terminate them (termination protection, a missing permission), or could not be asked. */
  readonly refused: readonly { readonly id: string; readonly failure: Failure }[];
}

/** What a spot instance costs per hour in one availability zone from some moment on, until the next price. */
export interface SpotPrice {
  readonly type: string;
  readonly availabilityZone: string;
  /** USD */
  readonly hourly: number;
  /** Epoch ms. */
  readonly since: number;
}

/** The prices of Linux instances of these types that were in effect at any moment of a span; times in epoch ms. */
export interface SpotPriceQuery {
  readonly types: readonly string[];
  readonly from: number;
  readonly to: number;
}

export interface Ec2 {
  readonly region: string;
  /** The regions that this account may use. */
  listRegions(): Promise<readonly string[]>;
  /** The values of SSM parameters by name. A parameter that does not exist is absent from the map. At most 10 names. */
  readParameters(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** `undefined` if EC2 answers that there is no such image. */
  describeImage(id: string): Promise<Image | undefined>;
  /** The newest available image of this account whose name matches (`*` and `?` wildcards). */
  findNewestImage(namePattern: string): Promise<Image | undefined>;
  /** The facts of the types that exist in this region; other types are absent. */
  describeTypes(names: readonly string[]): Promise<readonly InstanceTypeFacts[]>;
  describeSubnets(ids: readonly string[]): Promise<readonly SubnetFacts[]>;
  describeSecurityGroups(ids: readonly string[]): Promise<readonly SecurityGroupFacts[]>;
  /** @throws the signal's reason if it ends the wait for EC2's answer; an instance may have been launched then */
  launch(spec: LaunchSpec, signal?: AbortSignal): Promise<LaunchOutcome>;
  /** EC2's DryRun of the same call. @throws Failure if EC2 would not allow the launch */
  checkLaunch(spec: LaunchSpec): Promise<void>;
  /** The instances with these ids that EC2 lists. A new instance may be missing for some seconds. */
  describeInstances(ids: readonly string[], purpose?: Purpose): Promise<readonly Instance[]>;
  /** The instances with all these tags, on all pages. Terminated instances are included only with `alsoEnded`. */
  findInstances(
    tags: TagFilter,
    which?: { readonly alsoEnded?: boolean; readonly purpose?: Purpose },
  ): Promise<readonly Instance[]>;
  /** Idempotent. If EC2 refuses some of the ids, the others are terminated all the same. */
  terminate(ids: readonly string[]): Promise<Termination>;
  /**
   * Replaces the user data of a stopped instance, and sets that its next power-off terminates it. `gone`: the instance
   * does not exist any more or is not stopped, and its user data is unchanged.
   */
  writeUserData(id: string, userData: Uint8Array): Promise<'written' | 'gone'>;
  /** Adds or overwrites tags of an instance, all in one request. */
  tagInstance(id: string, tags: Readonly<Record<string, string>>): Promise<'tagged' | 'gone'>;
  /** Starts a stopped instance. Safe to repeat. */
  resume(id: string): Promise<ResumeOutcome>;
  /**
   * The text of the serial console so far; '' if EC2 has none yet, or none any more. `posted`: the text that EC2 saved
   * when the instance was last started or stopped, and keeps for at least an hour.
   */
  readConsole(id: string, which?: 'posted'): Promise<string>;
  /** In every zone of the region, in any order. The first price of a zone may be older than the span. */
  readSpotPrices(query: SpotPriceQuery): Promise<readonly SpotPrice[]>;
  /** The calls for volumes that outlive instances. They are loaded when they are first needed. */
  openVolumes(): Promise<VolumesEc2>;
}

export interface SpotRequest {
  readonly id: string;
  /** EC2's value: `open`, `active`, `closed`, `cancelled`, `failed`. */
  readonly state: string;
  readonly createdAt: number;
  readonly instanceId?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The part of EC2 that only the reaper needs. */
export interface ReaperEc2
  extends
    Pick<Ec2, 'region' | 'findInstances' | 'terminate'>,
    Pick<VolumesEc2, 'deleteVolume' | 'findSnapshots' | 'deleteSnapshot'> {
  /** Volumes in any state, on all pages. */
  findVolumes(tags: TagFilter): Promise<readonly Volume[]>;
  /** Spot requests in any state that EC2 still lists, on all pages. */
  findSpotRequests(tags: TagFilter): Promise<readonly SpotRequest[]>;
  /**
   * Idempotent, also for a request that does not exist any more. An instance that the request has launched lives on.
   */
  cancelSpotRequest(id: string): Promise<void>;
}

/** EC2 in any region of the account. The first call for a region connects. */
export type Ec2ByRegion = (region: string) => Promise<Ec2>;

import type { BuiltInPreset } from '../kernel/built-in-presets.js';
import type { Scope } from '../kernel/identity.js';
import type { Tags } from '../kernel/tags.js';
import type { Market } from '../ports/catalog.js';
import type { InstanceSettings } from './payload.js';

/** How an AMI is named. */
export type ImageReference =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'parameter'; readonly path: string }
  | { readonly kind: 'name'; readonly pattern: string }
  /** The image that `ami/` published for a preset, else the public image that replaces it. */
  | { readonly kind: 'published'; readonly base: BuiltInPreset };

export interface VolumeRequest {
  readonly sizeGiB?: number | undefined;
  /** The size is a built-in preset's, not the user's: a larger image overrides it. */
  readonly sizeIsDefault: boolean;
  readonly type?: string | undefined;
  readonly iops?: number | undefined;
  readonly throughputMiBps?: number | undefined;
  readonly initializationRateMiBps?: number | undefined;
  /** Applies to every volume of the instance. */
  readonly encrypted?: boolean | undefined;
  readonly kmsKeyId?: string | undefined;
}

/** One entry of `availability-zones-config`: where to launch, from which image and with which security groups. */
export interface Zone {
  /** Absent: the home region. */
  readonly region?: string;
  readonly image: ImageReference;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
}

/** The instances to launch, whatever runs on them later: start-runner and fill-pool share this part of their requests. */
export interface MachineRequest {
  readonly image: ImageReference;
  /** The built-in preset that the request's preset extends. */
  readonly base: BuiltInPreset | undefined;
  /** In the order in which they are tried; at least one. */
  readonly instanceTypes: readonly string[];
  /** Each may name its region: `eu-west-1/subnet-…`. */
  readonly subnetIds: readonly string[];
  /** Each may name its region: `eu-west-1/sg-…`. */
  readonly securityGroupIds: readonly string[];
  /** If present, they replace the image, the subnets and the security groups of this request. */
  readonly zones?: readonly Zone[];
  readonly markets: readonly Market[];
  readonly instanceProfile: string | undefined;
  readonly keyName: string | undefined;
  readonly userTags: Tags;
  readonly volume: VolumeRequest;
  readonly runnerVersion: string;
  /** Set by the user: the image is trusted to have a runner there. */
  readonly runnerHome: string | undefined;
  readonly runAsUser: string;
  readonly settings?: InstanceSettings;
}

/** The instances, and where their runners are registered: everything that is checked before the first side effect. */
export interface PlacedRequest {
  readonly machine: MachineRequest;
  readonly scope: Scope;
  readonly runnerGroup: string | undefined;
}

/** `ami-…`, `resolve:ssm:/path` or `name:pattern`; the input's pattern has been checked before. */
export function parseImageReference(text: string): ImageReference {
  if (text.startsWith('resolve:ssm:')) return { kind: 'parameter', path: text.slice('resolve:ssm:'.length) };
  if (text.startsWith('name:')) return { kind: 'name', pattern: text.slice('name:'.length) };
  return { kind: 'id', id: text };
}

export function listMarkets(marketType: 'on-demand' | 'spot' | 'spot-then-on-demand'): readonly Market[] {
  return marketType === 'spot-then-on-demand' ? ['spot', 'on-demand'] : [marketType];
}

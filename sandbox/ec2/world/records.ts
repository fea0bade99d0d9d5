import type { InstanceType } from './instance-types.js';
import type { Tags } from './tags.js';
import type { ImageVolume, VolumeRecord } from './volume-records.js';

export type { Tags } from './tags.js';

export interface ImageRecord {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly architecture: string;
  readonly rootDeviceName: string;
  readonly rootVolumeGiB: number;
  readonly snapshotId: string;
  /** Its EBS mappings besides the root. */
  readonly volumes?: readonly ImageVolume[];
  /** Default `uefi-preferred`. `unset`: the type decides. */
  readonly bootMode?: 'legacy-bios' | 'uefi' | 'uefi-preferred' | 'unset';
  /** Default true. EC2 omits it from an image's description if it is false. */
  readonly enaSupport?: boolean;
  readonly tpmSupport?: 'v2.0';
  /** ISO 8601. */
  readonly createdAt: string;
  state: 'available' | 'pending' | 'failed' | 'disabled' | 'deregistered';
  stateReason?: StateReason;
  /** ISO 8601. */
  deprecatedFrom?: string;
  readonly platform?: string;
  readonly tags: Tags;
}

export interface LaunchTemplateRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** By number, from 1 on. A deleted version is `undefined`. */
  readonly versions: readonly ({ readonly imageId?: string } | undefined)[];
  readonly tags: Tags;
}

export interface VpcRecord {
  readonly id: string;
  readonly cidr: string;
  readonly isDefault: boolean;
  readonly tags: Tags;
}

export interface SubnetRecord {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
  /** The default subnet of its zone, used by launches that name no subnet. */
  readonly isDefault: boolean;
  freeAddresses: number;
  readonly tags: Tags;
}

export interface SecurityGroupRecord {
  readonly id: string;
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
  readonly tags: Tags;
}

export interface SpotRequestRecord {
  readonly id: string;
  /** Absent while the request is open. */
  readonly instanceId?: string;
  readonly createdAt: number;
  readonly maxPrice?: string;
  state: 'open' | 'active' | 'closed' | 'cancelled';
  status: { readonly code: string; readonly message: string; readonly at: number };
  readonly tags: Tags;
}

export type InstanceStateName = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface StateReason {
  readonly code: string;
  readonly message: string;
}

export interface MetadataOptions {
  readonly tokens: 'optional' | 'required';
  readonly hopLimit: number;
  readonly tagsServed: boolean;
  readonly enabled: boolean;
}

export interface InstanceRecord {
  readonly id: string;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly clientToken: string;
  readonly image: ImageRecord;
  readonly type: InstanceType;
  readonly market: 'on-demand' | 'spot';
  readonly subnet: SubnetRecord;
  readonly groups: readonly SecurityGroupRecord[];
  readonly privateIp: string;
  readonly networkInterface: { readonly id: string; readonly tags: Tags };
  readonly metadata: MetadataOptions;
  /** The bytes of the request, decoded from base64. */
  userData: Buffer | undefined;
  shutdownBehavior: 'stop' | 'terminate';
  protectedFromTermination: boolean;
  readonly keyName?: string;
  readonly instanceProfile?: string;
  spotRequestId?: string;
  readonly tags: Tags;
  readonly createdAt: number;
  /** Later than `createdAt` once the instance was stopped and started again. */
  launchedAt: number;
  state: InstanceStateName;
  stateReason?: StateReason;
  /** EC2's older free text for the reason, such as `User initiated (2026-10-20 12:00:00 GMT)`. */
  transitionReason: string;
  /** The spot interruption notice, once there is one. */
  interruption?: { readonly action: 'terminate'; readonly time: string };
  machine?: Machine;
  /** The serial console as posted when the machine last powered off. */
  postedConsole: string;
}

/** The computer behind an instance. In the sandbox it is a group of local processes. */
export interface Machine {
  /** The serial console so far. */
  readConsole(): string;
  /** Resolves when no process is left. `pull the plug`: kills the processes without a signal before. */
  stop(how: 'shut down' | 'pull the plug'): Promise<void>;
  /** A volume becomes a device of the machine. */
  attach?(volume: VolumeRecord): void;
  /** The device disappears, mounted or not. */
  detach?(volumeId: string): void;
  /** Whether the device is mounted. */
  isMounted?(volumeId: string): boolean;
}

/** Powers a machine on. `onPowerOff` is called when a program on the machine has powered it off. */
export type Boot = (instance: InstanceRecord, onPowerOff: () => void) => Machine;

/**
 * What EC2 has to launch from and into: images, instance types, subnets, security groups. Part of the port in ec2.ts.
 */

export type Market = 'on-demand' | 'spot';

export interface Image {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly architecture: string;
  readonly rootDeviceName: string;
  /** Size of the root snapshot in GiB, which is the smallest possible root volume. */
  readonly rootVolumeGiB: number;
  /** The other EBS volumes that EC2 creates from the image's block device mappings. */
  readonly furtherVolumes?: readonly VolumeSpec[];
  readonly platform?: string;
  /**
   * `legacy-bios`, `uefi` or `uefi-preferred`. Absent, here and below: EC2 gives no value, and the instance type
   * decides.
   */
  readonly bootMode?: string;
  /** Whether enhanced networking with the Elastic Network Adapter is enabled. */
  readonly hasEna?: boolean;
  readonly needsTpm?: boolean;
  /** `hvm` or `paravirtual`. */
  readonly virtualization?: string;
  /** `ebs` or `instance-store`. */
  readonly rootDeviceType?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface InstanceTypeFacts {
  readonly name: string;
  readonly architectures: readonly string[];
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly gpus: number;
  readonly markets: readonly Market[];
  /** What the type can boot; values as in {@link Image}. Absent: EC2 gives no value. */
  readonly bootModes?: readonly string[];
  readonly requiresEna?: boolean;
  readonly hasTpm?: boolean;
  readonly virtualizations?: readonly string[];
  readonly rootDeviceTypes?: readonly string[];
}

export interface SubnetFacts {
  readonly id: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
}

export interface SecurityGroupFacts {
  readonly id: string;
  readonly vpcId: string;
}

/** One EBS volume that the launch creates and that is deleted with the instance. */
export interface VolumeSpec {
  readonly deviceName: string;
  readonly sizeGiB?: number;
  readonly type?: string;
  readonly iops?: number;
  readonly throughputMiBps?: number;
  readonly initializationRateMiBps?: number;
  readonly encrypted?: boolean;
  /** Id, ARN or alias. Absent: the account's default key for EBS. */
  readonly kmsKeyId?: string;
  /** Only for a copy of a data volume. The image's own volumes need none: EC2 knows their snapshots. */
  readonly snapshotId?: string;
}

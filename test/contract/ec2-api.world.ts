import {
  DescribeInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Case } from './contract.js';

/** One implementation of EC2's and SSM's APIs, with an account of its own. */
export interface Ec2ApiWorld {
  /** The SDK's clients. They send each request once. */
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  /** The endpoint of both, and of STS. */
  readonly url: string;
  readonly catalog: Ec2ApiCatalog;
  /** Creates an available image of the account, with an 8 GiB root at /dev/sda1. Returns its id. */
  makeImage(settings: ImageSettings): string | Promise<string>;
  close(): void | Promise<void>;
}

export interface Ec2ApiCatalog {
  /** An available image for x86_64 whose root device is /dev/sda1. */
  readonly image: { readonly id: string; readonly rootVolumeGiB: number };
  /** Two default subnets of one VPC. */
  readonly subnets: readonly [string, string];
  /** The zones of both. */
  readonly zones: readonly [string, string];
  readonly vpc: string;
  readonly group: string;
  /** A security group of another VPC. */
  readonly otherGroup: string;
  readonly keyName: string;
}

export interface ImageSettings {
  readonly name: string;
  readonly architecture?: 'x86_64' | 'arm64';
  readonly bootMode?: 'legacy-bios' | 'uefi' | 'uefi-preferred';
  readonly enaSupport?: boolean;
  readonly tpmSupport?: 'v2.0';
  readonly tags?: Readonly<Record<string, string>>;
}

export type Ec2ApiCase = Case<Ec2ApiWorld, object>;

/** An on-demand t3.xlarge of the catalog's image in the first subnet, unless the changes say otherwise. */
export function launchOf(
  { catalog }: Ec2ApiWorld,
  changes: Partial<RunInstancesCommandInput> = {},
): RunInstancesCommand {
  return new RunInstancesCommand({
    ImageId: catalog.image.id,
    InstanceType: 't3.xlarge',
    SubnetId: catalog.subnets[0],
    SecurityGroupIds: [catalog.group],
    MinCount: 1,
    MaxCount: 1,
    ...changes,
  });
}

export async function launch(
  world: Ec2ApiWorld,
  changes?: Partial<RunInstancesCommandInput>,
): Promise<Instance & { id: string }> {
  const { Instances: [instance] = [] } = await world.ec2.send(launchOf(world, changes));
  if (!instance?.InstanceId) throw new Error('Nothing was launched.');
  return { ...instance, id: instance.InstanceId };
}

export async function terminate({ ec2 }: Ec2ApiWorld, id: string): Promise<void> {
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
}

export async function listInstances({ ec2 }: Ec2ApiWorld): Promise<Instance[]> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

export { becomes, describeOne, refusal as errorOf } from '../worlds/sandbox/aws.js';

import type { Clock } from '../../src/core/kernel/clock.js';
import type { Ec2, LaunchSpec, LaunchTarget, ReaperEc2 } from '../../src/core/ports/ec2.js';

/** One implementation of the port, in a world of its own. */
export interface Ec2World {
  readonly ec2: Ec2 & ReaperEc2;
  /** The clock on which its instances age. */
  readonly clock: Clock;
  readonly catalog: Ec2Catalog;
  /** Makes several own images of different age; answers a pattern that fits them all and the id of the newest. */
  publishImages(): Promise<{ readonly pattern: string; readonly newest: string }>;
  /** Leaves no capacity for this plan. */
  emptyPool(plan: Required<LaunchTarget>): void | Promise<void>;
  /** The machine switches itself off: what that means, its launch or a later change has said. */
  switchOff(id: string): void | Promise<void>;
  /** Switches its termination protection on. */
  protect(id: string): void | Promise<void>;
  /** What the instance would be told at its next boot. */
  readUserData(id: string): string | Promise<string>;
  /** The tags of the instance's one network interface. */
  readInterfaceTags(id: string): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** Makes a gp3 volume of 8 GiB that no instance holds; answers its id. */
  abandonVolume(tags: Readonly<Record<string, string>>): string | Promise<string>;
  /** Makes a spot request that no capacity has answered; answers its id. */
  openSpotRequest(tags: Readonly<Record<string, string>>): string | Promise<string>;
  close(): void | Promise<void>;
}

/** What is there before anything is launched. */
export interface Ec2Catalog {
  /** Any available image for x86_64. */
  readonly image: {
    readonly id: string;
    readonly name: string;
    readonly rootDeviceName: string;
    readonly rootVolumeGiB: number;
  };
  /** The name of an image of another account. */
  readonly foreignImageName: string;
  /** Two default subnets of one VPC. */
  readonly subnets: readonly [string, string];
  readonly group: string;
  readonly vpc: string;
  readonly parameter: { readonly name: string; readonly value: string };
}

export interface Ec2WorldOptions {
  /** How long a launched instance cannot be seen. Default 0. */
  readonly invisibleMs?: number;
}

/** A launch that every world admits; each with a client token of its own unless told otherwise. */
export function specFor(world: Ec2World, changes: Partial<LaunchSpec> & { plan?: LaunchTarget } = {}): LaunchSpec {
  return {
    plan: planFor(world),
    imageId: world.catalog.image.id,
    securityGroupIds: [world.catalog.group],
    rootVolume: { deviceName: world.catalog.image.rootDeviceName, sizeGiB: 60, type: 'gp3' },
    tags: { Name: 'contract', 'ci-actions:repository': 'octo-org/octo-repo' },
    userData: Buffer.from('#!/bin/bash\nsleep 600\n'),
    clientToken: `contract-${++tokens}`,
    ...changes,
  };
}

export function planFor(world: Ec2World, changes: Partial<LaunchTarget> = {}): Required<LaunchTarget> {
  return { instanceType: 't3.xlarge', subnetId: world.catalog.subnets[0], market: 'on-demand', ...changes };
}

let tokens = 0;

/** Polls on the world's own clock; every world is quick enough for 30 s. */
export async function eventually(world: Ec2World, holds: () => Promise<boolean>): Promise<void> {
  const end = world.clock.now() + 30_000;
  while (!(await holds())) {
    if (world.clock.now() > end) throw new Error('It did not come about within 30 s.');
    await world.clock.sleep(25);
  }
}

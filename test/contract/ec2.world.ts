import type { Clock } from '../../src/core/kernel/clock.js';
import type { Ec2, LaunchSpec, LaunchTarget, ReaperEc2 } from '../../src/core/ports/ec2.js';

/** One implementation of the port, in its own world. */
export interface Ec2World {
  readonly ec2: Ec2 & ReaperEc2;
  /** The clock of its instances. */
  readonly clock: Clock;
  readonly catalog: Ec2Catalog;
  /** Makes several own images of different ages. @returns a pattern that matches them all, and the id of the newest */
  publishImages(): Promise<{ readonly pattern: string; readonly newest: string }>;
  /** Removes the capacity of this plan. */
  exhaust(plan: Required<LaunchTarget>): void | Promise<void>;
  /** Powers the instance off from within: it stops or terminates, as its shutdown behavior says. */
  switchOff(id: string): void | Promise<void>;
  /** Turns on termination protection. */
  protect(id: string): void | Promise<void>;
  /** The user data that the instance would read at its next boot. */
  readUserData(id: string): string | Promise<string>;
  /** The tags of the instance's only network interface. */
  readInterfaceTags(id: string): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** Makes a gp3 volume of 8 GiB that is attached to no instance. @returns its id */
  abandonVolume(tags: Readonly<Record<string, string>>): string | Promise<string>;
  /** Makes a spot request that waits for capacity. @returns its id */
  openSpotRequest(tags: Readonly<Record<string, string>>): string | Promise<string>;
  close(): void | Promise<void>;
}

/** The resources that exist before any launch. */
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
  /** How long EC2 does not list a launched instance, in ms. Default 0. */
  readonly invisibleMs?: number;
}

/** A launch that every world accepts, by default with a new client token. */
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

/** Polls for at most 2 minutes on the world's own clock, which every world's changes stay within. */
export async function eventually(world: Ec2World, holds: () => Promise<boolean>): Promise<void> {
  const end = world.clock.now() + 120_000;
  while (!(await holds())) {
    if (world.clock.now() > end) throw new Error('The condition did not become true within 2 minutes.');
    await world.clock.sleep(25);
  }
}

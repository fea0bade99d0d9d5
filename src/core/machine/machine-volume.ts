import type { Tags } from '../kernel/tags.js';
import type { SubnetFacts, VolumeSpec } from '../ports/catalog.js';
import type { Instance, Plan } from '../ports/ec2.js';
import type { Payload } from './payload.js';
import type { RegionSetup } from './region-setup.js';

/** What the data volume adds to a launch. */
export interface LaunchedVolume {
  /** For the boot agent. */
  readonly payload: NonNullable<Payload['dataVolume']>;
  /** Further tags of the instance. */
  readonly tags: Tags;
  /** Further volumes that the launch creates. */
  readonly volumes: readonly VolumeSpec[];
}

/** The plans of a request and the subnets that they name. */
export interface PlacedPlans {
  readonly plans: readonly Plan[];
  readonly subnets: readonly SubnetFacts[];
}

/**
 * What a start does with its data volume. `core/volumes` implements it, in code that only starts with a data volume
 * load.
 */
export interface MachineVolume {
  /** Asks EC2 about the volume in these regions, side by side with the preflight. No side effect. @throws Failure */
  look(regions: readonly string[]): Promise<void>;
  /**
   * Chooses the volume, and refuses what does not fit. No side effect.
   *
   * @returns the plans that can use the volume
   * @throws Failure `bad-input`, `data-volume-in-use`, `data-volume-unusable`
   */
  choose(placed: PlacedPlans): Promise<readonly Plan[]>;
  /** What {@link prepare} would do, in a sentence. */
  describe(): string;
  /**
   * Waits for the machine that holds the volume, or takes it away from that machine; creates the volume if there is none.
   * What it creates stays when the start fails.
   *
   * @throws Failure; the signal's reason
   */
  prepare(signal: AbortSignal): Promise<void>;
  /** Before {@link prepare}: with a placeholder of the same length for an id that is not known yet. */
  toLaunch(setup: RegionSetup): LaunchedVolume;
  /** Attaches the volume as soon as the instance is running. @throws Failure; the signal's reason */
  attach(instance: Pick<Instance, 'id'>, setup: RegionSetup, signal: AbortSignal): Promise<void>;
}

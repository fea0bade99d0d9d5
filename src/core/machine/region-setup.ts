import { TAG } from '../kernel/identity.js';
import type { Image, VolumeSpec } from '../ports/catalog.js';
import type { Plan } from '../ports/ec2.js';
import type { Architecture, GitHub, RunnerDownload } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import { checkRunnerVersion } from './image.js';
import type { MachineRequest } from './request.js';

/** The setup of every instance in one region or, with zones, of those with one image and the same security groups. */
export interface RegionSetup {
  readonly region: string;
  readonly image: Image;
  readonly rootVolume: VolumeSpec;
  readonly furtherVolumes: readonly VolumeSpec[];
  readonly securityGroupIds: readonly string[];
}

/** A region whose image GitHub accepts: instances may be launched there. */
export interface PreparedRegion extends RegionSetup {
  /** `undefined` when the image has a runner. */
  readonly download: RunnerDownload | undefined;
}

/** By the key of {@link setupKeyOf}. */
type RegionSetups = ReadonlyMap<string, RegionSetup>;
export type PreparedRegions = ReadonlyMap<string, PreparedRegion>;

/** The key of the setup that a plan launches with: its region, unless zones give one region several setups. */
export function setupKeyOf({ region, zone }: Pick<Plan, 'region' | 'zone'>): string {
  return zone ?? region;
}

/** The regions of these setups, in their order. */
export function listRegionsOf(setups: RegionSetups): string[] {
  return [...new Set([...setups.values()].map(({ region }) => region))];
}

interface PreparePorts {
  readonly github: Pick<GitHub, 'readDeprecation' | 'findDownload'>;
  readonly log: Log;
  readonly now: number;
}

/**
 * Asks GitHub whether it accepts the runner in each image, or where to download one. These requests need the images, so
 * they come after {@link preflight}. They create nothing.
 *
 * @throws Failure `runner-version-refused`, `github-*`
 */
export async function prepareRegions(
  machine: MachineRequest,
  regionSetups: RegionSetups,
  ports: PreparePorts,
): Promise<PreparedRegions> {
  const prepared = [...regionSetups].map(async ([region, setup]) => {
    const [download] = await Promise.all([
      findDownload(machine, setup.image, ports.github),
      checkRunnerVersion(setup.image, ports),
    ]);
    return [region, { ...setup, download }] as const;
  });
  return new Map(await Promise.all(prepared));
}

/**
 * Like {@link prepareRegions}, but without a request and with placeholders for GitHub's answers, so that the size of
 * the user data can be checked at once.
 */
export function presumeRegions(machine: MachineRequest, regionSetups: RegionSetups): PreparedRegions {
  return new Map(
    [...regionSetups].map(([region, setup]) => {
      const download = needsDownload(machine, setup.image) ? placeholderDownload : undefined;
      return [region, { ...setup, download }];
    }),
  );
}

/** As long as a real download, and as hard to compress. */
const placeholderDownload: RunnerDownload = {
  url: 'https://github.com/actions/runner/releases/download/v2.336.0/actions-runner-linux-arm64-2.336.0.tar.gz',
  sha256: '5b8fd0a7c3e1942697d4b60f3ac85e12e09d7b4c6f21a8d35790cbe41f6a2d83',
  version: '2.336.0',
};

async function findDownload(
  machine: MachineRequest,
  image: Image,
  github: PreparePorts['github'],
): Promise<RunnerDownload | undefined> {
  if (!needsDownload(machine, image)) return undefined;
  return github.findDownload(machine.runnerVersion, image.architecture as Architecture);
}

/** Images built by `ami/` have a runner, and so do images for which the user sets `runner-home-dir`. */
function needsDownload({ runnerHome }: MachineRequest, { tags }: Image): boolean {
  return tags[TAG.runnerVersion] === undefined && runnerHome === undefined;
}

import { checkRunnerVersion } from './image.js';
import { TAG } from '../kernel/identity.js';
import type { Architecture, GitHub, RunnerDownload } from '../ports/github.js';
import type { Image, VolumeSpec } from '../ports/catalog.js';
import type { Log } from '../ports/process.js';
import type { StartRequest } from './request.js';

/** What holds in one region. */
export interface RegionSetup {
  readonly region: string;
  readonly image: Image;
  readonly rootVolume: VolumeSpec;
  readonly furtherVolumes: readonly VolumeSpec[];
  readonly securityGroupIds: readonly string[];
}

/** One about whose image GitHub was asked, too: from here on machines may be launched. */
export interface PreparedRegion extends RegionSetup {
  /** `undefined` when the image holds a runner. */
  readonly download: RunnerDownload | undefined;
}

type RegionSetups = ReadonlyMap<string, RegionSetup>;
export type PreparedRegions = ReadonlyMap<string, PreparedRegion>;

interface PreparePorts {
  readonly github: Pick<GitHub, 'readDeprecation' | 'findDownload'>;
  readonly log: Log;
  readonly now: number;
}

/**
 * Asks GitHub what only they who know the images can ask: whether it accepts the runner that is in them, or where one
 * comes from. It creates nothing.
 *
 * @throws Failure `runner-version-refused`, `github-*`
 */
export async function prepareRegions(
  request: StartRequest,
  regionSetups: RegionSetups,
  ports: PreparePorts,
): Promise<PreparedRegions> {
  const prepared = [...regionSetups].map(async ([region, setup]) => {
    const [download] = await Promise.all([
      findDownload(request, setup.image, ports.github),
      checkRunnerVersion(setup.image, ports),
    ]);
    return [region, { ...setup, download }] as const;
  });
  return new Map(await Promise.all(prepared));
}

/** What they will be like, by which sizes can be checked before GitHub is asked. */
export function presumeRegions(request: StartRequest, regionSetups: RegionSetups): PreparedRegions {
  return new Map(
    [...regionSetups].map(([region, setup]) => {
      const download = needsDownload(request, setup.image) ? standInDownload : undefined;
      return [region, { ...setup, download }];
    }),
  );
}

/** As long as a real one, and as hard to compress. */
const standInDownload: RunnerDownload = {
  url: 'https://github.com/actions/runner/releases/download/v2.336.0/actions-runner-linux-arm64-2.336.0.tar.gz',
  sha256: '5b8fd0a7c3e1942697d4b60f3ac85e12e09d7b4c6f21a8d35790cbe41f6a2d83',
  version: '2.336.0',
};

async function findDownload(
  request: StartRequest,
  image: Image,
  github: PreparePorts['github'],
): Promise<RunnerDownload | undefined> {
  if (!needsDownload(request, image)) return undefined;
  return github.findDownload(request.runnerVersion, image.architecture as Architecture);
}

/** An image of ours, or one with a runner where the user says, installs nothing. */
function needsDownload({ runnerHome }: StartRequest, { tags }: Image): boolean {
  return tags[TAG.runnerVersion] === undefined && runnerHome === undefined;
}

import type { VersionSource } from '../../src/core/images/fitness.js';
import type { ImageEc2 } from '../../src/core/images/ports.js';
import { Failure } from '../../src/core/kernel/failure.js';
import { refuseUnknownRegions } from '../../src/core/kernel/region.js';
import type { VolumesEc2 } from '../../src/core/ports/volumes.js';
import { connectImages } from '../../src/ec2/connect-images.js';
import { connectVolumes } from '../../src/ec2/connect-volumes.js';
import type { ConnectOptions } from '../../src/ec2/connect.js';
import { connectGitHub } from '../../src/github/connect.js';
import { clock } from '../../src/host/clock.js';
import { loadProxy } from '../../src/host/proxy.js';

/**
 * EC2 in each of the named regions; without names, in the region of the credentials. Regions are checked first, because
 * requests to a region that does not exist get no answer.
 *
 * @param option the option that names the regions, for errors
 */
export async function connectRegions(
  named: string | readonly string[] | undefined,
  option: string,
): Promise<readonly [ImageEc2, ...ImageEc2[]]> {
  const given = typeof named === 'string' ? [named] : named;
  const home = await connect().catch((error: unknown) => {
    // Credentials without a region are enough if the option names one.
    if (given?.[0] === undefined || !(error instanceof Failure) || error.code !== 'aws-no-region') throw error;
    return connect(given[0]);
  });
  const [first, ...others] = given ?? [home.region];
  if (given?.some((region) => region !== home.region)) {
    refuseUnknownRegions(given, await home.listRegions(), option);
  }
  const connectTo = async (region: string): Promise<ImageEc2> => (region === home.region ? home : connect(region));
  return [await connectTo(first!), ...(await Promise.all(others.map(connectTo)))];
}

async function connect(region?: string): Promise<ImageEc2> {
  return connectImages(await toOptions(region));
}

async function toOptions(region?: string): Promise<ConnectOptions> {
  const { agents } = await loadProxy();
  const log = { info: (sentence: string) => console.error(sentence) };
  return { clock, log, ...(region && { region }), ...(agents && { agents }) };
}

/** The volumes in each of the named regions, as {@link connectRegions} finds them. */
export async function connectVolumesIn(
  named: readonly string[] | undefined,
  option: string,
): Promise<readonly VolumesEc2[]> {
  const regions = await connectRegions(named, option);
  return Promise.all(regions.map(async ({ region }) => connectVolumes(await toOptions(region))));
}

/** GitHub, to ask when it refuses a runner version; or why the environment does not allow to ask. */
export async function connectVersions(): Promise<VersionSource> {
  const token = process.env['GITHUB_TOKEN'];
  if (!token) return { why: 'GITHUB_TOKEN is not set' };
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(process.env['GITHUB_REPOSITORY'] ?? '') ?? [];
  if (!owner || !repo) return { why: 'GITHUB_REPOSITORY does not name an owner/repository to ask for' };
  const { fetch } = await loadProxy();
  return connectGitHub({
    apiUrl: process.env['GITHUB_API_URL'] ?? 'https://api.github.com',
    credentials: { token },
    scope: { kind: 'repo', owner, repo },
    repository: { owner, repo },
    clock,
    mask: () => undefined, // No token is created here.
    ...(fetch && { fetch }),
  });
}

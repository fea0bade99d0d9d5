import { Failure } from '../../src/core/kernel/failure.js';
import type { VersionSource } from '../../src/core/images/fitness.js';
import type { ImageEc2 } from '../../src/core/images/ports.js';
import { refuseUnknownRegions } from '../../src/core/kernel/region.js';
import { connectImages } from '../../src/ec2/connect-images.js';
import { connectGitHub } from '../../src/github/connect.js';
import { clock } from '../../src/host/clock.js';
import { loadProxy } from '../../src/host/proxy.js';

/**
 * EC2 in each of the regions, the home region when none is named. They must exist: nobody answers where they don't.
 *
 * @param option what named them, for the error
 */
export async function connectRegions(
  named: string | readonly string[] | undefined,
  option: string,
): Promise<readonly [ImageEc2, ...ImageEc2[]]> {
  const given = typeof named === 'string' ? [named] : named;
  const home = await connect().catch((error: unknown) => {
    // Whoever names the region need not have another one.
    if (given?.[0] === undefined || !(error instanceof Failure) || error.code !== 'aws-no-region') throw error;
    return connect(given[0]);
  });
  const [first, ...others] = given ?? [home.region];
  if (given?.some((region) => region !== home.region)) {
    refuseUnknownRegions(given, await home.listRegions(), option);
  }
  const reach = async (region: string): Promise<ImageEc2> => (region === home.region ? home : connect(region));
  return [await reach(first!), ...(await Promise.all(others.map(reach)))];
}

async function connect(region?: string): Promise<ImageEc2> {
  const { agents } = await loadProxy();
  const log = { info: (sentence: string) => console.error(sentence) };
  return connectImages({ clock, log, ...(region && { region }), ...(agents && { agents }) });
}

/** GitHub as far as the environment lets it be asked when it refuses a runner version. */
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
    mask: () => undefined, // No token is minted here.
    ...(fetch && { fetch }),
  });
}

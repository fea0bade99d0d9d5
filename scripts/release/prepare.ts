import type { Checkout } from '../checkout.js';
import { releaseSection, type Released } from './changelog.js';
import { readVersion } from './check.js';
import { isPreRelease } from './version.js';

const PRINT = ['--import', 'tsx', 'scripts/print.ts'];

/** The newest version that was released before, from the tags that this branch contains. */
export function findPrevious(checkout: Checkout): string | undefined {
  const tags = checkout.git('tag', '--merged', 'HEAD', '--list', 'v*.*.*', '--sort=-version:refname');
  return tags
    .split('\n')
    .find((tag) => /^v\d+\.\d+\.\d+$/.test(tag))
    ?.slice(1);
}

/** Writes the version everywhere, prints, commits and tags. Takes everything back if one of that fails. */
export async function prepareRelease(checkout: Checkout, released: Released): Promise<void> {
  const { version } = released;
  const before = checkout.git('rev-parse', 'HEAD');
  await checkout.changeAndCommit(`Release ${version}`, async () => {
    const current = readVersion(checkout);
    checkout.write('package.json', replaceVersion(checkout.read('package.json'), current, version, 1));
    checkout.write('package-lock.json', replaceVersion(checkout.read('package-lock.json'), current, version, 2));
    // What is in a pre-release stays unreleased until its release.
    if (!isPreRelease(version)) checkout.write('CHANGELOG.md', releaseSection(checkout.read('CHANGELOG.md'), released));
    await checkout.node(...PRINT);
  });
  try {
    checkout.git('tag', '--annotate', `v${version}`, '--message', `ci-actions ${version}`);
  } catch (error) {
    checkout.git('reset', '--quiet', '--hard', before);
    throw error;
  }
}

/** Replaces the version in the first places, which are the package's own, and keeps the file's layout. */
function replaceVersion(json: string, from: string, to: string, places: number): string {
  let left = places;
  return json.replace(/^( +"version": )"([^"]+)"/gm, (line, key: string, found: string) =>
    found === from && left-- > 0 ? `${key}"${to}"` : line,
  );
}

import { applyEdits, findNodeAtLocation, modify, parseTree } from 'jsonc-parser';
import { Failure } from '../../src/core/kernel/failure.js';
import type { Release } from '../../src/github/releases.js';

/** One value of ami/versions.json. */
export interface Pin {
  readonly path: readonly string[];
  readonly value: string;
}

interface Releases {
  readLatestRelease(repository: string): Promise<Release>;
}

/** Versions that follow a project's releases, besides the runner: the place in the file, and what follows the version. */
const FOLLOWED: readonly { readonly path: readonly string[]; readonly repository: string; readonly suffix?: string }[] =
  [
    { path: ['python', 'uv'], repository: 'astral-sh/uv' },
    { path: ['python', 'pipx'], repository: 'pypa/pipx' },
    { path: ['python', 'tox'], repository: 'tox-dev/tox' },
    // NVIDIA's packages carry Debian's revision.
    { path: ['nvidia', 'container-toolkit'], repository: 'NVIDIA/nvidia-container-toolkit', suffix: '-1' },
  ];

/** @throws Failure `github-*`; `github-not-found` for a runner release without a checksum */
export async function findPins(releases: Releases): Promise<readonly Pin[]> {
  const [runner, ...others] = await Promise.all([
    findRunner(releases),
    ...FOLLOWED.map(async ({ path, repository, suffix = '' }) => {
      const { version } = await releases.readLatestRelease(repository);
      return { path, value: readVersion(repository, version) + suffix };
    }),
  ]);
  return [...runner, ...others];
}

async function findRunner(releases: Releases): Promise<readonly Pin[]> {
  const { version: given, checksums } = await releases.readLatestRelease('actions/runner');
  const version = readVersion('actions/runner', given);
  const sums = ['x64', 'arm64'].map((architecture) => {
    const name = `actions-runner-linux-${architecture}-${version}.tar.gz`;
    const value = checksums.get(name);
    if (value !== undefined) return { path: ['runner', 'sha256', architecture], value: value.toLowerCase() };
    throw new Failure('github-not-found', `GitHub has no SHA-256 of ${name}.`, {
      hint: 'A new release gets its files within minutes: run the command again.',
    });
  });
  return [{ path: ['runner', 'version'], value: version }, ...sums];
}

/** Checks a version, because it becomes part of addresses and command lines. */
function readVersion(repository: string, version: string): string {
  if (/^\d+(\.\d+)+$/.test(version)) return version;
  throw new Failure(
    'github-not-found',
    `The newest release of ${repository} is "${version}", which is not a version.`,
    {
      hint: 'Check the releases of the project, and correct ami/versions.json by hand.',
    },
  );
}

/**
 * Puts the values into the file and changes nothing else. Values without a place in the file are ignored.
 *
 * @returns the new text, and the changes with the former values
 */
export function applyPins(
  text: string,
  pins: readonly Pin[],
): { readonly text: string; readonly changes: readonly (Pin & { readonly was: string })[] } {
  const tree = parseTree(text);
  const changes = pins.flatMap((pin) => {
    const was: unknown = tree && findNodeAtLocation(tree, [...pin.path])?.value;
    return typeof was === 'string' && was !== pin.value ? [{ ...pin, was }] : [];
  });
  const changed = changes.reduce((file, { path, value }) => applyEdits(file, modify(file, [...path], value, {})), text);
  return { text: changed, changes };
}

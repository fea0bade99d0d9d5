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

/** What follows a project's releases, beside the runner: its place in the file, and the version as it stands there. */
const FOLLOWED: readonly { readonly path: readonly string[]; readonly repository: string; readonly suffix?: string }[] =
  [
    { path: ['python', 'uv'], repository: 'astral-sh/uv' },
    { path: ['python', 'pipx'], repository: 'pypa/pipx' },
    { path: ['python', 'tox'], repository: 'tox-dev/tox' },
    // NVIDIA's packages carry Debian's revision.
    { path: ['nvidia', 'container-toolkit'], repository: 'NVIDIA/nvidia-container-toolkit', suffix: '-1' },
  ];

/** @throws Failure `github-*`, `github-not-found` for a runner release without a checksum */
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
    throw new Failure('github-not-found', `GitHub gives no SHA-256 of ${name}.`, {
      hint: 'A release that is being made has its files minutes later: run it again.',
    });
  });
  return [{ path: ['runner', 'version'], value: version }, ...sums];
}

/** It becomes part of addresses and command lines. */
function readVersion(repository: string, version: string): string {
  if (/^\d+(\.\d+)+$/.test(version)) return version;
  throw new Failure('github-not-found', `The newest release of ${repository} is "${version}", which is no version.`, {
    hint: 'Look at its releases, and correct ami/versions.json by hand.',
  });
}

/**
 * The file with these values, otherwise as it was. A value that the file does not hold stays out of it.
 *
 * @returns the changes, with what was there
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

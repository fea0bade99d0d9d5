import type { Kind } from '../../src/terminal/options.js';

/** `1.2.3`, or `1.2.3-rc.1` for a pre-release. */
export interface Version {
  readonly text: string;
  /** Major, minor, patch and the number of the pre-release, which is before its release. */
  readonly parts: readonly [number, number, number, number];
}

const FORM = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-rc\.([1-9]\d*))?$/;

/** @returns undefined for another form of version */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch, candidate] = FORM.exec(text) ?? [];
  if (major === undefined) return undefined;
  const last = candidate === undefined ? Infinity : Number(candidate);
  return { text, parts: [Number(major), Number(minor), Number(patch), last] };
}

/** `1.2.3-rc.1`, and not `1.2.3`. */
export function isPreRelease(text: string): boolean {
  return text.includes('-');
}

/** @returns a number above 0 if the first version is the later one, 0 if they are the same */
export function compareVersions(one: Version, other: Version): number {
  const index = one.parts.findIndex((part, place) => part !== other.parts[place]);
  return index < 0 ? 0 : one.parts[index]! - other.parts[index]!;
}

export const versionKind: Kind<Version> = {
  placeholder: 'VERSION',
  allowed: 'a version such as `1.2.3`, or `1.2.3-rc.1` for a pre-release, without `v`',
  parse: parseVersion,
};

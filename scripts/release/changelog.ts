/** The heading of what is not released yet. */
const UNRELEASED = '## Unreleased\n';

/** What a release needs for its heading. */
export interface Released {
  readonly version: string;
  /** As `2026-11-27`. */
  readonly date: string;
  /** The repository: `org/ci-actions`. */
  readonly repository: string;
  /** The version before it, if there is one. */
  readonly previous: string | undefined;
}

/** @returns the versions that have a section, newest first */
export function listVersions(changelog: string): string[] {
  return [...changelog.matchAll(/^## \[?v?(\d[^\s\]]*)/gm)].map(([, version = '']) => version);
}

/** @returns the text of the section, or undefined if there is no such heading */
export function readUnreleased(changelog: string): string | undefined {
  const start = changelog.indexOf(`\n${UNRELEASED}`);
  if (start < 0) return undefined;
  const [, body = ''] = changelog.slice(start).split(UNRELEASED);
  return body.split(/^## /m)[0]!.trim();
}

/** Moves everything unreleased into a section of its own, with date and a link to all changes. */
export function releaseSection(changelog: string, released: Released): string {
  return changelog.replace(`\n${UNRELEASED}`, () => `\n${UNRELEASED}\n${renderHeading(released)}\n`);
}

function renderHeading({ version, date, repository, previous }: Released): string {
  const address = `https://github.com/${repository}`;
  const link = previous === undefined ? `releases/tag/v${version}` : `compare/v${previous}...v${version}`;
  return `## [${version}](${address}/${link}) - ${date}`;
}

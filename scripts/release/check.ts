import type { Checkout } from '../checkout.js';
import { wordsOf } from '../checkout.js';
import { listVersions, readUnreleased } from './changelog.js';
import { compareVersions, isPreRelease, parseVersion, type Version } from './version.js';

const REMOTE = 'origin';

export interface Wanted {
  readonly version: Version;
  /** The branch to release from. Default: the remote's default branch, or main. */
  readonly branch: string | undefined;
  /** The repository: `org/ci-actions`. */
  readonly repository: string;
}

/** @returns everything that forbids the release, each with what to do; none if it may be made */
export function findProblems(checkout: Checkout, wanted: Wanted): string[] {
  return [
    ...findChanges(checkout),
    ...findWrongBranch(checkout, wanted),
    ...findTaken(checkout, wanted.version),
    ...findTooLow(checkout, wanted.version),
    ...findNothingToSay(checkout),
    ...findOtherMajor(checkout, wanted),
    ...askRemote(checkout, wanted),
  ];
}

function findChanges(checkout: Checkout): string[] {
  const changes = checkout.listChanges();
  if (changes.length === 0) return [];
  return [
    `There are changes that are not committed; allowed: none. Commit them, or take them back with \`git stash --include-untracked\`.\n${changes.join('\n')}`,
  ];
}

/** The branch that a release is made from. */
export function releaseBranch(checkout: Checkout, given: string | undefined): string {
  const head = checkout.ask('symbolic-ref', '--short', '--quiet', `refs/remotes/${REMOTE}/HEAD`);
  return given ?? head?.replace(`${REMOTE}/`, '') ?? 'main';
}

function findWrongBranch(checkout: Checkout, { branch }: Wanted): string[] {
  const allowed = releaseBranch(checkout, branch);
  if (checkout.branch === allowed) return [];
  const current = checkout.branch === undefined ? 'No branch' : `The branch ${checkout.branch}`;
  return [
    `${current} is checked out; allowed: ${allowed}. Switch to it, or name the branch to release from: \`--branch NAME\`.`,
  ];
}

function findTaken(checkout: Checkout, { text }: Version): string[] {
  return [
    ...(checkout.ask('rev-parse', '--verify', '--quiet', `refs/tags/v${text}`) === undefined
      ? []
      : [`The tag v${text} exists already. A version is released once: choose the next one.`]),
    ...(listVersions(checkout.read('CHANGELOG.md')).includes(text)
      ? [`CHANGELOG.md has a section for ${text} already. Choose the next version.`]
      : []),
  ];
}

/** package.json may have the version already, as before the first release. {@link findTaken} reports one that exists. */
function findTooLow(checkout: Checkout, version: Version): string[] {
  const current = parseVersion(readVersion(checkout));
  if (current === undefined || compareVersions(version, current) >= 0) return [];
  return [`${version.text} is lower than ${current.text}, the version of package.json; allowed: a higher one.`];
}

export function readVersion(checkout: Checkout): string {
  const { version } = JSON.parse(checkout.read('package.json')) as { version: string };
  return version;
}

function findNothingToSay(checkout: Checkout): string[] {
  const text = readUnreleased(checkout.read('CHANGELOG.md'));
  if (text === undefined) return ['CHANGELOG.md has no section "## Unreleased". Add it above the newest version.'];
  return text === '' ? ['"Unreleased" in CHANGELOG.md is empty. Write there what changed since the last release.'] : [];
}

/** `uses:` lines name the tag of a major version, which moves with the releases of that version alone. */
function findOtherMajor(checkout: Checkout, { version, repository }: Wanted): string[] {
  if (isPreRelease(version.text)) return [];
  const name = repository.replaceAll('.', '\\.');
  const lines = checkout.ask('grep', '-hoE', `${name}/[A-Za-z0-9_./-]+@v[0-9]+`, '--', ':!test', ':!docs/adr') ?? '';
  const others = new Set(lines.split('\n').flatMap((line) => /@(v\d+)$/.exec(line)?.[1] ?? []));
  others.delete(`v${version.parts[0]}`);
  return [...others].map(
    (tag) =>
      `Workflows and documents use ${repository}@${tag}, which a release ${version.text} does not move. ` +
      `Replace the tag first, in scripts/print/workflows.ts too: git grep -n '${repository}.*@${tag}'`,
  );
}

/** "Could not ask" is not "not there": without an answer of the remote there is no release. */
function askRemote(checkout: Checkout, { version, branch }: Wanted): string[] {
  if (!checkout.git('remote').split('\n').includes(REMOTE)) return [];
  const name = releaseBranch(checkout, branch);
  const [tagRef, headRef] = [`refs/tags/v${version.text}`, `refs/heads/${name}`];
  let answer: string;
  try {
    answer = checkout.git('ls-remote', REMOTE, tagRef, headRef);
  } catch (error) {
    return [`${REMOTE} did not say which versions it has: ${wordsOf(error)}. Check the network and your login.`];
  }
  const found = new Map(
    answer.split('\n').map((line) => {
      const [commit = '', ref = ''] = line.split('\t');
      return [ref, commit] as const;
    }),
  );
  const head = found.get(headRef);
  const known = head === undefined || checkout.ask('merge-base', '--is-ancestor', head, 'HEAD') !== undefined;
  const here = checkout.ask('rev-parse', '--verify', '--quiet', tagRef) !== undefined;
  return [
    ...(found.has(tagRef) && !here ? [`${REMOTE} has the tag v${version.text} already. Choose the next version.`] : []),
    ...(known
      ? []
      : [`${REMOTE} has commits of ${name} that are not here. Get them first: git pull ${REMOTE} ${name}`]),
  ];
}

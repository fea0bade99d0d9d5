import { execFileSync } from 'node:child_process';
import { wordsOf, type Checkout } from '../checkout.js';

const TAG = 'v1';

/** The copy on GitHub. */
export interface Copy {
  readonly name: string;
  /** git's name of the remote. */
  readonly remote: string;
}

/** @returns undefined if no remote of the checkout is that repository */
export function findCopy(checkout: Checkout, name: string): Copy | undefined {
  const remotes = checkout.git('remote').split('\n').filter(Boolean);
  const ending = new RegExp(`[/:]${name.replaceAll('.', '\\.')}(\\.git)?/?$`, 'i');
  const remote = remotes.find((one) => ending.test(checkout.git('remote', 'get-url', one)));
  return remote === undefined ? undefined : { name, remote };
}

/** Pushes the branch, and the tag that the workflows name. @returns what was done */
export function push(checkout: Checkout, { name, remote }: Copy, branch: string): string {
  const tag = readTag(checkout, remote);
  const head = checkout.git('rev-parse', 'HEAD');
  if (tag !== undefined && tag.commit !== head && !isAncestor(checkout, tag.commit, head))
    throw new Error(
      `${TAG} of ${name} is commit ${tag.commit}, which this branch does not contain. Nothing was pushed. To move it ` +
        `all the same: git push --force ${remote} HEAD:refs/tags/${TAG}`,
    );
  // After a clone of upstream the branch still belongs to it, and a plain `git push` would go there.
  checkout.git('push', '--quiet', '--set-upstream', remote, `HEAD:refs/heads/${branch}`);
  if (tag?.commit === head) return `${name} has this commit as ${branch} and as ${TAG} already.`;
  checkout.git(
    'push',
    '--quiet',
    `--force-with-lease=refs/tags/${TAG}:${tag?.object ?? ''}`,
    remote,
    `HEAD:refs/tags/${TAG}`,
  );
  return `Pushed ${branch} and ${TAG} to ${name}.`;
}

interface Tag {
  /** What the tag names, which is an object of its own for an annotated tag. */
  readonly object: string;
  readonly commit: string;
}

function readTag(checkout: Checkout, remote: string): Tag | undefined {
  const refs = checkout.git('ls-remote', remote, `refs/tags/${TAG}`, `refs/tags/${TAG}^{}`).split('\n').filter(Boolean);
  const [object, commit = object] = refs.map((line) => line.split('\t')[0]!);
  return object === undefined || commit === undefined ? undefined : { object, commit };
}

function isAncestor(checkout: Checkout, commit: string, head: string): boolean {
  return checkout.ask('merge-base', '--is-ancestor', commit, head) !== undefined;
}

/** Lets the owner's other repositories use the actions of a private copy. @returns what was done */
export function openToOwner({ name }: Copy): string {
  const owner = name.split('/')[0]!;
  try {
    const [visibility = '', type = ''] = gh('api', `repos/${name}`, '--jq', '.visibility + " " + .owner.type').split(
      ' ',
    );
    if (visibility === 'public') return `${name} is public: every repository may use its actions.`;
    const level = type === 'Organization' ? 'organization' : 'user';
    gh('api', '--method', 'PUT', `repos/${name}/actions/permissions/access`, '-f', `access_level=${level}`);
    return `${name} is ${visibility}: the other repositories of ${owner} may use its actions now.`;
  } catch (error) {
    throw new Error(
      `GitHub did not open ${name} to the other repositories of ${owner}: ${wordsOf(error)}\n` +
        'This needs gh, logged in as an administrator of the repository (`gh auth login`, or a token in GH_TOKEN with ' +
        `"Administration: write"). By hand: https://github.com/${name}/settings/actions, Access.`,
      { cause: error },
    );
  }
}

/** GitHub's command line, which has the user's login. */
function gh(...args: readonly string[]): string {
  try {
    return execFileSync('gh', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('gh is not installed. See https://cli.github.com.', { cause: error });
  }
}

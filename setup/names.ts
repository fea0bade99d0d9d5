/** CloudFormation's limit. */
const LONGEST_STACK = 128;

/**
 * The name of a repository's stack. It ends in the repository's id, so that `a-b/c` and `a/b-c` have different stacks.
 * CloudFormation allows letters, digits and hyphens.
 */
export function stackNameOf(repository: string, id: number): string {
  const [name, end] = [`ci-actions-${plain(repository)}`, `-${id}`];
  return `${name.slice(0, LONGEST_STACK - end.length)}${end}`;
}

/** The name that older versions of docs/set-up.md gave to the stack. */
export function oldStackNameOf(repository: string): string {
  return `ci-actions-${plain(repository)}`.slice(0, LONGEST_STACK);
}

/** GitHub's limit for the name of an App, which is unique among all users of GitHub. */
const LONGEST_APP = 34;

/** @param chance distinguishes it from other Apps */
export function appNameOf(repository: string, chance: string): string {
  const [, name = ''] = repository.split('/');
  const end = ` ${chance}`;
  return `runners ${name}`.slice(0, LONGEST_APP - end.length).trimEnd() + end;
}

function plain(repository: string): string {
  return repository.replaceAll(/[^A-Za-z0-9]/g, '-');
}

/** The branch that the starters are proposed on. */
export const BRANCH = 'ci-actions-setup';

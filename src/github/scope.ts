import type { Scope } from '../core/kernel/identity.js';

export type { Scope } from '../core/kernel/identity.js';

/** A repository by owner and name. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** GitHub's REST paths in one scope, and the permission that a token needs. */
export interface ScopePaths {
  /** The scope in words, such as `the repository octo-org/octo-repo`. */
  readonly name: string;
  /** The runners' collection as a URL template. */
  readonly runners: string;
  /** The runner groups' collection. A repository has none. */
  readonly groups?: string;
  /** The values of the variables in the templates. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The permission to register, list and remove runners, as a noun. */
  readonly permission: string;
}

/**
 * Paths and permissions of a scope.
 * Source: GitHub's REST description, "self-hosted runners", of GitHub Enterprise Cloud.
 */
export function pathsOf(scope: Scope): ScopePaths {
  if (scope.kind === 'repo') return repositoryPaths(scope);
  return scope.kind === 'org' ? organizationPaths(scope.org) : enterprisePaths(scope.enterprise);
}

/** The path of a scope on GitHub's site. */
export function addressOf(scope: Scope): string {
  if (scope.kind === 'repo') return `${scope.owner}/${scope.repo}`;
  return scope.kind === 'org' ? scope.org : `enterprises/${scope.enterprise}`;
}

function repositoryPaths({ owner, repo }: Repository): ScopePaths {
  return {
    name: `the repository ${owner}/${repo}`,
    runners: '/repos/{owner}/{repo}/actions/runners',
    parameters: { owner, repo },
    permission:
      `the permission "Administration: write" on ${owner}/${repo} (fine-grained token or GitHub App), ` +
      'or the classic scope `repo` of someone who administers it',
  };
}

function organizationPaths(org: string): ScopePaths {
  return {
    name: `the organization ${org}`,
    runners: '/orgs/{org}/actions/runners',
    groups: '/orgs/{org}/actions/runner-groups',
    parameters: { org },
    permission:
      `the organization permission "Self-hosted runners: write" in ${org} (fine-grained token or GitHub App), ` +
      'or the classic scope `admin:org` of one of its owners',
  };
}

function enterprisePaths(enterprise: string): ScopePaths {
  return {
    name: `the enterprise ${enterprise}`,
    runners: '/enterprises/{enterprise}/actions/runners',
    groups: '/enterprises/{enterprise}/actions/runner-groups',
    parameters: { enterprise },
    permission: `the classic scope \`manage_runners:enterprise\` of an administrator of ${enterprise}`,
  };
}

/** The permission to read a repository's runs, as a noun. */
export function actionsPermission(repository: string): string {
  return `the permission "Actions: read" on ${repository} (fine-grained token or GitHub App), or the classic scope \`repo\``;
}

/** The permission to read a repository's files, as a noun. */
export function contentsPermission(repository: Repository): string {
  const name = `${repository.owner}/${repository.repo}`;
  return `the permission "Contents: read" on ${name} (fine-grained token or GitHub App), or the classic scope \`repo\``;
}

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
  return repositoryPermission('Contents: read', repository);
}

/** The permission for pull requests and the comments on them, as a noun. */
export function pullRequestsPermission(repository: Repository, level: 'read' | 'write'): string {
  return repositoryPermission(`Pull requests: ${level}`, repository);
}

/** The permission to set the statuses of commits, as a noun. */
export function statusesPermission(repository: Repository): string {
  return repositoryPermission('Commit statuses: write', repository);
}

/** The permission to read the permissions of users, as a noun. GitHub answers only to those who may push. */
export function collaboratorsPermission(repository: Repository): string {
  return `${repositoryPermission('Metadata: read', repository)} of someone who may push to it`;
}

/** How a workflow's GITHUB_TOKEN gets a permission. @param key as in `permissions` of a job: `statuses: write` */
export function grantOf(key: string): string {
  return `A workflow's GITHUB_TOKEN gets it from \`${key}\` in the \`permissions\` of the job.`;
}

function repositoryPermission(name: string, { owner, repo }: Repository): string {
  return `the permission "${name}" on ${owner}/${repo} (fine-grained token or GitHub App), or the classic scope \`repo\``;
}

import { TAG } from '../kernel/identity.js';
import type { Tags } from '../kernel/tags.js';
import type { TagFilter } from '../ports/ec2.js';

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** What a sweep may remove: what one repository started, or what all repositories of its owner started. */
export interface Reach {
  readonly kind: 'repo' | 'org';
  readonly home: Repository;
  /** The only enterprise whose runners the sweep may list. */
  readonly enterprise?: string;
}

/** Why a resource cannot be judged by its tags. */
export interface TagProblem {
  readonly problem: string;
  /** What to do about it. Set only when the tags name a scope that this sweep may not query. */
  readonly refused?: string;
}

/** The EC2 filter for everything within reach. */
export function filterByReach({ kind, home }: Reach): TagFilter {
  return { [TAG.repository]: kind === 'repo' ? `${home.owner}/${home.repo}` : { startsWith: `${home.owner}/` } };
}

/** Whether a resource with these tags is within reach. Checks EC2's answer again, in case EC2 ignored the filter. */
export function isWithin({ kind, home }: Reach, tags: Tags): boolean {
  const [owner, repo = '', ...rest] = (tags[TAG.repository] ?? '').split('/');
  if (owner !== home.owner || !REPOSITORY_NAME.test(repo) || rest.length > 0) return false;
  return kind === 'org' || repo === home.repo;
}

/** Source: GitHub's rule for repository names. */
const REPOSITORY_NAME = /^[\w.-]{1,100}$/;

/**
 * Whether a resource is `ours` or `foreign`, or the problem when its tags only look like ours. IAM compares tag keys
 * case-insensitively; ci-actions and EC2's filters do not. So a resource launched with the key in another case passes
 * the IAM policy and must not stay unseen here.
 */
export function checkOwnership(reach: Reach, tags: Tags): 'ours' | 'foreign' | TagProblem {
  const alike = Object.keys(tags).filter((key) => key !== TAG.repository && key.toLowerCase() === TAG.repository);
  const value = tags[TAG.repository];
  if (isWithin(reach, tags)) {
    const other = alike.find((key) => tags[key] !== value);
    return other === undefined ? 'ours' : describeTagProblem(tags, other, `differs from ${TAG.repository}`);
  }
  if (reach.kind === 'org' && value?.startsWith(`${reach.home.owner}/`)) {
    return describeTagProblem(tags, TAG.repository, `is not a repository of ${reach.home.owner}`);
  }
  const like = alike.find((key) => isWithin(reach, { [TAG.repository]: tags[key]! }));
  return like === undefined ? 'foreign' : describeTagProblem(tags, like, `is ${TAG.repository} in another case`);
}

/** @param complaint completes "its tag … is …, which …" */
export function describeTagProblem(tags: Tags, key: string, complaint: string): TagProblem {
  const value = tags[key];
  if (value === undefined) return { problem: `its tag ${key} is missing` };
  return { problem: `its tag ${key} is ${JSON.stringify(value)}, which ${complaint}` };
}

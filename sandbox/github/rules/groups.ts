import type { Repository, RunnerGroup } from '../world/records.js';

/** Whether a group's runners may do jobs of a repository, as far as that does not depend on the workflow. */
export function mayUse(group: RunnerGroup, repository: Pick<Repository, 'name' | 'private'>): boolean {
  return isOpenTo(group, repository) && (repository.private || group.allowsPublicRepositories === true);
}

export function isOpenTo(group: RunnerGroup, repository: Pick<Repository, 'name' | 'private'>): boolean {
  if (group.visibility === 'private') return repository.private;
  if (group.visibility !== 'selected') return true;
  const [owner = ''] = repository.name.split('/');
  return (group.selected ?? []).some((one) => [repository.name, owner].some((name) => isSameName(one, name)));
}

/** GitHub compares names without case. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

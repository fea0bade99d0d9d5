import type { Repository, RunnerGroup } from '../world/records.js';

/** Whether a group's runners may serve a repository. Restrictions to workflows are not considered. */
export function mayUse(group: RunnerGroup, repository: Pick<Repository, 'name' | 'private'>): boolean {
  return isOpenTo(group, repository) && (repository.private || group.allowsPublicRepositories === true);
}

export function isOpenTo(group: RunnerGroup, repository: Pick<Repository, 'name' | 'private'>): boolean {
  if (group.visibility === 'private') return repository.private;
  if (group.visibility !== 'selected') return true;
  const [owner = ''] = repository.name.split('/');
  return (group.selected ?? []).some((one) => [repository.name, owner].some((name) => isSameName(one, name)));
}

/** GitHub ignores case in names. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

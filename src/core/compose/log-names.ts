import type { ContainerState } from '../ports/containers.js';

/** The names of the logs of containers: `db-1`, `db-2`. The container of a session image is `session-1`. */
export function nameLogs(
  states: readonly Pick<ContainerState, 'id' | 'service'>[],
): readonly { readonly id: string; readonly name: string }[] {
  const counts = new Map<string, number>();
  return states.map(({ id, service = 'session' }) => {
    const count = (counts.get(service) ?? 0) + 1;
    counts.set(service, count);
    return { id, name: `${service}-${count}` };
  });
}

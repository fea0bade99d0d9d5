import type { Runner } from '../ports/github.js';

/** Stands for a runner that its instance has not registered yet, so that GitHub does not know it. */
export function unregisteredRunner(name: string): Runner {
  return { id: 0, name, status: 'not registered', busy: false, labels: [] };
}

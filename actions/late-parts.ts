import type { LateParts } from '../src/core/start/parts.js';

/** Loads the code that few starts need. */
export const lateParts: LateParts = {
  loadSingleton: async () => (await import('./machine-name.js')).Singleton,
  loadPool: async () => import('./pool.js'),
};

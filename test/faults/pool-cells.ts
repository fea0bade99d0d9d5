import type { Config, Scenario } from './cells.js';
import { FAILING_SCRIPT } from './machines.js';
import { POOL, type PoolConfig } from './pool-world.js';

function pooled(name: string, pool: PoolConfig, about: Partial<Config> = {}): Config {
  const { count = 1, waitFor = 'online', listsLate = false, inputs = {} } = about;
  return {
    name,
    count,
    waitFor,
    listsLate,
    pool,
    inputs: { pool: POOL, count: String(count), 'wait-for': waitFor, ...inputs },
  };
}

/** `count` is the size of the pool. */
function filled(name: string, pool: PoolConfig, about: Partial<Config> = {}): Config {
  const { count = 1, inputs = {} } = about;
  return { ...pooled(name, pool, about), inputs: { pool: POOL, size: String(count), ...inputs } };
}

/** With it alone a machine is claimed, and still the pool's. */
const LOCK = 'POST-runners/generate-jitconfig#1';
const one = { waiting: 1 };
const single = pooled('online-1', one);
/** Two from the pool, one launched beside them. */
const several = pooled('online-3', { waiting: 2 }, { count: 3, listsLate: true });

/** Claims of a pool's machines and whoever cleans up after them; then the pool's own upkeep. */
export const POOL_SCENARIOS: readonly Scenario[] = [
  {
    name: 'claim',
    step: 'start',
    configs: [single, pooled('launched-1-rival', { waiting: 1, hasRival: true }, { waitFor: 'launched' }), several],
  },
  { name: 'claim-undo', step: 'start', prelude: 'cancel-before', preludeAt: 'StartInstances#1', configs: [single] },
  { name: 'claim-post-locked', step: 'post', prelude: 'kill-after', preludeAt: LOCK, configs: [single] },
  { name: 'claim-post-tagged', step: 'post', prelude: 'kill-after', preludeAt: 'CreateTags#1', configs: [single] },
  { name: 'claim-stop', step: 'stop', configs: [single] },
  { name: 'claim-stop-blind', step: 'stop', prelude: 'gone-after', preludeAt: 'CreateTags#1', configs: [single] },
  { name: 'claim-reap-locked', step: 'reap', prelude: 'gone-after', preludeAt: LOCK, configs: [single] },
  { name: 'claim-reap-tagged', step: 'reap', prelude: 'gone-after', preludeAt: 'CreateTags#1', configs: [single] },
  {
    name: 'fill',
    step: 'fill',
    isPoolAlone: true,
    configs: [
      filled('empty-1', { waiting: 0 }),
      filled('empty-3', { waiting: 0 }, { count: 3, listsLate: true }),
      filled('stale-2', { ...one, isStale: true }, { count: 2 }),
      filled('surplus-1', { waiting: 3 }),
      filled('failing-1', { waiting: 0 }, { inputs: { 'warm-up-script': FAILING_SCRIPT } }),
    ],
  },
  { name: 'reap-pool', step: 'reap', isPoolAlone: true, configs: [filled('stale-3', { waiting: 2, isStale: true })] },
];

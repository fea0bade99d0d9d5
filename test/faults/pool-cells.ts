import { POOL, type Config, type PoolConfig, type Scenario } from './cell.js';
import { FAILING_SCRIPT } from './machines.js';

function pooled(name: string, pool: PoolConfig, options: Partial<Config> = {}): Config {
  const { count = 1, waitFor = 'online', listsLate = false, inputs = {} } = options;
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
function filled(name: string, pool: PoolConfig, options: Partial<Config> = {}): Config {
  const { count = 1, inputs = {} } = options;
  return { ...pooled(name, pool, options), inputs: { pool: POOL, size: String(count), ...inputs } };
}

/** The request that reserves a pooled instance. Until the instance is tagged, it still belongs to the pool. */
const RESERVATION = 'POST-runners/generate-jitconfig#1';
const one = { waiting: 1 };
const single = pooled('online-1', one);
/** Two instances come from the pool, one is launched. */
const several = pooled('online-3', { waiting: 2 }, { count: 3, listsLate: true });

/** Claims of pooled instances and the steps that clean up after them, then fills and sweeps of a pool. */
export const POOL_SCENARIOS: readonly Scenario[] = [
  {
    name: 'claim',
    step: 'start',
    configs: [single, pooled('launched-1-rival', { waiting: 1, hasRival: true }, { waitFor: 'launched' }), several],
  },
  {
    name: 'claim-roll-back',
    step: 'start',
    prelude: 'cancel-before',
    preludeAt: 'StartInstances#1',
    configs: [single],
  },
  { name: 'claim-post-reserved', step: 'post', prelude: 'kill-after', preludeAt: RESERVATION, configs: [single] },
  { name: 'claim-post-tagged', step: 'post', prelude: 'kill-after', preludeAt: 'CreateTags#1', configs: [single] },
  { name: 'claim-stop', step: 'stop', configs: [single] },
  { name: 'claim-stop-blind', step: 'stop', prelude: 'gone-after', preludeAt: 'CreateTags#1', configs: [single] },
  { name: 'claim-reap-reserved', step: 'reap', prelude: 'gone-after', preludeAt: RESERVATION, configs: [single] },
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

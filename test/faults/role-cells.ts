import { VOLUME, type Config, type Scenario, type VolumeConfig } from './cell.js';

/** Two runners for one job each, and one that takes jobs until the machine ends. */
const ROLES = '[{role: build, count: 2, labels: [big]}, {role: test, lifetime: run}]';

function inRoles(name: string, options: Partial<Config> = {}): Config {
  const { count = 1, waitFor = 'online', listsLate = false, inputs = {} } = options;
  const own = { runners: ROLES, count: String(count), 'wait-for': waitFor };
  return { name, count, waitFor, listsLate, runners: 3, inputs: { ...own, ...inputs } };
}

function withVolume(name: string, volume: VolumeConfig, keys = ''): Config {
  const snapshot = volume.takesSnapshot ? ', snapshot: on-success, keep-snapshots: 2' : '';
  const map = `{name: ${VOLUME}, mount: /data, size-gib: 8${snapshot}${keys}}`;
  const inputs = { 'data-volume': map, 'wait-for': 'online' };
  return { name, count: 1, waitFor: 'online', listsLate: false, volume, inputs };
}

const one = inRoles('online-1');
const launched = inRoles('launched-2-late-listing', { count: 2, waitFor: 'launched', listsLate: true });
const first = withVolume('first', { before: 'none' });
const warm = withVolume('warm', { before: 'free' });
const taken = withVolume('taken', { before: 'held' }, ', when-attached: detach');
const refused = withVolume('refused', { before: 'held', isRefused: true });
const snapshot = withVolume('snapshot', { before: 'free', takesSnapshot: true });

const unnamed = withVolume('online-1', { before: 'free' });
const named: Config = { ...unnamed, inputs: { ...unnamed.inputs, 'machine-name': 'main' } };
/** The request that registers the lock of a machine's name. */
const LOCK = 'POST-runners/generate-jitconfig#1';

/** Machines with runners in roles, with a data volume, and with a name: starts and what cleans up after them. */
export const ROLE_SCENARIOS: readonly Scenario[] = [
  { name: 'roles', step: 'start', configs: [one, launched] },
  { name: 'roles-roll-back', step: 'start', prelude: 'cancel-before', configs: [one] },
  { name: 'roles-post', step: 'post', prelude: 'kill-after', configs: [one] },
  { name: 'roles-stop', step: 'stop', configs: [one, launched] },
  { name: 'roles-stop-blind', step: 'stop', prelude: 'gone-after', configs: [one] },
  { name: 'roles-reap', step: 'reap', prelude: 'gone-after', configs: [one] },
  { name: 'volume', step: 'start', configs: [first, warm, taken, refused] },
  { name: 'volume-roll-back', step: 'start', prelude: 'cancel-before', preludeAt: 'AttachVolume#1', configs: [first] },
  { name: 'volume-post-created', step: 'post', prelude: 'kill-after', preludeAt: 'CreateVolume#1', configs: [first] },
  { name: 'volume-post-attached', step: 'post', prelude: 'kill-after', preludeAt: 'AttachVolume#1', configs: [warm] },
  { name: 'volume-stop', step: 'stop', configs: [snapshot] },
  { name: 'named', step: 'start', configs: [named] },
  { name: 'named-roll-back', step: 'start', prelude: 'cancel-before', preludeAt: 'RunInstances#1', configs: [named] },
  { name: 'named-post', step: 'post', prelude: 'kill-after', preludeAt: LOCK, configs: [named] },
  { name: 'named-stop-blind', step: 'stop', prelude: 'gone-after', preludeAt: LOCK, configs: [named] },
  { name: 'named-reap', step: 'reap', prelude: 'gone-after', preludeAt: LOCK, configs: [named] },
  { name: 'volume-reap', step: 'reap', prelude: 'gone-after', preludeAt: 'AttachVolume#1', configs: [warm] },
];

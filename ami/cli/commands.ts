import build from './build.js';
import type { Command } from './command.js';
import copy from './copy.js';
import list from './list.js';
import prune from './prune.js';
import publish from './publish.js';
import refresh from './refresh.js';
import rollback from './rollback.js';
import smoke from './smoke.js';
import volumes from './volumes.js';

/** The commands of `npm run ami`, in the order of their use. */
export const commands: Readonly<Record<string, Command>> = {
  refresh,
  build,
  smoke,
  publish,
  rollback,
  copy,
  list,
  prune,
  volumes,
};

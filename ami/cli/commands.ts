import build from './build.js';
import type { Command, Program } from '../../src/commands/command.js';
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

export const program: Program = {
  command: 'npm run ami --',
  description: [
    'Makes and manages the runner images. AWS credentials and region are found as the AWS CLI finds them. Exit code: 0,',
    '1 if the command failed, 2 for wrong arguments.',
  ],
  commands,
};

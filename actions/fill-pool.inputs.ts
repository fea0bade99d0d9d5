import { NAME_PATTERN } from '../src/core/kernel/identity.js';
import { flag, integer, text, withDefault } from '../src/core/inputs/input-kinds.js';
import { LONGEST_POOL_DAYS } from '../src/core/kernel/bounds.js';
import { LONGEST_WARM_UP_MINUTES } from '../src/core/reap/pool-rules.js';
import { credentialInputs } from './credentials.inputs.js';
import { inputs as start } from './start-runner.inputs.js';

export const action = {
  name: 'Fill EC2 runner pool',
  description: 'Keeps a number of stopped instances that have booted once, for starts that cannot wait.',
  icon: 'layers',
  color: 'orange',
} as const;

/** The pool's own. */
export const ownInputs = {
  size: withDefault(
    '1',
    integer('How many stopped machines there are to be. 0 empties the pool.', { min: 0, max: 100 }),
  ),
  'max-age-days': withDefault(
    '7',
    integer('Older ones are replaced. GitHub refuses a runner that is a month older than the newest.', {
      min: 1,
      max: LONGEST_POOL_DAYS,
    }),
  ),
  'warm-up-minutes': withDefault(
    '10',
    integer('A machine’s first boot powers off after so long, however far it got.', {
      min: 2,
      max: LONGEST_WARM_UP_MINUTES,
    }),
  ),
  'warm-up-script': {
    ...start['pre-runner-script'],
    description:
      'Run as root, with `bash -e`, at the end of the first boot, in the runner’s home: what it reads, pulls or writes is there when a job comes.',
  },
  'dry-run': withDefault('false', flag('Only say what would be retired and launched, and what the pool costs.')),
};

/** Those of start-runner by which machines are launched. A start finds those that were launched with its own. */
const machineInputs = {
  preset: start.preset,
  config: start.config,
  'ec2-image-id': {
    ...start['ec2-image-id'],
    description: `${start['ec2-image-id'].description} A pool takes only images that \`ami/\` built.`,
  },
  'ec2-instance-type': start['ec2-instance-type'],
  'subnet-id': start['subnet-id'],
  'security-group-id': start['security-group-id'],
  'iam-role-name': start['iam-role-name'],
  'aws-resource-tags': start['aws-resource-tags'],
  'key-name': start['key-name'],
  'ec2-volume-size': start['ec2-volume-size'],
  'ec2-volume-type': start['ec2-volume-type'],
  'ec2-volume-iops': start['ec2-volume-iops'],
  'ec2-volume-throughput': start['ec2-volume-throughput'],
  'volume-initialization-rate': start['volume-initialization-rate'],
  'ec2-volume-encrypted': start['ec2-volume-encrypted'],
  'ec2-volume-kms-key-id': start['ec2-volume-kms-key-id'],
  'runner-scope': start['runner-scope'],
  'runner-home-dir': start['runner-home-dir'],
  'run-as-user': start['run-as-user'],
  'instance-environment': start['instance-environment'],
  'ca-certificates': start['ca-certificates'],
};

export const inputs = {
  ...credentialInputs,
  pool: text('The pool’s name, as start-runner is given it. A preset may set it for both.', {
    matches: NAME_PATTERN,
    allowed: 'up to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit',
  }),
  ...ownInputs,
  ...machineInputs,
};

export const outputs = {
  ready: 'How many machines the pool has, warming ones included.',
  launched: 'The instances that were launched, as JSON.',
  retired: 'The instances that were removed, as JSON.',
  'cost-per-idle-day-usd': 'What the pool’s volumes cost a day while nobody uses them; empty when that is not known.',
};

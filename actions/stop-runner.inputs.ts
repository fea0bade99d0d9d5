import { NAME_PATTERN } from '../src/core/kernel/identity.js';
import { flag, legacy, list, text, withDefault } from '../src/core/inputs/input-kinds.js';
import { credentialInputs } from './credentials.inputs.js';

export const action = {
  name: 'Stop EC2 runner',
  description: 'Terminates the instances of a start and removes their runners from GitHub. Safe to repeat.',
  icon: 'square',
  color: 'orange',
} as const;

export const inputs = {
  ...credentialInputs,
  label: text(
    'start-runner’s `label`: everything of this run that was started with it, in any attempt. With neither a label nor an id, what no job of this run can need any more is stopped (the token needs "Actions: read").',
    { matches: NAME_PATTERN, allowed: 'up to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit' },
  ),
  'ec2-instance-id': list(
    'Instances that this repository started. Alone: exactly these; with `label`: all that were started with them. If EC2 lists none of them, and the label is one of your own, what another job may need is left.',
    {
      matches: /^i-[0-9a-z]+$/,
      allowed: 'instance ids like i-0a1b2c3d4e5f60718',
    },
  ),
  all: withDefault(
    'false',
    flag(
      'Stop everything that this run started, also what other jobs need. Alone: without `label` and `ec2-instance-id`.',
    ),
  ),
  wait: withDefault('false', flag('Return only when EC2 says that the instances are terminated.')),
  mode: legacy('`stop`, as ec2-github-runner has it.'),
};

export const outputs = {
  'ec2-instance-ids': 'The instances that EC2 confirmed it is ending, as JSON.',
};

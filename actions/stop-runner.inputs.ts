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
    'The `label` output of start-runner: stops everything that this run started with it, in any attempt. Without a label and an id, stops what no job of this run can need any more (the token needs "Actions: read").',
    { matches: NAME_PATTERN, allowed: 'up to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit' },
  ),
  'ec2-instance-id': list(
    'Instances that this repository started. Without `label`: stops exactly these. With `label`: stops all that were started with them. If EC2 lists none of them and the label is one of your own, what another job may need is kept.',
    {
      matches: /^i-[0-9a-z]+$/,
      allowed: 'instance ids like i-0a1b2c3d4e5f60718',
    },
  ),
  all: withDefault(
    'false',
    flag(
      'Stop everything that this run started, even what other jobs need. Not allowed with `label` or `ec2-instance-id`.',
    ),
  ),
  wait: withDefault('false', flag('Wait until EC2 reports the instances as terminated.')),
  mode: legacy('`stop`, as ec2-github-runner has it.'),
};

export const outputs = {
  'ec2-instance-ids': 'The instances that EC2 confirmed it is ending, as JSON.',
};

import { days, minutes } from '../src/core/inputs/durations.js';
import { fieldsOf } from '../src/core/inputs/fields.js';
import { flag, integer, text, withDefault } from '../src/core/inputs/input-kinds.js';
import { LONGEST_POOL_DAYS } from '../src/core/kernel/bounds.js';
import { NAME_PATTERN } from '../src/core/kernel/identity.js';
import type { FillRequest } from '../src/core/pool/request.js';
import { LONGEST_WARM_UP_MINUTES } from '../src/core/reap/pool-rules.js';
import { credentialInputs } from './credentials.inputs.js';
import { launchInputs, presetInputs, runnerInputs, script, settingInputs } from './machine.inputs.js';
import { inputs as start } from './start-runner.inputs.js';

export const action = {
  name: 'Fill EC2 runner pool',
  description: 'Keeps a number of stopped instances that have booted once, for starts that cannot wait.',
  icon: 'layers',
  color: 'orange',
} as const;

const into = fieldsOf<{ fill: FillRequest }>();

/** The inputs that start-runner does not have. */
export const ownInputs = {
  size: into(
    'fill.size',
    withDefault(
      '1',
      integer('Number of stopped machines that the pool keeps. 0 empties the pool.', { min: 0, max: 100 }),
    ),
  ),
  'max-age-days': into(
    'fill.maxAgeMs',
    withDefault(
      '7',
      days('Older machines are replaced. GitHub refuses a runner that is a month older than the newest.', {
        min: 1,
        max: LONGEST_POOL_DAYS,
      }),
    ),
  ),
  'warm-up-minutes': into(
    'fill.warmUpMs',
    withDefault(
      '10',
      minutes('A machine powers off this long after its first boot began, even if the boot is not finished.', {
        min: 2,
        max: LONGEST_WARM_UP_MINUTES,
      }),
    ),
  ),
  'warm-up-script': into(
    'fill.warmUpScript',
    script(
      "Run as root, with `bash -e`, at the end of the first boot, in the runner's home. Files that it reads, pulls or writes are on the disk when a job comes.",
    ),
  ),
  'dry-run': into(
    'fill.dryRun',
    withDefault('false', flag('Only print which machines would be retired and launched, and what the pool costs.')),
  ),
};

/** Instances of a pool are on-demand ones, and their images have a runner. */
const { 'market-type': _market, ...launchInputsOfPools } = launchInputs;
const { 'runner-version': _version, ...runnerInputsOfPools } = runnerInputs;

/** The inputs of start-runner that describe its machines. A start finds the machines that were made with its own values. */
const machineInputs = {
  ...presetInputs,
  ...launchInputsOfPools,
  'ec2-image-id': {
    ...launchInputs['ec2-image-id'],
    description: `${launchInputs['ec2-image-id'].description} A pool accepts only images built by \`ami/\`.`,
  },
  'runner-scope': start['runner-scope'],
  ...runnerInputsOfPools,
  ...settingInputs,
};

export const inputs = {
  ...credentialInputs,
  pool: text("The pool's name, the same as in start-runner. A preset may set it for both.", NAME_PATTERN),
  ...ownInputs,
  ...machineInputs,
};

export const outputs = {
  ready: 'Number of machines in the pool, including those that are warming up.',
  launched: 'Ids of the launched instances, as JSON.',
  retired: 'Ids of the removed instances, as JSON.',
  'cost-per-idle-day-usd': "What the pool's volumes cost per day while they wait; empty when the price is unknown.",
};

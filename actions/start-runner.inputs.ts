import { LONGEST_LIFETIME_MINUTES, LONGEST_STARTUP_MINUTES } from '../src/core/kernel/bounds.js';
import { NAME_PATTERN } from '../src/core/kernel/identity.js';
import { minutes } from '../src/core/inputs/durations.js';
import { fieldsOf } from '../src/core/inputs/fields.js';
import { choice, flag, integer, legacy, text, withDefault } from '../src/core/inputs/input-kinds.js';
import type { StartRequest, Startup } from '../src/core/start/request.js';
import { credentialInputs } from './credentials.inputs.js';
import { launchInputs, presetInputs, runnerInputs, script, settingInputs } from './machine.inputs.js';

export const action = {
  name: 'Start EC2 runner',
  description: 'Starts single-use GitHub Actions runners on EC2 and waits until they are online.',
  icon: 'play',
  color: 'orange',
} as const;

/** Those that a preset cannot set: who we are, and which preset. */
export const notInPresets: readonly string[] = [
  ...Object.keys(credentialInputs),
  'preset',
  'config',
  'dry-run',
  'mode',
];

/** The parts of a request that these inputs fill. Inputs without a field need derivation: see `start-request.ts`. */
const into = fieldsOf<{ request: StartRequest; startup: Startup }>();

export const inputs = {
  ...credentialInputs,
  ...presetInputs,
  ...launchInputs,
  label: text(
    'The one label that the runners carry. Default: unique per run, attempt, job and step, so that no other job can take them.',
    { matches: NAME_PATTERN, allowed: 'up to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit' },
  ),
  count: into(
    'request.machines',
    withDefault(
      '1',
      integer('How many instances with one runner each, all under the one label.', { min: 1, max: 100 }),
    ),
  ),
  'runner-scope': withDefault(
    'repo',
    text(
      'Where the runners are registered: `repo`, `org` (the repository’s owner) or `enterprise` (`enterprise:slug` if the event does not name it).',
      {
        matches: /^(repo|org|enterprise(:[A-Za-z0-9_-]+)?)$/,
        allowed: '`repo`, `org`, `enterprise` or `enterprise:slug`',
      },
    ),
  ),
  'runner-group': into(
    'request.runnerGroup',
    text(
      'Runner group by name or id (organisation, enterprise). Default: the default group. A group that gives no job of this repository and workflow a runner is refused before anything is registered.',
      {
        matches: /^.{1,128}$/,
        allowed: 'the name or number of a runner group',
      },
    ),
  ),
  ...runnerInputs,
  'pre-runner-script': into(
    'startup.preRunnerScript',
    script('Run as root, with `bash -e`, before the runner starts. If it fails, the instance powers off.'),
  ),
  ...settingInputs,
  pool: into(
    'request.pool',
    text('Take machines that fill-pool has made ready under this name; whatever it lacks is launched.', {
      matches: NAME_PATTERN,
      allowed: 'up to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit',
    }),
  ),
  'wait-for': into(
    'startup.waitFor',
    withDefault(
      'online',
      choice(
        '`launched` returns as soon as EC2 has the instances; the job then queues on its label, and stop-runner tells why no runner came.',
        ['online', 'launched'],
      ),
    ),
  ),
  'retry-capacity-minutes': into(
    'startup.retryCapacityMs',
    withDefault(
      '0',
      minutes('For so long, plans that lacked capacity are tried again, after 10, 20, 40, then every 60 s.', {
        min: 0,
        max: 360,
      }),
    ),
  ),
  'startup-timeout-minutes': into(
    'startup.startupTimeoutMs',
    withDefault('5', minutes('From launch until the runner must be online.', { min: 1, max: LONGEST_STARTUP_MINUTES })),
  ),
  'idle-timeout-minutes': into(
    'startup.idleTimeoutMs',
    withDefault('10', minutes('The instance powers off when no job came for so long.', { min: 1, max: 1_440 })),
  ),
  'max-lifetime-minutes': into(
    'startup.maxLifetimeMs',
    withDefault(
      '360',
      minutes('The instance powers off after so long, whatever is running.', { min: 5, max: LONGEST_LIFETIME_MINUTES }),
    ),
  ),
  'dry-run': withDefault(
    'false',
    flag('Check everything, ask EC2 whether the launch would be allowed, print the plans, launch nothing.'),
  ),
  mode: legacy('`start`, as ec2-github-runner has it.'),
  'availability-zones-config': legacy('Its subnets become `subnet-id`.'),
  'block-device-mappings': legacy('The root volume’s settings are taken from it; a second EBS volume is refused.'),
  'metadata-options': legacy('Ignored: IMDSv2 is always required.'),
  packages: legacy('Installed before `pre-runner-script` runs.'),
  'ec2-device-name': legacy('Ignored: the image’s own.'),
  'use-jit': legacy('Ignored: always.'),
  'runner-group-id': legacy('The same as `runner-group`.'),
  'run-runner-as-service': legacy('Ignored.'),
  'run-runner-as-user': legacy('The same as `run-as-user`.'),
  'runner-debug': legacy('Ignored.'),
  'startup-quiet-period-seconds': legacy('Ignored: nothing waits a fixed time.'),
  'startup-retry-interval-seconds': legacy('Ignored.'),
};

export const outputs = {
  label: 'The label for `runs-on` and for stop-runner. It is set before anything can fail.',
  'ec2-instance-id': 'The first instance’s id.',
  'ec2-instance-ids': 'All instance ids, as JSON.',
  runners:
    'JSON: for each runner its `name`, `id`, `instance`, `type`, `subnet`, `market`, `region`, and the seconds from the request `toRunning` and `toOnline`.',
  region: 'The region in which the instances run, or of a start that failed the home region.',
};

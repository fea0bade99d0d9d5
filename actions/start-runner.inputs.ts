import { minutes } from '../src/core/inputs/durations.js';
import { fieldsOf } from '../src/core/inputs/fields.js';
import { foreignInputs } from '../src/core/inputs/foreign-inputs.js';
import { choice, flag, integer, legacy, text, withDefault, yamlMap, yamlText } from '../src/core/inputs/input-kinds.js';
import { zones } from '../src/core/inputs/zones.js';
import { LONGEST_KEEP_MINUTES, LONGEST_LIFETIME_MINUTES, LONGEST_STARTUP_MINUTES } from '../src/core/kernel/bounds.js';
import { NAME_PATTERN } from '../src/core/kernel/identity.js';
import { MACHINE_NAME_PATTERN } from '../src/core/kernel/origin.js';
import type { StartRequest, Startup } from '../src/core/start/request.js';
import { credentialInputs } from './credentials.inputs.js';
import { launchInputs, presetInputs, runnerInputs, script, settingInputs } from './machine.inputs.js';

export const action = {
  name: 'Start EC2 runner',
  description: 'Starts single-use GitHub Actions runners on EC2 and waits until they are online.',
  icon: 'play',
  color: 'orange',
} as const;

/** Inputs that a preset cannot set: credentials, the choice of the preset, and the mode. */
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
    'The label of the runners, and with `runners` the beginning of their labels. Default: unique per run, attempt, job and step, so that no other job can use them.',
    NAME_PATTERN,
  ),
  count: into(
    'request.machines',
    withDefault('1', integer('Number of instances. Each has one runner, or those of `runners`.', { min: 1, max: 100 })),
  ),
  runners: yamlText(
    'The runners of each instance by role, up to 16: a list like `- {role: build, count: 2, labels: [big]}`. A runner has the unique label `<label>-<role>` and the labels of its role. `lifetime: run` takes jobs until the instance ends; `job`, the default, takes one. Default: one runner with the label `label`.',
    'YAML list',
  ),
  'work-folder': withDefault(
    'separate',
    choice("`shared`: the jobs of an instance's runners share the working tree of the repository.", [
      'separate',
      'shared',
    ]),
  ),
  'runner-scope': withDefault(
    'repo',
    text(
      "Where the runners are registered: `repo`, `org` (the repository's owner) or `enterprise` (`enterprise:slug` if the event does not name it).",
      {
        matches: /^(repo|org|enterprise(:[A-Za-z0-9_-]+)?)$/,
        allowed: '`repo`, `org`, `enterprise` or `enterprise:slug`',
      },
    ),
  ),
  'runner-group': into(
    'request.runnerGroup',
    text(
      'Runner group by name or id (organization or enterprise). Default: the default group. A group that this repository and workflow may not use is refused before anything is registered.',
      {
        matches: /^.{1,128}$/,
        allowed: 'the name or number of a runner group',
      },
    ),
  ),
  ...runnerInputs,
  'pre-runner-script': into(
    'startup.preRunnerScript',
    script(
      'Run as root, with `bash -e`, before the runner starts. What it exports reaches the jobs. If it fails, the instance powers off.',
    ),
  ),
  ...settingInputs,
  pool: into(
    'request.pool',
    text(
      'Use machines of the pool of this name, which fill-pool keeps ready. Missing machines are launched.',
      NAME_PATTERN,
    ),
  ),
  'machine-name': into(
    'request.machineName',
    text(
      'At most one machine of this name runs in the repository at a time (docs/singletons.md). Not together with `pool` or several machines.',
      MACHINE_NAME_PATTERN,
    ),
  ),
  'when-running': into(
    'request.whenRunning',
    withDefault(
      'refuse',
      choice(
        'What to do when a machine of `machine-name` runs already. `refuse` fails. `replace` ends that machine with its jobs, whichever run of this repository started it, and launches another. `join` launches nothing, and its outputs name the runners of that machine.',
        ['refuse', 'replace', 'join'],
      ),
    ),
  ),
  'data-volume': yamlMap(
    'A volume that outlives the machines, such as `{name: docker, mount: /var/lib/docker, size-gib: 200}`. It is created on first use, attached while the machine boots, and kept. The [page on data volumes](../docs/volumes.md) has all keys.',
    'a map like `{name: docker, mount: /var/lib/docker, size-gib: 200}`',
  ),
  'wait-for': into(
    'startup.waitFor',
    withDefault(
      'online',
      choice(
        '`launched` returns as soon as EC2 has launched the instances. The job then waits for its label, and stop-runner reports why a runner never came.',
        ['online', 'launched'],
      ),
    ),
  ),
  'retry-capacity-minutes': into(
    'startup.retryCapacityMs',
    withDefault(
      '0',
      minutes('How long plans without capacity are tried again: after 10, 20 and 40 s, then every 60 s.', {
        min: 0,
        max: 360,
      }),
    ),
  ),
  'startup-timeout-minutes': into(
    'startup.startupTimeoutMs',
    withDefault(
      '5',
      minutes(
        'From launch until the runner must be online. With `mode: start`, as in ec2-github-runner: from when the instance is running, plus 30 s.',
        { min: 1, max: LONGEST_STARTUP_MINUTES },
      ),
    ),
  ),
  'idle-timeout-minutes': into(
    'startup.idleTimeoutMs',
    withDefault('10', minutes('The instance powers off after this time without a job.', { min: 1, max: 1_440 })),
  ),
  'max-lifetime-minutes': into(
    'startup.maxLifetimeMs',
    withDefault(
      '360',
      minutes('The instance powers off after this time, even if a job is running.', {
        min: 5,
        max: LONGEST_LIFETIME_MINUTES,
      }),
    ),
  ),
  'keep-on-failure-minutes': into(
    'request.keepOnFailureMs',
    minutes(
      'After a job on the machine has failed, the machine stays for this time without taking another job, so that people can look at it. stop-runner leaves it, too, and its summary names the costs.',
      { min: 1, max: LONGEST_KEEP_MINUTES },
    ),
  ),
  'keep-minutes': into(
    'request.keepMs',
    minutes('In place of `keep-on-failure-minutes`: the same after a job that passed, too.', {
      min: 1,
      max: LONGEST_KEEP_MINUTES,
    }),
  ),
  access: withDefault(
    'none',
    choice(
      '`ssm`: the summaries print the command that opens a shell on the machine by AWS Systems Manager, without an inbound port. Needs `iam-role-name` (docs/singletons.md).',
      ['none', 'ssm'],
    ),
  ),
  'dry-run': withDefault(
    'false',
    flag(
      'Check everything, let EC2 check the permission to launch, print the plans, and launch nothing. The output `label` is empty.',
    ),
  ),
  mode: legacy('`start`, as in ec2-github-runner.'),
  'availability-zones-config': zones(
    'Each zone with its image, subnet, security group and region, tried in order. Used in place of `ec2-image-id`, `subnet-id` and `security-group-id`.',
  ),
  ...legacyInputs(),
};

/** The other inputs of ec2-github-runner. `migration.ts` translates them before any input is parsed, so none has a value. */
function legacyInputs(): object {
  const entries = Object.entries({ ...foreignInputs.machulav, ...foreignInputs.namecheap });
  return Object.fromEntries(entries.map(([name, { here }]) => [name, legacy(here)]));
}

export const outputs = {
  label:
    'The label for `runs-on` and for stop-runner. It is set even when the start fails, unless with `mode: start` nothing is left. Empty in a dry run.',
  labels:
    'JSON: with `runners`, the unique label of each role, like `{"build": "<label>-build"}`; otherwise `{}`. Empty in a dry run.',
  'ec2-instance-id': "The first instance's id.",
  'ec2-instance-ids': 'All instance ids, as JSON.',
  runners:
    'JSON: for each runner its `name`, `id`, `instance`, `type`, `subnet`, `market`, `region`, the seconds from the request `toRunning` and `toOnline`, the time `onlineAt`, its `volumes` and, with `runners`, its `role` and `labels`. A runner with `lifetime: run` that was not waited for has the `id` null.',
  joined: '`true` if `when-running: join` found the machine running: then another run ends it. Otherwise `false`.',
  region: 'The region of the first instance. After a failed start, the home region.',
};

import { LONGEST_LIFETIME_MINUTES, LONGEST_STARTUP_MINUTES } from '../src/core/kernel/bounds.js';
import { NAME_PATTERN } from '../src/core/kernel/identity.js';
import { choice, flag, integer, legacy, list, text, withDefault } from '../src/core/inputs/input-kinds.js';
import { BadValue, type InputDefinition } from '../src/core/inputs/inputs.js';
import { certificates, environmentLines } from '../src/core/inputs/instance-settings.js';
import { USER_DATA_LIMIT } from '../src/core/machine/payload.js';
import { tagsInput } from '../src/core/inputs/tags.js';
import { credentialInputs } from './credentials.inputs.js';

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

const script: InputDefinition<string | undefined> = {
  takes: 'bash script',
  description: 'Run as root, with `bash -e`, before the runner starts. If it fails, the instance powers off.',
  parse(given) {
    const bytes = Buffer.byteLength(given);
    if (bytes <= USER_DATA_LIMIT) return given;
    throw new BadValue(
      `at most ${USER_DATA_LIMIT} bytes (EC2's limit on user data, of which the runner's own configuration takes about a third); let the script download what it needs`,
      `a script of ${bytes} bytes`,
    );
  },
};

export const inputs = {
  ...credentialInputs,
  preset: withDefault(
    'amd64',
    text('`amd64`, `arm64`, `cuda`, or one from the presets file. Gives defaults for all inputs below.', {
      matches: /^[\w.-]+$/,
      allowed: '`amd64`, `arm64`, `cuda`, or the name of a preset in the presets file',
    }),
  ),
  config: text(
    'The presets file. Read from the workspace, else from the repository at the run’s commit. Default `.github/ec2-runners.yml`, which need not exist.',
    { matches: /^[^/].*\.ya?ml$/, allowed: 'a path of a YAML file, relative to the repository' },
  ),
  'ec2-image-id': text(
    '`ami-…`, `resolve:ssm:/path`, or `name:pattern` (the newest of this account’s images that matches). Default: the image that `ami/` published for the preset; before there is one, a public Ubuntu or Deep Learning image.',
    {
      matches: /^(ami-[0-9a-z]+|resolve:ssm:\/?[\w./:-]+|name:.+)$/,
      allowed: '`ami-…`, `resolve:ssm:/path/of/parameter` or `name:pattern`',
    },
  ),
  'ec2-instance-type': list('Tried in order, each in every subnet. Default: the preset’s.', {
    matches: /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
    allowed: 'instance types like t3.xlarge',
  }),
  'subnet-id': list(
    'Tried in order for each type. Default: EC2’s default subnet. One of another region is `region/subnet-…`.',
    {
      matches: /^([a-z]{2,}(-[a-z]+)+-\d\/)?subnet-[0-9a-z]+$/,
      allowed: 'subnet ids like subnet-0a1b2c3d or eu-west-1/subnet-0a1b2c3d',
    },
  ),
  'security-group-id': list(
    'All of a region’s are attached. No inbound rule is needed. Default: EC2’s default group. One of another region is `region/sg-…`.',
    {
      matches: /^([a-z]{2,}(-[a-z]+)+-\d\/)?sg-[0-9a-z]+$/,
      allowed: 'security group ids like sg-0a1b2c3d or eu-west-1/sg-0a1b2c3d',
    },
  ),
  'market-type': withDefault(
    'on-demand',
    choice('How the instance is paid for; `spot-then-on-demand` tries every plan as spot first.', [
      'on-demand',
      'spot',
      'spot-then-on-demand',
    ]),
  ),
  'iam-role-name': text('Instance profile (name or ARN) for the instance. Every job on it can use its permissions.', {
    matches: /^(arn:[\w:/+=,.@-]+|[\w+=,.@-]{1,128})$/,
    allowed: 'the name or ARN of an instance profile',
  }),
  'aws-resource-tags': tagsInput(
    'Further tags for instance, volumes and network interface: JSON as in ec2-github-runner (`[{"Key": "Team", "Value": "ml"}]`) or `Key=Value` lines.',
  ),
  'key-name': text('EC2 key pair, for logging in by SSH.', {
    matches: /^.{1,255}$/,
    allowed: 'the name of a key pair',
  }),
  'ec2-volume-size': integer('Size of the root volume in GiB. Default: 50 (cuda: 100), or the image’s if larger.', {
    min: 1,
    max: 65_536,
  }),
  'ec2-volume-type': withDefault(
    'gp3',
    choice('Type of the root volume. No machine boots from st1 or sc1.', ['gp3', 'gp2', 'io1', 'io2', 'standard']),
  ),
  'ec2-volume-iops': integer('Provisioned operations a second (gp3: at most 500 a GiB, io1: 50, io2: 1,000).', {
    min: 100,
    max: 256_000,
  }),
  'ec2-volume-throughput': integer('Provisioned throughput in MiB/s (gp3: at most a quarter of its iops).', {
    min: 125,
    max: 2_000,
  }),
  'volume-initialization-rate': integer(
    'MiB/s at which EBS loads the root volume from its snapshot ahead of the reads; billed by the snapshot’s size. Worth it for large images.',
    { min: 100, max: 300 },
  ),
  'ec2-volume-encrypted': withDefault(
    'false',
    flag('Encrypt all volumes of the instance. What the account or the image encrypts anyway stays encrypted.'),
  ),
  'ec2-volume-kms-key-id': text(
    'The KMS key for that: id, ARN, `alias/name` or the alias’s ARN. Default: the account’s key for EBS.',
    {
      matches:
        /^(arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:(key\/[\w-]+|alias\/[\w/-]+)|alias\/[\w/-]+|mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i,
      allowed: 'a key’s id or ARN, or an alias like `alias/ci` or its ARN',
    },
  ),
  label: text(
    'The one label that the runners carry. Default: unique per run, attempt, job and step, so that no other job can take them.',
    { matches: NAME_PATTERN, allowed: 'up to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit' },
  ),
  count: withDefault(
    '1',
    integer('How many instances with one runner each, all under the one label.', { min: 1, max: 100 }),
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
  'runner-group': text(
    'Runner group by name or id (organisation, enterprise). Default: the default group. A group that gives no job of this repository and workflow a runner is refused before anything is registered.',
    {
      matches: /^.{1,128}$/,
      allowed: 'the name or number of a runner group',
    },
  ),
  'runner-version': withDefault(
    'latest',
    text('The runner to install on an image that has none; images built by `ami/` carry their own.', {
      matches: /^(latest|\d+\.\d+\.\d+)$/,
      allowed: '`latest` or a version like 2.336.0',
    }),
  ),
  'runner-home-dir': text(
    'Where an image of your own has the runner. Default `/opt/actions-runner`, installed at boot where it is missing.',
    {
      matches: /^(\/\.?[A-Za-z0-9_+-][A-Za-z0-9._+-]*)+\/?$/,
      allowed: 'an absolute path of letters, digits and `._+-`, without `.` or `..` as a part',
    },
  ),
  'run-as-user': withDefault(
    'root',
    text('The Linux user that jobs run as.', {
      matches: /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/,
      allowed: 'a Linux user name',
    }),
  ),
  'pre-runner-script': script,
  'instance-environment': environmentLines(
    'Environment of everything that the boot agent runs: the downloads, `pre-runner-script`, the runner and its jobs. Proxies (`HTTPS_PROXY`, `NO_PROXY` …) also reach systemd’s services, such as Docker. Programs on the instance can read it: put no secret there.',
  ),
  'ca-certificates': certificates(
    'Certificate authorities that the instance trusts besides its own, before anything is downloaded; Node.js finds them by `NODE_EXTRA_CA_CERTS`. All that an instance is told has to fit into 16 KiB: two or three certificates do.',
  ),
  pool: text('Take machines that fill-pool has made ready under this name; whatever it lacks is launched.', {
    matches: NAME_PATTERN,
    allowed: 'up to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit',
  }),
  'wait-for': withDefault(
    'online',
    choice(
      '`launched` returns as soon as EC2 has the instances; the job then queues on its label, and stop-runner tells why no runner came.',
      ['online', 'launched'],
    ),
  ),
  'retry-capacity-minutes': withDefault(
    '0',
    integer('For so long, plans that lacked capacity are tried again, after 10, 20, 40, then every 60 s.', {
      min: 0,
      max: 360,
    }),
  ),
  'startup-timeout-minutes': withDefault(
    '5',
    integer('From launch until the runner must be online.', { min: 1, max: LONGEST_STARTUP_MINUTES }),
  ),
  'idle-timeout-minutes': withDefault(
    '10',
    integer('The instance powers off when no job came for so long.', { min: 1, max: 1_440 }),
  ),
  'max-lifetime-minutes': withDefault(
    '360',
    integer('The instance powers off after so long, whatever is running.', { min: 5, max: LONGEST_LIFETIME_MINUTES }),
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

import { fieldsOf } from '../src/core/inputs/fields.js';
import { choice, flag, integer, list, text, withDefault } from '../src/core/inputs/input-kinds.js';
import { BadValue, type InputDefinition } from '../src/core/inputs/inputs.js';
import { certificates, environmentLines } from '../src/core/inputs/instance-settings.js';
import { tagsInput } from '../src/core/inputs/tags.js';
import { USER_DATA_LIMIT, type InstanceSettings } from '../src/core/machine/payload.js';
import type { MachineRequest, VolumeRequest } from '../src/core/machine/request.js';

/** The parts of a request that these inputs fill. Inputs without a field need derivation: see `start-request.ts`. */
const into = fieldsOf<{ machine: MachineRequest; volume: VolumeRequest; settings: InstanceSettings }>();

/** The preset, which has defaults for all other inputs. */
export const presetInputs = {
  preset: withDefault(
    'amd64',
    text('`amd64`, `arm64`, `cuda`, or one from the presets file. Sets defaults for all inputs below.', {
      matches: /^[\w.-]+$/,
      allowed: '`amd64`, `arm64`, `cuda`, or the name of a preset in the presets file',
    }),
  ),
  config: text(
    "The presets file. Read from the workspace, or from the repository at the run's commit when nothing is checked out. Default `.github/ec2-runners.yml`, which need not exist.",
    { matches: /^[^/].*\.ya?ml$/, allowed: 'a path of a YAML file, relative to the repository' },
  ),
};

/** What to launch. */
export const launchInputs = {
  'ec2-image-id': text(
    '`ami-…`, `resolve:ssm:/path`, or `name:pattern` (the newest image of this account whose name matches). Default: the image that `ami/` published for the preset, or a public Ubuntu or Deep Learning image as long as there is none.',
    {
      matches: /^(ami-[0-9a-z]+|resolve:ssm:\/?[\w./:-]+|name:.+)$/,
      allowed: '`ami-…`, `resolve:ssm:/path/of/parameter` or `name:pattern`',
    },
  ),
  'ec2-instance-type': into(
    'machine.instanceTypes',
    list("Tried in order, each in every subnet. Default: the preset's.", {
      matches: /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
      allowed: 'instance types like t3.xlarge',
    }),
    [],
  ),
  'subnet-id': into(
    'machine.subnetIds',
    list(
      "Tried in order for each type. Default: EC2's default subnet. Write a subnet of another region as `region/subnet-…`.",
      {
        matches: /^([a-z]{2,}(-[a-z]+)+-\d\/)?subnet-[0-9a-z]+$/,
        allowed: 'subnet ids like subnet-0a1b2c3d or eu-west-1/subnet-0a1b2c3d',
      },
    ),
    [],
  ),
  'security-group-id': into(
    'machine.securityGroupIds',
    list(
      "All groups of a region are attached. No inbound rule is needed. Default: EC2's default group. Write a group of another region as `region/sg-…`.",
      {
        matches: /^([a-z]{2,}(-[a-z]+)+-\d\/)?sg-[0-9a-z]+$/,
        allowed: 'security group ids like sg-0a1b2c3d or eu-west-1/sg-0a1b2c3d',
      },
    ),
    [],
  ),
  'market-type': withDefault(
    'on-demand',
    choice('How to pay for the instance. `spot-then-on-demand` tries every plan as spot first.', [
      'on-demand',
      'spot',
      'spot-then-on-demand',
    ]),
  ),
  'iam-role-name': into(
    'machine.instanceProfile',
    text('Instance profile (name or ARN) for the instance. Every job on it can use its permissions.', {
      matches: /^(arn:[\w:/+=,.@-]+|[\w+=,.@-]{1,128})$/,
      allowed: 'the name or ARN of an instance profile',
    }),
  ),
  'aws-resource-tags': into(
    'machine.userTags',
    tagsInput(
      'Further tags for instance, volumes and network interface: JSON as in ec2-github-runner (`[{"Key": "Team", "Value": "ml"}]`) or `Key=Value` lines.',
    ),
    {},
  ),
  'key-name': into(
    'machine.keyName',
    text('EC2 key pair for SSH access.', {
      matches: /^.{1,255}$/,
      allowed: 'the name of a key pair',
    }),
  ),
  'ec2-volume-size': into(
    'volume.sizeGiB',
    integer("Size of the root volume in GiB. Default: 50 (cuda: 100), or the image's if larger.", {
      min: 1,
      max: 65_536,
    }),
  ),
  'ec2-volume-type': into(
    'volume.type',
    withDefault(
      'gp3',
      choice('Type of the root volume. Instances cannot boot from st1 or sc1.', [
        'gp3',
        'gp2',
        'io1',
        'io2',
        'standard',
      ]),
    ),
  ),
  'ec2-volume-iops': into(
    'volume.iops',
    integer('Provisioned operations per second (at most 500 per GiB for gp3, 50 for io1, 1,000 for io2).', {
      min: 100,
      max: 256_000,
    }),
  ),
  'ec2-volume-throughput': into(
    'volume.throughputMiBps',
    integer('Provisioned throughput in MiB/s (for gp3, at most a quarter of its iops).', {
      min: 125,
      max: 2_000,
    }),
  ),
  'volume-initialization-rate': into(
    'volume.initializationRateMiBps',
    integer(
      "MiB/s at which EBS loads the root volume from its snapshot in advance. EBS charges by the snapshot's size. Useful for large images.",
      { min: 100, max: 300 },
    ),
  ),
  'ec2-volume-encrypted': into(
    'volume.encrypted',
    withDefault(
      'false',
      flag(
        'Encrypt all volumes of the instance. Volumes that the account or the image encrypts by default stay encrypted.',
      ),
    ),
  ),
  'ec2-volume-kms-key-id': into(
    'volume.kmsKeyId',
    text(
      "The KMS key for the encryption: id, ARN, `alias/name` or the alias's ARN. Default: the account's key for EBS.",
      {
        matches:
          /^(arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:(key\/[\w-]+|alias\/[\w/-]+)|alias\/[\w/-]+|mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i,
        allowed: "a key's id or ARN, or an alias like `alias/ci` or its ARN",
      },
    ),
  ),
};

/** The runner on the instance. */
export const runnerInputs = {
  'runner-version': into(
    'machine.runnerVersion',
    withDefault(
      'latest',
      text('The runner version to install on an image without a runner. Images built by `ami/` have one.', {
        matches: /^(latest|\d+\.\d+\.\d+)$/,
        allowed: '`latest` or a version like 2.336.0',
      }),
    ),
  ),
  'runner-home-dir': into(
    'machine.runnerHome',
    text(
      'Directory of the runner in your own image. Default `/opt/actions-runner`; a missing runner is installed there at boot.',
      {
        matches: /^(\/\.?[A-Za-z0-9_+-][A-Za-z0-9._+-]*)+\/?$/,
        allowed: 'an absolute path of letters, digits and `._+-`, without `.` or `..` as a part',
      },
    ),
  ),
  'run-as-user': into(
    'machine.runAsUser',
    withDefault(
      'root',
      text('The Linux user that jobs run as.', {
        matches: /^[A-Za-z_][A-Za-z0-9._-]{0,31}$/,
        allowed: 'a Linux user name',
      }),
    ),
  ),
};

/** Settings of the whole instance. */
export const settingInputs = {
  'instance-environment': into(
    'settings.environment',
    environmentLines(
      'Environment variables for everything that the boot agent runs: downloads, `pre-runner-script`, the runner and its jobs. Proxies (`HTTPS_PROXY`, `NO_PROXY` …) also apply to systemd services, such as Docker. Programs on the instance can read the variables, so put no secret there.',
    ),
  ),
  'ca-certificates': into(
    'settings.caCertificates',
    certificates(
      'Certificate authorities that the instance trusts in addition to its own, before it downloads anything. Node.js finds them by `NODE_EXTRA_CA_CERTS`. There is room for two or three certificates, because all user data has to fit into 16 KiB.',
    ),
  ),
};

/** A bash script that is part of the user data. */
export function script(description: string): InputDefinition<string | undefined> {
  return {
    takes: 'bash script',
    description,
    parse(text) {
      const bytes = Buffer.byteLength(text);
      if (bytes <= USER_DATA_LIMIT) return text;
      throw new BadValue(
        `at most ${USER_DATA_LIMIT} bytes (EC2's limit on user data; the runner's configuration takes up about a third of it); let the script download what it needs`,
        `a script of ${bytes} bytes`,
      );
    },
  };
}

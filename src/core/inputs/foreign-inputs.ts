import { translateMappings } from './block-device-mappings.js';
import {
  ignored,
  refused,
  same,
  translated,
  write,
  type ForeignInput,
  type Outcome,
  type Texts,
} from './foreign-input.js';
import { translateFilters } from './image-filters.js';

const IMDS = 'IMDSv2 is always required, with a hop limit of 2 so that containers reach it';
const POOL = 'for machines that are kept, set `pool` and fill it with fill-pool';
const PRICE = 'remove it; EC2 never charges more for spot than the on-demand price';
const REAP = 'it belongs to reap-runners';
const STOP = 'it belongs to stop-runner';
const SCRIPT = 'the boot agent registers the runner; put the rest of the script into `pre-runner-script`';
const TEMPLATE = 'write what the launch template holds as inputs of this action';
const DEVICE = 'the image defines the name of the root device';
const NO_WAIT = 'nothing waits a fixed time';
const ADDRESS = 'remove it; the subnet decides about public addresses (`aws ec2 modify-subnet-attribute`)';

const mappings = translated(
  "Sets the root volume's `ec2-volume-…` inputs. Mappings of instance store need none. Everything else is refused by name.",
  (text) => {
    if (text === '[]') return {};
    const outcome = translateMappings(text);
    return Array.isArray(outcome)
      ? { problems: outcome.map((problem) => `: ${problem}`) }
      : { inputs: outcome as Texts };
  },
);

const architecture = translated('`arm64` is `preset: arm64`, unless a preset is given.', (text, { preset }) => {
  if (/^(x64|amd64|x86_64)$/i.test(text)) return {};
  if (!/^(arm64|aarch64)$/i.test(text)) return { problems: [`is "${text}"; allowed: x64 or arm64.`] };
  return preset === undefined ? { inputs: { preset: 'arm64' } } : {};
});

/** A volume on a device that is no root device would be a second one. */
const device = translated(`Ignored: ${DEVICE}. Other devices, such as /dev/sdf, are refused.`, (text) =>
  /^\/dev\/(sd|xvd)[b-z]/.test(text)
    ? {
        problems: [`is ${text}, a second volume: remove it, and \`ec2-volume-size\` sets the size of the root volume.`],
      }
    : { note: `is ignored: ${DEVICE}.` },
);

/** The inputs of machulav/ec2-github-runner, in any version, that this suite does not have under their name. */
const machulav: Readonly<Record<string, ForeignInput>> = {
  'block-device-mappings': mappings,
  'metadata-options': translated(`Ignored: ${IMDS}. \`HttpEndpoint: disabled\` is refused.`, (text) =>
    /"HttpEndpoint"\s*:\s*"disabled"/.test(text)
      ? {
          problems: ['disables the metadata service, from which the boot agent reads its orders: remove HttpEndpoint.'],
        }
      : { note: `is ignored: ${IMDS}, without the tags of the instance.` },
  ),
  packages: translated('Installed before `pre-runner-script` runs.', installPackages),
  'ec2-device-name': device,
  'use-jit': ignored('every runner is just-in-time', 'true', 'false'),
  'runner-group-id': same('runner-group'),
  'run-runner-as-service': ignored('the boot agent starts the runner', 'false'),
  'run-runner-as-user': same('run-as-user'),
  'runner-debug': ignored('a failed start always shows the boot phases and the console', 'false'),
  'startup-quiet-period-seconds': ignored(`${NO_WAIT}; it only extends \`startup-timeout-minutes\``),
  'startup-retry-interval-seconds': ignored('the polling interval follows the boot'),
  'ec2-instance-id': ignored(STOP),
};

/** The inputs of namecheap/ec2-github-runner that neither this suite nor machulav's action has. */
const namecheap: Readonly<Record<string, ForeignInput>> = {
  'volume-size': same('ec2-volume-size'),
  'volume-type': same('ec2-volume-type'),
  'volume-iops': same('ec2-volume-iops'),
  'volume-throughput': same('ec2-volume-throughput'),
  'encrypt-ebs': same('ec2-volume-encrypted'),
  architecture,
  'spot-fallback': translated(
    '`on-demand` is `market-type: spot-then-on-demand`. `fail` is what `market-type: spot` does anyway.',
    (text, all) => {
      if (!/^(on-demand|fail)$/.test(text)) return { problems: [`is "${text}"; allowed: \`on-demand\` or \`fail\`.`] };
      if (text === 'fail' || all['market-type'] !== 'spot') return {};
      return { inputs: { 'market-type': 'spot-then-on-demand' } };
    },
  ),
  'spot-max-price': refused(PRICE),
  'ec2-image-filters': translated(
    'A filter by `name` of your own images (`ec2-image-owner: self`) is `ec2-image-id: name:…`. Any other filter is refused.',
    translateFilters,
  ),
  'ec2-image-owner': translated('See `ec2-image-filters`.', () => ({})),
  'eip-allocation-id': refused(
    'no Elastic IP is attached; give the NAT gateway of the subnet that address (…), or run `aws ec2 associate-address` in `pre-runner-script` with a role in `iam-role-name` that may do it',
  ),
  'http-tokens': ignored(IMDS, 'required'),
  'allow-partial': ignored('a start brings up all of its machines or none', 'false'),
  'cleanup-on-start-failure': ignored('a failed start always removes its machines and shows their console', 'true'),
  reuse: ignored(POOL, 'terminate'),
  'reuse-pool-tag': ignored(POOL),
  'reuse-max-cycles': ignored('a machine takes one job'),
  'user-data-template': refused(SCRIPT),
  debug: ignored('a failed start always shows the boot phases and the console', 'false'),
  'max-age-minutes': ignored(REAP),
  'reaper-stopped-max-age': ignored(REAP),
  'ec2-instance-ids': ignored(STOP, 'null', '[]'),
};

const several = (entry: ForeignInput, ...names: readonly string[]): Readonly<Record<string, ForeignInput>> =>
  Object.fromEntries(names.map((name) => [name, entry]));

/** Inputs of public forks and pull requests of these actions, and names that workflows give in the belief that they exist. */
const forks: Readonly<Record<string, ForeignInput>> = {
  ...several(mappings, 'block-device-mapping', 'block-device-mapper'),
  ...several(write('count'), 'ec2-instance-count', 'runner-count', 'num-runners', 'number-of-instances'),
  ...several(write('iam-role-name'), 'iam-instance-profile', 'instance-profile', 'iam-role'),
  ...several(write('ec2-volume-size'), 'storage-size', 'instance-volume-size', 'disk-size'),
  ...several(write('key-name'), 'aws-key-pair-name', 'key-pair-name'),
  ...several(write('ec2-instance-type'), 'instance-type', 'instance-types'),
  ...several(write('ec2-image-id'), 'ec2-ami-id', 'ami-id', 'image-id'),
  ...several(write('label'), 'runner-label'),
  ...several(refused('every runner has one label: write `label: NAME`'), 'runner-labels', 'labels', 'custom-labels'),
  ...several(refused(SCRIPT), 'additional-pre-userdata', 'user-data', 'user-data-path'),
  ...several(write('startup-timeout-minutes'), 'timeout', 'timeout-minutes', 'registration-timeout'),
  'startup-timeout-seconds': translated('Refused: write `startup-timeout-minutes: …`.', (text) => ({
    problems: [`is not an input here: write \`startup-timeout-minutes: ${Math.ceil(Number(text) / 60) || '…'}\`.`],
  })),
  ...several(
    refused('the region is that of AWS_REGION; give configure-aws-credentials `aws-region: …`'),
    'region',
    'aws-region',
  ),
  ...several(refused('write `market-type: spot`', 'false'), 'use-spot-instances', 'use-spot', 'spot-instance', 'spot'),
  'spot-instance-strategy': refused('write `market-type: spot` or `spot-then-on-demand`', 'None'),
  ...several(refused(PRICE), 'spot-instance-max-price', 'max-spot-price', 'spot-price'),
  ...several(refused('write `runner-scope: org`'), 'scope', 'run-runner-in-org'),
  ...several(refused(TEMPLATE), 'ec2-launch-template', 'launch-template-id', 'ec2-launch-params'),
  ...several(refused(ADDRESS), 'assign-public-ip-to-instance', 'associate-public-ip', 'associate-public-ip-address'),
  ...several(ignored('only Linux is started', 'linux'), 'operating-system', 'ec2-os', 'ec2-base-os'),
  'cpu-architecture': architecture,
  'host-id': refused('machines on dedicated hosts are not started'),
  'runner-name': ignored('every runner has a unique name'),
  'github-token-type': ignored('tokens of both types are accepted'),
  'quiet-period-seconds': ignored(NO_WAIT),
  'reuse-runner': ignored(POOL, 'false'),
  ...several(device, 'root-volume-device', 'volume-device-name', 'storage-device', 'ec2-volume-identifier'),
};

/** By the action that has them; its workflows give them in good faith. */
export const foreignInputs = { machulav, namecheap, forks };
const all: Readonly<Record<string, ForeignInput>> = { ...forks, ...namecheap, ...machulav };

/** @returns what becomes of an input of another action; `undefined` for any other name */
export function findForeignInput(name: string): ForeignInput | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** Puts the installation of the packages before the pre-runner script, with the package manager of the image. */
function installPackages(text: string, { 'pre-runner-script': script }: Texts): Outcome {
  let names: unknown;
  try {
    names = JSON.parse(text);
  } catch {
    names = undefined;
  }
  if (
    !Array.isArray(names) ||
    !names.every((name) => typeof name === 'string' && /^[\w.+:-]+([=~][\w.+:~-]+)?$/.test(name))
  ) {
    return { problems: [': not a JSON list of package names.'] };
  }
  if (names.length === 0) return {};
  const list = names.join(' ');
  const install = `if command -v apt-get >/dev/null; then apt-get update -q || true; DEBIAN_FRONTEND=noninteractive apt-get install -qy ${list}; else yum install -qy ${list}; fi`;
  return { inputs: { 'pre-runner-script': script === undefined ? install : `${install}\n${script}` } };
}

import type { Input } from '../../src/terminal/command-line.js';
import { flag, oneOf, repeated, text, value, withDefault, type Kind } from '../../src/terminal/options.js';
import { misuse } from '../../src/terminal/usage-error.js';
import { builtInPresets, type BuiltInPreset } from '../../src/core/kernel/built-in-presets.js';
import { image, presetOrAll, region } from '../cli/values.js';

/** In their order. */
export const steps = ['check', 'init', 'validate', 'build', 'smoke', 'publish'] as const;
export type Step = (typeof steps)[number];
const connections = ['session-manager', 'ssh'] as const;

export interface BuildOptions {
  readonly presets: readonly BuiltInPreset[];
  readonly steps: readonly Step[];
  readonly isDry: boolean;
  /** Default: the region that the SDK finds. */
  readonly region: string | undefined;
  /** The image for smoke and publish if no image is built. */
  readonly image: string | undefined;
  readonly subnet: string | undefined;
  readonly instanceType: string | undefined;
  readonly connection: Connection;
  /** `NAME=VALUE` for ami/provision. */
  readonly environment: readonly string[];
}

/** How Packer reaches the instance. */
export interface Connection {
  readonly by: (typeof connections)[number];
  readonly instanceProfile: string;
  /** CIDRs that may reach port 22. */
  readonly from: readonly string[];
  /** Empty: the instance's own address. */
  readonly host: string;
  readonly port: number;
}

const host: Kind<Pick<Connection, 'host' | 'port'>> = {
  placeholder: 'HOST[:PORT]',
  allowed: 'HOST or HOST:PORT',
  parse(given) {
    const [, name, port] = /^([^:]*)(?::(\d{1,5}))?$/.exec(given) ?? [];
    return name === undefined ? undefined : { host: name, port: Number(port ?? 22) };
  },
};

// It becomes part of a command line on the instance.
const assignment = text('NAME=VALUE', {
  matches: /^[A-Za-z_][A-Za-z0-9_]*=[^'\n]*$/,
  allowed: 'NAME=VALUE, without quotes and line breaks',
});

export const buildCommandLine = {
  command: 'npm run ami -- build',
  description:
    'Builds an image with Packer, starts an instance of the image that checks it, and publishes the image:\n' +
    'from then on start-runner launches it. All output also goes to build/ami/PRESET-TIME.log. Packer\n' +
    'waits up to four hours until EC2 has made an image.',
  options: {
    region: value('The region. Default: AWS_REGION or the region of the AWS profile.', region),
    step: repeated('Only this step.', oneOf(steps, 'STEP')),
    image: value('The image for `--step smoke` and `--step publish`.', image),
    'dry-run': flag('Check, and print what would be done.'),
    connect: withDefault(
      value('How Packer reaches the instance; session-manager needs no open port.', oneOf(connections, 'HOW')),
      'session-manager',
    ),
    // ami/README.md creates this profile.
    'instance-profile': withDefault(value('For session-manager.', text('PROFILE')), 'ci-actions-ami-build'),
    'ssh-from': repeated('For ssh: the addresses that may reach port 22 of the instance.', text('CIDR')),
    'ssh-host': withDefault(
      value('For ssh: where the instance is reached, for example a tunnel.', host),
      { host: '', port: 22 },
      'its public address',
    ),
    subnet: value('Where to build and to test. Default: the default network.', text('SUBNET')),
    'instance-type': value("The type to build on. Default: the preset's first type.", text('TYPE')),
    provision: repeated('A variable for ami/provision.', assignment),
  },
  positionals: { description: 'What to build.', kind: presetOrAll, least: 1, most: 4 },
} as const;

type BuildInput = Input<typeof buildCommandLine.options, BuiltInPreset | 'all'>;

/** @throws UsageError for options that do not fit together */
export function toBuildOptions({ values, positionals }: BuildInput): BuildOptions {
  const options: BuildOptions = {
    presets: positionals.includes('all')
      ? builtInPresets
      : builtInPresets.filter((preset) => positionals.includes(preset)),
    steps: values.step.length === 0 ? steps : steps.filter((step) => values.step.includes(step)),
    isDry: values['dry-run'],
    region: values.region,
    image: values.image,
    subnet: values.subnet,
    instanceType: values['instance-type'],
    connection: {
      by: values.connect,
      instanceProfile: values['instance-profile'],
      from: values['ssh-from'],
      ...values['ssh-host'],
    },
    environment: values.provision,
  };
  const problems = findMisfits(options);
  if (problems.length > 0) throw misuse(buildCommandLine, ...problems);
  return options;
}

function findMisfits({ steps: wanted, image: given, presets, connection: { by, from } }: BuildOptions): string[] {
  const needsImage = wanted.find((step) => step === 'smoke' || step === 'publish');
  const builds = wanted.includes('build');
  const problems: string[] = [];
  if (builds && given !== undefined)
    problems.push('`--image` is for `--step smoke` and `--step publish`, not for a build.');
  if (needsImage && !builds && given === undefined)
    problems.push(`\`--step ${needsImage}\` without a build needs \`--image\`; allowed: ${image.allowed}.`);
  if (given !== undefined && presets.length > 1) problems.push('`--image` is of one preset: name only that preset.');
  if (by === 'ssh' && from.length === 0 && (builds || wanted.includes('validate')))
    problems.push(
      '`--connect ssh` needs `--ssh-from`; allowed: your address as CIDR, such as 203.0.113.7/32. Only that address reaches port 22.',
    );
  return problems;
}

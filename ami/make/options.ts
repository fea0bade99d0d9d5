import { parseArgs } from 'node:util';
import { Failure } from '../../src/core/kernel/failure.js';
import { nearest } from '../../src/core/kernel/nearest.js';
import { builtInPresets, type BuiltInPreset } from '../../src/core/kernel/built-in-presets.js';

/** In their order. */
export const steps = ['check', 'init', 'validate', 'build', 'smoke', 'publish'] as const;
export type Step = (typeof steps)[number];
const connections = ['session-manager', 'ssh'] as const;

export interface BuildOptions {
  readonly presets: readonly BuiltInPreset[];
  readonly steps: readonly Step[];
  readonly isDry: boolean;
  /** Default: what the SDK finds. */
  readonly region: string | undefined;
  /** What smoke and publish take when nothing is built. */
  readonly image: string | undefined;
  readonly subnet: string | undefined;
  readonly instanceType: string | undefined;
  readonly connection: Connection;
  /** `NAME=VALUE` for ami/provision. */
  readonly environment: readonly string[];
}

/** How Packer reaches the machine. */
export interface Connection {
  readonly by: (typeof connections)[number];
  readonly instanceProfile: string;
  /** CIDRs that may reach port 22. */
  readonly from: readonly string[];
  /** When it isn't reached at its own address. */
  readonly host: string;
  readonly port: number;
}

/** The profile of which ami/README.md tells how to make it. */
const INSTANCE_PROFILE = 'ci-actions-ami-build';

const usage = `ami/build.sh PRESET… [options]

PRESET is amd64, arm64, cuda or all. Builds an image with Packer, starts an instance of it that checks it, and
publishes it: from then on start-runner takes it. Everything is written to build/ami/PRESET-TIME.log, too.

  --region R              default: AWS_REGION or the profile's
  --step S                only this step, may be given several times: ${steps.join(', ')}
  --image ami-…           what \`--step smoke\` and \`--step publish\` take
  --dry-run               check, and say what would be done
  --connect HOW           session-manager (default: no open port) or ssh
  --instance-profile P    for session-manager; default ${INSTANCE_PROFILE}
  --ssh-from CIDR         for ssh: who may reach port 22 of the machine; may be given several times
  --ssh-host HOST[:PORT]  for ssh: where the machine is reached otherwise than at its public address (a tunnel)
  --subnet S              where to build and to test; default: the default network
  --instance-type T       what to build on; default: the first of the preset
  --provision NAME=VALUE  a variable for ami/provision, may be given several times
  --help`;

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean', default: false } as const;

/** The options, or the exit code when there is nothing to do. */
export function readOptions(
  argv: readonly string[],
  complain: (text: string) => void = console.error,
): BuildOptions | number {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        region: text,
        step: list,
        image: text,
        'dry-run': flag,
        connect: { type: 'string', default: 'session-manager' },
        'instance-profile': { type: 'string', default: INSTANCE_PROFILE },
        'ssh-from': list,
        'ssh-host': text,
        subnet: text,
        'instance-type': text,
        provision: list,
        help: flag,
      },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const wanted = new Set((values.step ?? [...steps]).map((step) => choose('--step', step, steps)));
    const options = {
      presets: readPresets(positionals),
      steps: steps.filter((step) => wanted.has(step)),
      isDry: values['dry-run'],
      region: values.region,
      image: values.image,
      subnet: values.subnet,
      instanceType: values['instance-type'],
      connection: {
        by: choose('--connect', values.connect, connections),
        instanceProfile: values['instance-profile'],
        from: values['ssh-from'] ?? [],
        ...readHost(values['ssh-host'] ?? ''),
      },
      environment: (values.provision ?? []).map(readAssignment),
    };
    refuseMisfits(options);
    return options;
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
}

/** @throws Failure `bad-input` */
export function readPreset(given: string): BuiltInPreset {
  return choose('The preset', given, builtInPresets);
}

function readPresets(given: readonly string[]): readonly BuiltInPreset[] {
  if (given.length === 0) throw wrong(`Say what to build: ${builtInPresets.join(', ')} or all.`);
  const named = given.map((one) => choose('The preset', one, [...builtInPresets, 'all'] as const));
  return named.includes('all') ? builtInPresets : builtInPresets.filter((preset) => named.includes(preset));
}

function choose<T extends string>(what: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === given);
  if (found) return found;
  const near = nearest(given, allowed);
  throw wrong(`${what} is "${given}"; allowed: ${allowed.join(', ')}.${near ? ` Did you mean ${near}?` : ''}`);
}

function readHost(given: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^([^:]*)(?::(\d{1,5}))?$/.exec(given) ?? [];
  if (host === undefined) throw wrong(`--ssh-host is "${given}"; it has to be HOST or HOST:PORT.`);
  return { host, port: Number(port ?? 22) };
}

function readAssignment(given: string): string {
  // It becomes part of a command line on the machine.
  if (/^[A-Za-z_][A-Za-z0-9_]*=[^'\n]*$/.test(given)) return given;
  throw wrong(`--provision is "${given}"; it has to be NAME=VALUE, without quotes and line ends.`);
}

function refuseMisfits({ steps: wanted, image, presets, connection: { by, from } }: BuildOptions): void {
  const needsImage = wanted.find((step) => step === 'smoke' || step === 'publish');
  const builds = wanted.includes('build');
  if (builds && image !== undefined)
    throw wrong('--image is for `--step smoke` and `--step publish`, not for a build.');
  if (needsImage && !builds && !/^ami-[0-9a-f]+$/.test(image ?? '')) {
    throw wrong(
      `--step ${needsImage} without a build needs --image with an image's id, ami-…; given: "${image ?? ''}".`,
    );
  }
  if (image !== undefined && presets.length > 1) throw wrong('--image is of one preset: name that one.');
  if (by === 'ssh' && from.length === 0 && (builds || wanted.includes('validate'))) {
    throw wrong(
      '--connect ssh needs --ssh-from: your address as CIDR, such as 203.0.113.7/32. Port 22 opens for it alone.',
    );
  }
}

function wrong(message: string): Failure {
  return new Failure('bad-input', message, { hint: '' });
}

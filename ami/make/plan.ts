import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInMachine, type BuiltInPreset } from '../../src/core/kernel/built-in-presets.js';
import { Failure } from '../../src/core/kernel/failure.js';
import { ubuntuParameter } from '../../src/core/machine/image.js';
import type { Ec2 } from '../../src/core/ports/ec2.js';
import type { BuildOptions } from './options.js';

/** All variables for Packer, under the names in the template. The file of variables has the same content. */
export interface BuildPlan {
  readonly preset: BuiltInPreset;
  readonly name: string;
  readonly region: string;
  readonly source_image: string;
  readonly instance_type: string;
  readonly volume_gib: number;
  readonly runner_version: string;
  readonly built_at: string;
  readonly commit: string;
  readonly manifest: string;
  readonly ssh_interface: string;
  readonly ssh_from: readonly string[];
  readonly ssh_host: string;
  readonly ssh_port: number;
  readonly instance_profile: string;
  readonly subnet: string;
  readonly ec2_endpoint: string;
  readonly environment: readonly string[];
}

/** `ci-actions-amd64-20261125-010203`, in UTC. */
export function composeImageName(preset: BuiltInPreset, now: Date): string {
  const [day, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return `ci-actions-${preset}-${day}-${time}`;
}

export interface PlanParts {
  readonly preset: BuiltInPreset;
  readonly options: Pick<BuildOptions, 'connection' | 'subnet' | 'instanceType' | 'environment'>;
  readonly now: Date;
  /** This repository. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Plans a build by looking things up in EC2 and SSM. Creates nothing.
 *
 * @throws Failure `image-not-found` for a region without the base image, `bad-input` for a region without the type,
 *   `image-name-taken`, `aws-*`
 */
export async function planBuild(
  parts: PlanParts,
  ec2: Pick<Ec2, 'region' | 'readParameters' | 'describeImage' | 'findNewestImage' | 'describeTypes'>,
): Promise<BuildPlan> {
  const { preset, options, now, root, environment } = parts;
  const { by, host, port, from, instanceProfile } = options.connection;
  const machine = builtInMachine(preset);
  const name = composeImageName(preset, now);
  const instanceType = options.instanceType ?? machine.types[0];
  const [sourceImage] = await Promise.all([
    findBase(preset, ec2),
    refuseClash(name, ec2),
    refuseMissingType(instanceType, ec2),
  ]);
  return {
    preset,
    name,
    region: ec2.region,
    source_image: sourceImage,
    instance_type: instanceType,
    volume_gib: machine.volumeGiB,
    runner_version: readRunnerVersion(parts),
    built_at: `${now.toISOString().slice(0, 19)}Z`,
    commit: readCommit(root),
    manifest: join(root, 'build/ami', `${name}.manifest.json`),
    ssh_interface: by === 'ssh' ? 'public_ip' : 'session_manager',
    ssh_from: by === 'ssh' ? from : [],
    ssh_host: host,
    ssh_port: port,
    instance_profile: by === 'ssh' ? '' : instanceProfile,
    subnet: options.subnet ?? '',
    // Packer's own client does not read these variables.
    ec2_endpoint: environment['AWS_ENDPOINT_URL_EC2'] ?? environment['AWS_ENDPOINT_URL'] ?? '',
    environment: options.environment,
  };
}

async function findBase(preset: BuiltInPreset, ec2: Pick<Ec2, 'region' | 'readParameters' | 'describeImage'>) {
  const parameter = ubuntuParameter(preset === 'arm64' ? 'arm64' : 'amd64');
  const id = (await ec2.readParameters([parameter])).get(parameter);
  const image = id === undefined ? undefined : await ec2.describeImage(id);
  if (image) return image.id;
  const found = id === undefined ? 'does not exist there' : `names ${id}, which EC2 does not show there`;
  throw new Failure('image-not-found', `The base image of ${preset} is not in ${ec2.region}: ${parameter} ${found}.`, {
    hint: 'Nothing was built. Build in a region where Canonical publishes it (all ordinary ones), and `npm run ami -- copy` the image.',
  });
}

async function refuseClash(name: string, ec2: Pick<Ec2, 'region' | 'findNewestImage'>): Promise<void> {
  const other = await ec2.findNewestImage(name);
  if (!other) return;
  throw new Failure('image-name-taken', `Image ${other.id} in ${ec2.region} has the name ${name} already.`, {
    hint: 'Nothing was built. Another build began in the same second: run the command again.',
  });
}

async function refuseMissingType(type: string, ec2: Pick<Ec2, 'region' | 'describeTypes'>): Promise<void> {
  if ((await ec2.describeTypes([type])).length > 0) return;
  throw new Failure('bad-input', `EC2 has no ${type} in ${ec2.region}.`, {
    hint: 'Nothing was built. Name another type with --instance-type, or build in another region.',
  });
}

/** @throws Failure `bad-input` if the file pins no runner, or a runner whose checksum is neither in the file nor given */
function readRunnerVersion({ root, preset, options }: PlanParts): string {
  const path = join(root, 'ami/versions.json');
  const { runner } = JSON.parse(readFileSync(path, 'utf8')) as {
    runner?: { version?: string; sha256?: Record<string, string> };
  };
  const architecture = preset === 'arm64' ? 'arm64' : 'x64';
  const given = options.environment.find((one) => one.startsWith('CI_ACTIONS_RUNNER_SHA256='));
  if (runner?.version && (given || runner.sha256?.[architecture])) return runner.version;
  throw new Failure('bad-input', `${path} has no runner version with a checksum for ${architecture}.`, {
    hint: 'Nothing was built. Run `npm run ami -- refresh`.',
  });
}

/** The commit, with `-changed` if ami/ has uncommitted changes. */
function readCommit(root: string): string {
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  return git('rev-parse', 'HEAD') + (git('status', '--porcelain', '--', 'ami') === '' ? '' : '-changed');
}

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CreateVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createBuildLog } from '../../ami/make/build-log.js';
import { removeLeftovers } from '../../ami/make/leftovers.js';
import { ubuntuParameter } from '../../src/core/machine/image.js';
import { connectEc2 } from '../../src/ec2/connect.js';
import { clock } from '../../src/host/clock.js';
import { setAwsEnvironment } from '../contract/aws-environment.js';
import { findDenied, readPolicy } from '../contract/iam.roles.js';
import { startRelay, type Relay } from './aws-relay.js';
import { listBuildPermissions } from './build-permissions.js';
import { startBuilderMachine, type BuilderMachine } from './builder-machine.js';
import { startMoto, type Moto } from './moto.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const UBUNTU = 'ami-0d0c0ffee24040001';
/** Creating the tree takes some minutes if it is not cached. */
const PREPARE_MS = 900_000;
const BUILD_MS = 600_000;
const CHECK_MS = 60_000;
/** The tree has some hundred thousand files. */
const STOP_MS = 120_000;

let folder: string;
let moto: Moto;
let relay: Relay;
let machine: BuilderMachine;
let ec2: EC2Client;
let ssm: SSMClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'build-moto-'));
  writeFileSync(join(folder, 'images.json'), JSON.stringify([ubuntu()]));
  moto = await startMoto({ MOTO_AMIS_PATH: join(folder, 'images.json') });
  relay = await startRelay(moto.url, {
    [ubuntuParameter('amd64')]: UBUNTU,
    [ubuntuParameter('arm64')]: 'ami-0d0c0ffee2404dead',
  });
  machine = await startBuilderMachine(moto.url);
  setAwsEnvironment({ AWS_ENDPOINT_URL: relay.url, AWS_REGION: 'us-east-1' });
  const config = { endpoint: moto.url, region: 'us-east-1' };
  [ec2, ssm] = [new EC2Client(config), new SSMClient(config)];
}, PREPARE_MS);

afterAll(async () => {
  await machine?.stop();
  await relay?.close();
  await moto?.stop();
  rmSync(folder, { recursive: true, force: true });
}, STOP_MS);

beforeEach(async () => {
  relay.requests.length = 0;
  await moto.reset();
});

/** Ubuntu's image, with the fields that moto supports. */
function ubuntu(): object {
  return {
    ami_id: UBUNTU,
    state: 'available',
    public: true,
    owner_id: '099720109477',
    image_location: '099720109477/ubuntu',
    image_type: 'machine',
    architecture: 'x86_64',
    root_device_name: '/dev/sda1',
    root_device_type: 'ebs',
    virtualization_type: 'hvm',
    hypervisor: 'xen',
    name: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261008',
    description: 'Ubuntu',
    sriov: 'simple',
  };
}

interface BuildResult {
  readonly code: number;
  readonly text: string;
  /** The content of the build log. */
  readonly log: string;
}

/** Runs `npm run ami -- build` as a maintainer does. Packer connects to the tree instead of the instance that it starts. */
async function build(args: readonly string[], { interruptAt }: { interruptAt?: string } = {}): Promise<BuildResult> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    PATH: [join(root, 'test/peers/packer'), process.env['PATH']].join(delimiter),
  };
  return new Promise((resolve) => {
    const command = ['--import', 'tsx', join(root, 'ami/cli.ts'), 'build', ...args];
    const options = { cwd: root, env, maxBuffer: 1e8 };
    const child = execFile(process.execPath, command, options, (error, stdout, stderr) => {
      const text = stdout + stderr;
      const path = /build\/ami\/\S+\.log/.exec(text)?.[0];
      const log = path === undefined ? '' : readFileSync(join(root, path), 'utf8');
      resolve({ code: error ? Number(error.code) : 0, text, log });
    });
    if (interruptAt === undefined) return;
    const watch = (text: string) => {
      if (!text.includes(interruptAt)) return;
      child.stdout!.off('data', watch);
      child.kill('SIGINT');
    };
    child.stdout!.on('data', watch);
  });
}

const bySsh = () =>
  ['--connect', 'ssh', '--ssh-from', '198.51.100.7/32', '--ssh-host', `127.0.0.1:${machine.port}`].concat(
    machine.environment.flatMap((one) => ['--provision', one]),
  );
/** All steps except the smoke test, because moto's instances cannot boot. */
const STEPS = ['check', 'init', 'validate', 'build', 'publish'].flatMap((step) => ['--step', step]);

/** The resources that a build must not leave behind. */
async function listLeftBehind() {
  const [instances, volumes, keys, groups] = await Promise.all([
    ec2.send(new DescribeInstancesCommand({})),
    ec2.send(new DescribeVolumesCommand({})),
    ec2.send(new DescribeKeyPairsCommand({})),
    ec2.send(new DescribeSecurityGroupsCommand({})),
  ]);
  const alive = instances.Reservations?.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name !== 'terminated',
  );
  return {
    instances: alive?.map(({ InstanceId }) => InstanceId),
    volumes: volumes.Volumes?.map(({ VolumeId }) => VolumeId),
    keys: keys.KeyPairs?.map(({ KeyName }) => KeyName),
    groups: groups.SecurityGroups?.map(({ GroupName }) => GroupName),
  };
}
const NOTHING = { instances: [], volumes: [], keys: [], groups: ['default'] };

async function listImages() {
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ Filters: [{ Name: 'name', Values: ['ci-actions-*'] }] }),
  );
  return Images;
}

/** Expects the state after a failed build: no resources, no image, nothing published. */
async function expectNothingLeftBehind(): Promise<void> {
  expect(await listLeftBehind()).toEqual(NOTHING);
  expect(await listImages()).toEqual([]);
  expect(await readPublished()).toBeUndefined();
}

/** The requests that change something in the account. */
function listChanges(): string[] {
  return relay.requests.map(({ operation }) => operation).filter((one) => !/^(Describe|Get)/.test(one));
}

async function readPublished(): Promise<string | undefined> {
  const { Parameters } = await ssm.send(new GetParametersCommand({ Names: ['/ci-actions/ami/amd64'] }));
  return Parameters?.[0]?.Value;
}

const tagsOf = (tags: Tag[] = []) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

describe('npm run ami -- build, with Packer and moto', () => {
  test(
    'provisions a machine, creates its image with all tags, publishes it and leaves nothing behind',
    async () => {
      const { code, text } = await build(['amd64', ...STEPS, ...bySsh()]);
      expect({ code, text: code === 0 ? '' : text }).toEqual({ code: 0, text: '' });
      const [image, ...others] = await listImages();
      expect(others).toEqual([]);
      expect(image?.Name).toMatch(/^ci-actions-amd64-\d{8}-\d{6}$/);
      const tags = {
        Name: image!.Name,
        'ci-actions:preset': 'amd64',
        'ci-actions:runner-version': (
          JSON.parse(readFileSync(join(root, 'ami/versions.json'), 'utf8')) as { runner: { version: string } }
        ).runner.version,
        'ci-actions:built-at': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        'ci-actions:source-image': UBUNTU,
        'ci-actions:commit': expect.stringMatching(/^[0-9a-f]{40}(-changed)?$/),
      };
      expect(tagsOf(image!.Tags)).toEqual(tags);
      const ids = image!.BlockDeviceMappings?.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []) ?? [];
      const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: ids }));
      expect(Snapshots?.map(({ Tags }) => tagsOf(Tags))).toEqual([tags]);
      expect(await readPublished()).toBe(image!.ImageId);
      expect(await listLeftBehind()).toEqual(NOTHING);
      expect(text).toContain('ci-actions provision: this machine is a amd64 image');
      // The build role does not allow opening a port, as docs/security.md states.
      const denied = await findDenied(listBuildPermissions(relay.requests), [readPolicy('ami-build')]);
      expect(denied).toEqual(['ec2:AuthorizeSecurityGroupIngress on security-group']);
    },
    BUILD_MS,
  );

  test(
    'fails with the log, publishes nothing and leaves nothing behind when a provisioning step fails',
    async () => {
      const { code, text, log } = await build([
        'amd64',
        ...STEPS,
        ...bySsh(),
        '--provision',
        'CI_ACTIONS_RUNNER_SHA256=0',
      ]);
      expect(code).toBe(1);
      expect(text).toContain('40-runner.sh failed with exit code 2');
      expect(log).toContain('40-runner.sh failed with exit code 2');
      await expectNothingLeftBehind();
    },
    BUILD_MS,
  );

  test(
    'lets Packer remove its resources and publishes nothing when it is interrupted during provisioning',
    async () => {
      const { code, text } = await build(['amd64', ...STEPS, ...bySsh()], {
        interruptAt: 'ci-actions provision: 10-base.sh',
      });
      expect(code).toBe(1);
      expect(text).toContain('Interrupted by SIGINT');
      await expectNothingLeftBehind();
    },
    BUILD_MS,
  );

  test(
    'creates nothing when the base image is not in the region',
    async () => {
      const { code, text } = await build(['arm64', ...STEPS, ...bySsh()]);
      expect(code).toBe(1);
      expect(text).toContain('The base image of arm64 is not in us-east-1');
      expect(listChanges()).toEqual([]);
    },
    CHECK_MS,
  );

  test(
    'creates nothing in a dry run',
    async () => {
      const { code, text } = await build(['amd64', ...bySsh(), '--dry-run']);
      expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('Would run: packer build') });
      expect(text).toContain('$ packer validate');
      expect(text).toContain('Would run: npm run --silent ami -- publish --preset amd64');
      expect(listChanges()).toEqual([]);
    },
    CHECK_MS,
  );

  test(
    'removes the instance and the volume that a killed Packer leaves behind',
    async () => {
      const tagged = (ResourceType: 'instance' | 'volume') => ({
        ResourceType,
        Tags: [{ Key: 'Name', Value: 'ci-actions-amd64-killed' }],
      });
      await ec2.send(
        new RunInstancesCommand({
          ImageId: UBUNTU,
          InstanceType: 't3.xlarge',
          MinCount: 1,
          MaxCount: 1,
          TagSpecifications: [tagged('instance')],
        }),
      );
      await ec2.send(
        new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 50, TagSpecifications: [tagged('volume')] }),
      );
      const log: string[] = [];
      const terminal = createBuildLog((text) => log.push(text));
      const connected = await connectEc2({ clock, region: 'us-east-1' });
      expect(await removeLeftovers('ci-actions-amd64-killed', { ec2: connected, clock, log: terminal })).toMatch(
        /^Removed what the build left: i-[0-9a-f]+, vol-[0-9a-f]+\.$/,
      );
      expect(await listLeftBehind()).toEqual(NOTHING);
    },
    CHECK_MS,
  );
});

describe('ami/runner.pkr.hcl', () => {
  test('is formatted with `packer fmt`', async () => {
    await run('packer', ['fmt', '-check', '-diff', join(root, 'ami/runner.pkr.hcl')]);
  });

  test('is invalid without its preset', async () => {
    const packer = join(root, 'test/peers/packer/packer');
    const invalid = run(packer, ['validate', join(root, 'ami/runner.pkr.hcl')]);
    await expect(invalid).rejects.toMatchObject({ stderr: '', stdout: expect.stringContaining('preset') });
  });
});

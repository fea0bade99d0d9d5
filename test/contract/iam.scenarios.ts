import { fileURLToPath } from 'node:url';
import {
  CancelSpotInstanceRequestsCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { seed, startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { collectAsks, type Ask } from './iam.asks.js';

/** What happens, of which the requests count, after what has happened before. */
export interface Scenario {
  readonly before?: (sandbox: Sandbox) => Promise<Readonly<Record<string, string>>>;
  readonly act: (sandbox: Sandbox, outputs: Readonly<Record<string, string>>) => Promise<unknown>;
}

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const OURS = { Key: 'ci-actions:repository', Value: 'octo-org/octo-repo' };
const LAUNCHED = { 'wait-for': 'launched' } as const;

const started = async (sandbox: Sandbox) => (await start(sandbox, LAUNCHED)).outputs;

/** By what a user does. Together they send every kind of request that the bundles can send to AWS. */
export const START_STOP: Readonly<Record<string, Scenario>> = {
  'a start with nothing but a token': { act: (sandbox) => start(sandbox, LAUNCHED) },
  'a start of spot, with subnets, a group, a key and a profile': {
    act: (sandbox) =>
      start(sandbox, {
        ...LAUNCHED,
        'market-type': 'spot',
        'subnet-id': `${seed.SUBNET_A},${seed.SUBNET_B}`,
        'security-group-id': seed.RUNNER_GROUP,
        'key-name': seed.KEY_PAIR,
        'iam-role-name': seed.INSTANCE_PROFILE,
        'aws-resource-tags': 'Team=search',
      }),
  },
  'a start before any image was built': {
    act: (sandbox) => {
      sandbox.ec2.parameters.delete('/ci-actions/ami/arm64');
      return start(sandbox, { ...LAUNCHED, preset: 'arm64' });
    },
  },
  'a start of the newest image by its name, three times': {
    act: (sandbox) => start(sandbox, { ...LAUNCHED, 'ec2-image-id': 'name:ci-actions-amd64-*', count: '3' }),
  },
  'a dry run': { act: (sandbox) => start(sandbox, { 'dry-run': 'true' }) },
  'a start of two, whose machines die': {
    act: (sandbox) => {
      const reason = { code: 'Server.InternalError', message: 'Internal error on launch' };
      sandbox.on((event) => {
        if (event.name === 'running') sandbox.ec2.killInstance(event.instance, reason);
      });
      return start(sandbox, { count: '2' }, 1);
    },
  },
  'a stop by label, until it is done': {
    before: started,
    act: (sandbox, { label = '' }) => stop(sandbox, { label, wait: 'true' }),
  },
  'a stop by ids, one of which is long gone': {
    before: started,
    act: (sandbox, { 'ec2-instance-id': id }) => stop(sandbox, { 'ec2-instance-id': `${id},i-0123456789abcdef0` }),
  },
  'a stop of all that the run started': { before: started, act: (sandbox) => stop(sandbox, {}) },
};

/** A machine for spot with its request, and a volume that no machine holds any more. @returns their ids */
export async function leaveBehind(sandbox: Sandbox, tags: Readonly<Record<string, string>>) {
  const kinds = ['instance', 'volume', 'spot-instances-request'] as const;
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const launch = new RunInstancesCommand({
    ImageId: seed.OUR_AMD64_IMAGE,
    InstanceType: 't3.xlarge',
    MinCount: 1,
    MaxCount: 1,
    InstanceMarketOptions: { MarketType: 'spot' },
    TagSpecifications: kinds.map((ResourceType) => ({ ResourceType, Tags })),
  });
  await withClient(sandbox, (client) => client.send(launch));
  const volume = [...sandbox.ec2.volumes.values()].at(-1)!;
  delete volume.attachment;
  const newest = [...sandbox.ec2.instancesById.values()].at(-1)!;
  return { instance: newest.id, volume: volume.id, spotRequest: newest.spotRequestId! };
}

export const REAP: Readonly<Record<string, Scenario>> = {
  'a sweep that finds a machine, a volume and a spot request': {
    before: (sandbox) => leaveBehind(sandbox, { [OURS.Key]: OURS.Value }),
    act: (sandbox) => withClient(sandbox, sweep),
  },
};

async function sweep(client: EC2Client): Promise<void> {
  const Filters = [{ Name: `tag:${OURS.Key}`, Values: [OURS.Value] }];
  const { Reservations } = await client.send(new DescribeInstancesCommand({ Filters }));
  const { Volumes } = await client.send(new DescribeVolumesCommand({ Filters }));
  const { SpotInstanceRequests } = await client.send(new DescribeSpotInstanceRequestsCommand({ Filters }));
  const InstanceIds = Reservations!.flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId!));
  await client.send(new TerminateInstancesCommand({ InstanceIds }));
  for (const { VolumeId } of Volumes!) await client.send(new DeleteVolumeCommand({ VolumeId }));
  const SpotInstanceRequestIds = SpotInstanceRequests!.map((one) => one.SpotInstanceRequestId!);
  await client.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds }));
}

/** Plays a scenario in a sandbox of its own. @returns what its requests needed of AWS */
export async function perform({ before, act }: Scenario): Promise<readonly Ask[]> {
  const sandbox = await startSandbox({ machines: false });
  try {
    const outputs = (await before?.(sandbox)) ?? {};
    const asks = collectAsks(sandbox);
    await act(sandbox, outputs);
    return [...asks];
  } finally {
    await sandbox.close();
  }
}

async function withClient(sandbox: Sandbox, use: (client: EC2Client) => Promise<unknown>): Promise<void> {
  const credentials = { accessKeyId: 'AKIASANDBOX000000000', secretAccessKey: 'sandbox-secret-access-key' };
  const client = new EC2Client({ endpoint: sandbox.awsUrl, region: sandbox.region, credentials });
  await use(client).finally(() => client.destroy());
}

function start(sandbox: Sandbox, inputs: Readonly<Record<string, string>>, code = 0): Promise<StepResult> {
  return run(sandbox, { action: 'start-runner', inputs, code });
}

function stop(sandbox: Sandbox, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
  return run(sandbox, { action: 'stop-runner', inputs, code: 0 });
}

async function run(
  sandbox: Sandbox,
  { action, inputs, code }: { action: string; inputs: Readonly<Record<string, string>>; code: number },
): Promise<StepResult> {
  const result = await runStep({
    script: `${dist}${action}.js`,
    inputs: { 'github-token': sandbox.token, ...inputs },
    environment: sandbox.environment,
  });
  if (result.code !== code) throw new Error(`${action} ended with ${result.code}:\n${result.lines.join('\n')}`);
  return result;
}

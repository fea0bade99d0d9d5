import { setTimeout as delay } from 'node:timers/promises';
import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { seed, startSandbox, type Sandbox, type SandboxOptions } from '../../../sandbox/sandbox.js';
import { PATIENCE_MS } from '../patience.js';

export interface AwsSandbox {
  readonly sandbox: Sandbox;
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  close(): Promise<void>;
}

/** A sandbox and clients of the real SDK, which send each request once. */
export async function startAws(options: SandboxOptions = {}): Promise<AwsSandbox> {
  const sandbox = await startSandbox({ machines: false, ...options });
  const config = {
    endpoint: sandbox.awsUrl,
    region: sandbox.region,
    credentials: { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
  const [ec2, ssm] = [new EC2Client(config), new SSMClient(config)];
  return {
    sandbox,
    ec2,
    ssm,
    close: async () => {
      ec2.destroy();
      ssm.destroy();
      await sandbox.close();
    },
  };
}

/** An on-demand t3.xlarge of this suite's image in the first subnet, unless the changes say otherwise. */
export function launchOf(changes: Partial<RunInstancesCommandInput> = {}): RunInstancesCommand {
  return new RunInstancesCommand({
    ImageId: seed.OUR_AMD64_IMAGE,
    InstanceType: 't3.xlarge',
    SubnetId: seed.SUBNET_A,
    SecurityGroupIds: [seed.RUNNER_GROUP],
    MinCount: 1,
    MaxCount: 1,
    ...changes,
  });
}

export async function launch(
  ec2: EC2Client,
  changes?: Partial<RunInstancesCommandInput>,
): Promise<Instance & { id: string }> {
  const { Instances: [instance] = [] } = await ec2.send(launchOf(changes));
  if (!instance?.InstanceId) throw new Error('Nothing was launched.');
  return { ...instance, id: instance.InstanceId };
}

export interface Refused {
  /** EC2's code. */
  readonly name: string;
  readonly message: string;
  readonly $metadata: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** The error of a call that must fail. */
export async function refusal(call: Promise<unknown>): Promise<Refused> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown as Refused,
  );
  if (!error) throw new Error('The call was not refused.');
  return error;
}

/** Checks every 10 ms. Throws after {@link PATIENCE_MS}. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('It did not come about.');
    await delay(10);
  }
}

export async function describeOne({ ec2 }: Pick<AwsSandbox, 'ec2'>, id: string): Promise<Instance | undefined> {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations?.[0]?.Instances?.[0];
}

/** Waits until EC2 shows the state. */
export async function becomes(aws: Pick<AwsSandbox, 'ec2'>, id: string, state: string): Promise<void> {
  await eventually(async () => (await describeOne(aws, id))?.State?.Name === state);
}

import { fileURLToPath } from 'node:url';
import { powerOff } from '../../sandbox/ec2/rules/lifecycle.js';
import { seed, startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { createTestSnapshot, createTestVolume, KEPT_TAGS } from '../worlds/sandbox/kept.js';
import { collectAsks, type Ask } from './iam.asks.js';

/** A use of the suite. The requests of `act` count, those of `before` do not. */
export interface Scenario {
  readonly otherRegions?: readonly string[];
  readonly before?: (sandbox: Sandbox) => Promise<Readonly<Record<string, string>>>;
  readonly act: (sandbox: Sandbox, outputs: Readonly<Record<string, string>>) => Promise<unknown>;
}

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const LAUNCHED = { 'wait-for': 'launched' } as const;

const POWERED_OFF = { code: 'Client.InstanceInitiatedShutdown', message: 'Instance initiated shutdown' };

const started = async (sandbox: Sandbox) => (await start(sandbox, LAUNCHED)).outputs;

/** Uses of start-runner and stop-runner. Together they send every kind of request that these can send to AWS. */
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
  'a start of two whose instances fail': {
    act: (sandbox) => {
      const reason = { code: 'Server.InternalError', message: 'Internal error on launch' };
      sandbox.on((event) => {
        if (event.name === 'running') sandbox.ec2.killInstance(event.instance, reason);
      });
      return start(sandbox, { count: '2' }, 1);
    },
  },
  'a stop by label that waits': {
    before: started,
    act: (sandbox, { label = '' }) => stop(sandbox, { label, wait: 'true' }),
  },
  'a stop by ids, one of which no longer exists': {
    before: started,
    act: (sandbox, { 'ec2-instance-id': id }) => stop(sandbox, { 'ec2-instance-id': `${id},i-0123456789abcdef0` }),
  },
  'a stop after the instance powered off': {
    before: async (sandbox) => {
      const outputs = await started(sandbox);
      for (const instance of sandbox.ec2.instances()) sandbox.ec2.killInstance(instance.id, POWERED_OFF);
      return outputs;
    },
    act: (sandbox) => stop(sandbox, {}),
  },
  'a stop of a spot instance': {
    before: async (sandbox) => (await start(sandbox, { ...LAUNCHED, 'market-type': 'spot' })).outputs,
    act: (sandbox, { label = '' }) => stop(sandbox, { label }),
  },
  'a stop of everything that the run started': { before: started, act: (sandbox) => stop(sandbox, {}) },
};

const KEPT = { 'keep-on-failure-minutes': '30' } as const;

/** A stop of machines on which a job has failed. */
export const KEEP_FAILED: Readonly<Record<string, Scenario>> = {
  'a stop that leaves a machine after a failed job': {
    before: async (sandbox) => (await start(sandbox, { ...LAUNCHED, ...KEPT })).outputs,
    act: (sandbox, { label = '' }) => {
      const until = new Date(Date.now() + 600_000).toISOString();
      const line = `ci-actions phase=kept uptime=90.00 at=${new Date().toISOString()} until ${until} after build\n`;
      for (const { id } of sandbox.ec2.instances()) sandbox.ec2.instance(id).postedConsole = line;
      return stop(sandbox, { label });
    },
  },
};

export const REAP: Readonly<Record<string, Scenario>> = {
  'a sweep that finds an instance, a volume and a spot request': {
    before: startLongAgo,
    act: (sandbox) => reap(sandbox),
  },
  'a sweep of two regions': {
    otherRegions: ['eu-west-1'],
    act: (sandbox) => reap(sandbox, { regions: 'us-east-1, eu-west-1' }),
  },
};

const IN_POOL = { pool: 'ready' } as const;

async function pooled(sandbox: Sandbox): Promise<StepResult['outputs']> {
  const { outputs } = await fillPool(sandbox, IN_POOL);
  return outputs;
}

/** No machines run here, so each instance is powered off as soon as it runs. */
function fillPool(sandbox: Sandbox, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
  const forget = sandbox.on((event) => {
    if (event.name === 'running') powerOff(sandbox.ec2, sandbox.ec2.instance(event.instance));
  });
  return run(sandbox, { action: 'fill-pool', inputs, code: 0 }).finally(forget);
}

export const POOL_CLAIM: Readonly<Record<string, Scenario>> = {
  'a start that claims': { before: pooled, act: (sandbox) => start(sandbox, { ...LAUNCHED, ...IN_POOL }) },
};

export const POOL_FILL: Readonly<Record<string, Scenario>> = {
  'a pool that is filled, with a group, a key and a profile': {
    act: (sandbox) =>
      fillPool(sandbox, {
        ...IN_POOL,
        'subnet-id': seed.SUBNET_A,
        'security-group-id': seed.RUNNER_GROUP,
        'key-name': seed.KEY_PAIR,
        'iam-role-name': seed.INSTANCE_PROFILE,
        'aws-resource-tags': 'Team=search',
      }),
  },
  'a pool that is emptied': { before: pooled, act: (sandbox) => fillPool(sandbox, { ...IN_POOL, size: '0' }) },
};

const DATA = { ...LAUNCHED, 'subnet-id': seed.SUBNET_A } as const;
const dataVolume = (more = '') => ({ ...DATA, 'data-volume': `name: docker\nmount: /mnt/data\nsize-gib: 20\n${more}` });

/** Makes a data volume in use, with a snapshot. */
async function withData(sandbox: Sandbox): Promise<StepResult['outputs']> {
  const { outputs } = await start(sandbox, dataVolume());
  createTestSnapshot(sandbox.ec2, KEPT_TAGS);
  return outputs;
}

/** Uses of start-runner with `data-volume`, and of stop-runner after it. */
export const VOLUMES: Readonly<Record<string, Scenario>> = {
  'a start that creates its data volume': { act: (sandbox) => start(sandbox, dataVolume()) },
  'a start that takes its data volume from another machine': {
    before: withData,
    act: (sandbox) => start(sandbox, dataVolume('when-attached: detach')),
  },
  'a start that creates its data volume from a snapshot': {
    before: async (sandbox) => {
      createTestSnapshot(sandbox.ec2, KEPT_TAGS);
      return {};
    },
    act: (sandbox) => start(sandbox, dataVolume()),
  },
  'a start with copies': {
    before: withData,
    act: (sandbox) => start(sandbox, { ...dataVolume('mode: copy'), count: '2' }),
  },
  'a start that was slower than another one': {
    act: async (sandbox) => {
      let made = 0;
      // Another start creates the volume at the same moment.
      const { intercept } = sandbox;
      sandbox.intercept = (request) => {
        if (request.operation === 'CreateVolume' && made++ === 0) createTestVolume(sandbox.ec2, KEPT_TAGS);
        return intercept?.(request);
      };
      return start(sandbox, dataVolume());
    },
  },
  'a stop that takes a snapshot and deletes older ones': {
    before: async (sandbox) => {
      for (const _ of [1, 2]) createTestSnapshot(sandbox.ec2, KEPT_TAGS);
      const { outputs } = await start(sandbox, dataVolume('snapshot: on-success\nkeep-snapshots: 1'));
      finishJob(sandbox);
      return outputs;
    },
    act: (sandbox, { label = '' }) => stop(sandbox, { label }),
  },
};

/** Lets GitHub list a successful job of the machine's runner, and the console say that the volume was unmounted. */
function finishJob(sandbox: Sandbox): void {
  const [instance] = sandbox.ec2.instances();
  instance!.postedConsole = 'ci-actions phase=volume-closed uptime=9.00 at=2026-01-01T00:00:00Z /mnt/data';
  const job = sandbox.github.queueJob({ labels: ['x'], steps: ['true'], name: 'build' });
  const name = instance!.tags.get('ci-actions:runner-name')!;
  Object.assign(job, { status: 'completed', conclusion: 'success', runner: { id: 1, name, groupId: 1 } });
}

/** Starts a spot instance, expires it, detaches its volume, and reopens its spot request. */
async function startLongAgo(sandbox: Sandbox): Promise<StepResult['outputs']> {
  const { outputs } = await start(sandbox, { ...LAUNCHED, 'market-type': 'spot' });
  const longAgo = Date.now() - 3_600_000;
  for (const { tags } of sandbox.ec2.instances()) tags.set('ci-actions:expires-at', new Date(longAgo).toISOString());
  for (const volume of sandbox.ec2.volumes.values()) delete Object.assign(volume, { createdAt: longAgo }).attachment;
  for (const one of sandbox.ec2.spotRequests.values()) Object.assign(one, { createdAt: longAgo, state: 'open' });
  createTestSnapshot(sandbox.ec2, { ...KEPT_TAGS, 'ci-actions:keep-until': new Date(longAgo).toISOString() });
  return outputs;
}

/** Plays a scenario in its own sandbox. @returns the permissions that its requests need */
export async function perform({ before, act, otherRegions = [] }: Scenario): Promise<readonly Ask[]> {
  const sandbox = await startSandbox({ machines: false, otherRegions: [...otherRegions] });
  try {
    const outputs = (await before?.(sandbox)) ?? {};
    const asks = collectAsks(sandbox);
    await act(sandbox, outputs);
    return [...asks];
  } finally {
    await sandbox.close();
  }
}

function start(sandbox: Sandbox, inputs: Readonly<Record<string, string>>, code = 0): Promise<StepResult> {
  return run(sandbox, { action: 'start-runner', inputs, code });
}

function reap(sandbox: Sandbox, inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> {
  return run(sandbox, { action: 'reap-runners', inputs, code: 0 });
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

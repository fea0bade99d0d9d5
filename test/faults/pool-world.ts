import { Params } from '../../sandbox/ec2/query/params.js';
import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import { runInstances } from '../../sandbox/ec2/routes/launch/run-instances.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import { POOL, type Config, type PoolConfig } from './cell.js';
import { registerRunner } from './neighbors.js';
import { OTHER_SHAPE } from './pool-invariants.js';
import { World } from './world.js';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** The age of a pool's instances: EC2 lists them by then, and every warm-up is over. */
const AGE_MS = 3 * HOUR_MS;
/** Another run of our repository, which goes on. */
const THEIR_RUN = 112;

/** Makes a pool as fill-pool does, and others' instances that resemble the pool's as closely as possible. */
export async function settlePool(world: World, { waiting, isStale = false }: PoolConfig): Promise<void> {
  const { ec2 } = world.sandbox;
  const form = await (launchForm ??= recordLaunch());
  await settleBeside(world, form);
  const others = new Set(ec2.instances());
  for (let index = 0; index < waiting; index++) place(ec2, form);
  if (isStale) {
    const expired = place(ec2, form, { tags: { 'ci-actions:expires-at': at(-1_000) } });
    const stuck = place(ec2, form, { state: 'running' });
    world.overdue.push(expired.id, stuck.id);
    place(ec2, form, { tags: { 'ci-actions:pool-shape': OTHER_SHAPE } });
  }
  world.disown(new Set(ec2.instances().filter((one) => !others.has(one))));
}

/**
 * An instance of another repository's pool of that name, one of our pool of another name, and two of this pool that
 * belong to another run: one claimed, one only reserved.
 */
async function settleBeside({ sandbox }: World, form: string): Promise<void> {
  const { ec2, github } = sandbox;
  const theirs = `ec2-${THEIR_RUN}-1-start-00000000`;
  github.runs.set(THEIR_RUN, { ...github.runs.get(github.runId)!, id: THEIR_RUN });
  place(ec2, form, {
    tags: { 'ci-actions:repository': 'octo-org/other-repo', 'ci-actions:scope': 'repo:octo-org/other-repo' },
  });
  place(ec2, form, { tags: { 'ci-actions:pool': 'steady' } });
  const reserved = place(ec2, form);
  await registerRunner(sandbox, github.repository, { name: `ec2-pool-${reserved.id}`, labels: ['theirs', theirs] });
  const claimed = place(ec2, form, { state: 'running' });
  const name = `ec2-pool-${claimed.id}`;
  const runner = await registerRunner(sandbox, github.repository, { name, labels: ['theirs', theirs] });
  github.connectRunner(runner, { busy: true });
  for (const [key, value] of Object.entries({
    'run-id': `${THEIR_RUN}`,
    'run-attempt': '1',
    start: '00000000',
    label: 'theirs',
    'runner-id': `${runner}`,
    'runner-name': name,
    'claimed-at': at(-AGE_MS),
    'expires-at': at(HOUR_MS),
  })) {
    claimed.tags.set(`ci-actions:${key}`, value);
  }
}

/** Launches an instance and makes it `AGE_MS` old. */
function place(
  ec2: Sandbox['ec2'],
  form: string,
  options: { readonly tags?: Readonly<Record<string, string>>; readonly state?: 'running' } = {},
): InstanceRecord {
  const before = new Set(ec2.instances());
  const fields = new URLSearchParams(form);
  fields.set('ClientToken', `placed-${before.size}`);
  runInstances(ec2, Params.parse(fields.toString()));
  const instance = ec2.instances().find((one) => !before.has(one))!;
  const then = Date.now() - AGE_MS;
  Object.assign(instance, { createdAt: then, launchedAt: then, state: options.state ?? 'stopped' });
  const tags = { 'ci-actions:expires-at': at(WEEK_MS), ...options.tags };
  for (const [key, value] of Object.entries(tags)) instance.tags.set(key, value);
  return instance;
}

function at(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

/** The request with which the real fill-pool launches an instance. Every pool of the matrix is made with it. */
let launchForm: Promise<string> | undefined;

async function recordLaunch(): Promise<string> {
  const config: Config = { name: 'record', count: 1, waitFor: 'online', inputs: {}, listsLate: false };
  const world = await World.create(config);
  try {
    const { lines, code } = await world.run('fill-pool', { inputs: { pool: POOL } });
    if (code !== 0) throw new Error(`fill-pool fails without any fault:\n${lines.join('\n')}`);
    return world.sandbox.requests.find(({ operation }) => operation === 'RunInstances')!.body;
  } finally {
    await world.close();
  }
}

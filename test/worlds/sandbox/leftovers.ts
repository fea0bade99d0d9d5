/** Leftovers for the reaper to find: instances launched by the real bundle and then made older, and those made by hand. */
import { randomBytes } from 'node:crypto';
import type { InstanceRecord } from '../../../sandbox/ec2/world/records.js';
import type { Ec2World } from '../../../sandbox/sandbox.js';
import type { StepResult } from '../../../sandbox/step.js';
import type { How, Inputs, Scene } from './scene.js';

export const MINUTE = 60_000;
export const LAUNCHED = { 'wait-for': 'launched' };
/** The id of a completed run of the same repository. */
export const PAST_RUN = '1701';

export type Finding = Readonly<Record<string, unknown>> & { readonly id: string; readonly kind: string };

/** Starts runners without waiting for them to come online. @returns their instances */
export async function launch(
  scene: Scene,
  count = 1,
  options: { readonly ec2?: Ec2World; readonly inputs?: Inputs; readonly how?: How } = {},
): Promise<InstanceRecord[]> {
  const { ec2 = scene.sandbox.ec2, inputs = {}, how = {} } = options;
  const before = new Set(ec2.instances());
  const { code, lines } = await scene.start({ ...LAUNCHED, count: String(count), ...inputs }, how);
  if (code !== 0) throw new Error(lines.join('\n'));
  const launched = ec2.instances().filter((instance) => !before.has(instance));
  // An instance that is made older while it is pending would stay pending.
  await scene.until(() => launched.every(({ state }) => state === 'running'));
  return launched;
}

/** The environment of a step in {@link PAST_RUN}, which is completed by now. */
export function inPastRun(scene: Scene): How {
  const { runs, runId } = scene.sandbox.github;
  const run = { ...runs.get(runId)!, id: Number(PAST_RUN), status: 'completed', conclusion: 'success' } as const;
  runs.set(run.id, run);
  return { environment: { GITHUB_RUN_ID: PAST_RUN } };
}

export function age(instance: InstanceRecord, minutes: number): void {
  instance.launchedAt = Date.now() - minutes * MINUTE;
}

export function expire(instance: InstanceRecord): void {
  instance.tags.set('ci-actions:expires-at', new Date(Date.now() - 1_000).toISOString());
}

export function runnerIdOf(instance: InstanceRecord): number {
  return Number(instance.tags.get('ci-actions:runner-id'));
}

export function findingsOf(result: StepResult): Finding[] {
  return JSON.parse(result.outputs['findings'] ?? 'null') as Finding[];
}

/** The requests from index `from` on that can change something. */
export function changesSince(scene: Scene, from: number): string[] {
  return scene.sandbox.requests
    .slice(from)
    .map(({ operation }) => operation)
    .filter((operation) => /^(DELETE|POST|PUT) |^(Terminate|Delete|Cancel|Run|Create|Stop)/.test(operation));
}

export function isLive({ state }: InstanceRecord): boolean {
  return state !== 'terminated' && state !== 'shutting-down';
}

interface Leftover {
  readonly tags: Readonly<Record<string, string>>;
  /** Default: now. */
  readonly createdAt?: number;
}

/** Makes a gp3 volume of 8 GiB that is attached to no instance. @returns its id */
export function abandonVolume(ec2: Ec2World, { tags, createdAt = Date.now() }: Leftover): string {
  const id = `vol-${randomBytes(9).toString('hex').slice(1)}`;
  const zone = `${ec2.region}a`;
  const size = { sizeGiB: 8, type: 'gp3', encrypted: false };
  ec2.volumes.set(id, { id, zone, ...size, createdAt, tags: new Map(Object.entries(tags)) });
  return id;
}

/** Makes a spot request that waits for capacity. @returns its id */
export function openSpotRequest(ec2: Ec2World, { tags, createdAt = Date.now() }: Leftover): string {
  const id = `sir-${randomBytes(4).toString('hex')}`;
  const status = { code: 'capacity-not-available', message: 'There is no capacity.', at: createdAt };
  ec2.spotRequests.set(id, { id, createdAt, state: 'open', status, tags: new Map(Object.entries(tags)) });
  return id;
}

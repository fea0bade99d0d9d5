/** What starts of the past have left in a sandbox: made by the real bundle, then made older. */
import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import type { Ec2World } from '../../sandbox/sandbox.js';
import type { StepResult } from '../../sandbox/step.js';
import type { How, Inputs, Scene } from '../worlds/sandbox/scene.js';

export const MINUTE = 60_000;
export const LAUNCHED = { 'wait-for': 'launched' };
/** A run of the same repository that is over. */
export const PAST_RUN = '1701';

export type Finding = Readonly<Record<string, unknown>> & { readonly id: string; readonly kind: string };

/** Starts runners that nobody waits for. @returns their instances */
export async function launch(
  scene: Scene,
  count = 1,
  about: { readonly ec2?: Ec2World; readonly inputs?: Inputs; readonly how?: How } = {},
): Promise<InstanceRecord[]> {
  const { ec2 = scene.sandbox.ec2, inputs = {}, how = {} } = about;
  const before = new Set(ec2.instances());
  const { code, lines } = await scene.start({ ...LAUNCHED, count: String(count), ...inputs }, how);
  if (code !== 0) throw new Error(lines.join('\n'));
  const launched = ec2.instances().filter((instance) => !before.has(instance));
  // One that is made older while it is pending would stay so.
  await scene.until(() => launched.every(({ state }) => state === 'running'));
  return launched;
}

/** The environment of a run that began earlier and is completed by now. */
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

/** Requests since a moment that can change something. */
export function changesSince(scene: Scene, from: number): string[] {
  return scene.sandbox.requests
    .slice(from)
    .map(({ operation }) => operation)
    .filter((operation) => /^(DELETE|POST|PUT) |^(Terminate|Delete|Cancel|Run|Create|Stop)/.test(operation));
}

export function isLive({ state }: InstanceRecord): boolean {
  return state !== 'terminated' && state !== 'shutting-down';
}

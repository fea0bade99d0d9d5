import { composeName, renderScope, repositoryOf, runTags, TAG, type Run, type Scope } from '../kernel/identity.js';
import { renderTimeouts } from '../kernel/timeouts.js';
import type { InstanceSettings } from './payload.js';
import type { Market } from '../ports/catalog.js';
import type { BuiltInPreset } from '../kernel/built-in-presets.js';
import type { Tags } from '../kernel/tags.js';

/** How an AMI is named. */
export type ImageReference =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'parameter'; readonly path: string }
  | { readonly kind: 'name'; readonly pattern: string }
  /** What `ami/` published for a preset, else the public image that stands in for it. */
  | { readonly kind: 'published'; readonly base: BuiltInPreset };

export interface VolumeWishes {
  readonly sizeGiB?: number | undefined;
  /** A size that nobody asked for (a built-in preset's) gives way to a larger image. */
  readonly sizeIsDefault: boolean;
  readonly type?: string | undefined;
  readonly iops?: number | undefined;
  readonly throughputMiBps?: number | undefined;
  readonly initializationRateMiBps?: number | undefined;
  /** Holds for every volume of the instance. */
  readonly encrypted?: boolean | undefined;
  readonly kmsKeyId?: string | undefined;
}

/** One complete, validated request for runners. Everything that the world must be asked about is still open. */
export interface StartRequest {
  readonly run: Run;
  readonly startId: string;
  readonly label: string;
  readonly count: number;
  readonly scope: Scope;
  readonly runnerGroup: string | undefined;
  readonly image: ImageReference;
  readonly base: BuiltInPreset | undefined;
  readonly instanceTypes: readonly string[];
  /** Each may name its region: `eu-west-1/subnet-…`. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly markets: readonly Market[];
  readonly instanceProfile: string | undefined;
  readonly keyName: string | undefined;
  readonly userTags: Tags;
  readonly volume: VolumeWishes;
  readonly runnerVersion: string;
  /** Given by the user: the image is trusted to hold a runner there. */
  readonly runnerHome: string | undefined;
  readonly runAsUser: string;
  readonly preRunnerScript: string | undefined;
  readonly settings?: InstanceSettings;
  /** The pool from which machines are taken while it has any. */
  readonly pool: string | undefined;
  readonly waitFor: 'online' | 'launched';
  /** For how long pools found empty are asked again. */
  readonly retryCapacityMs: number;
  readonly startupTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
}

/** `ami-…`, `resolve:ssm:/path` or `name:pattern`; the input's pattern has been checked before. */
export function parseImageReference(given: string): ImageReference {
  if (given.startsWith('resolve:ssm:')) return { kind: 'parameter', path: given.slice('resolve:ssm:'.length) };
  if (given.startsWith('name:')) return { kind: 'name', pattern: given.slice('name:'.length) };
  return { kind: 'id', id: given };
}

export function listMarkets(marketType: 'on-demand' | 'spot' | 'spot-then-on-demand'): readonly Market[] {
  return marketType === 'spot-then-on-demand' ? ['spot', 'on-demand'] : [marketType];
}

/** The name of the request's `index`-th runner; `again` distinguishes further registrations of the same runner. */
export function nameRunner(request: StartRequest, index: number, again: number): string {
  const suffix = again === 0 ? `${index}` : `${index}r${again}`;
  return composeName(request.run, `${request.startId}-${suffix}`);
}

/** What every instance of this request is found and judged by, before it exists. */
export function composeTags(
  request: StartRequest,
  runner: { readonly id: number; readonly name: string },
  now: number,
): Tags {
  return {
    Name: runner.name,
    ...request.userTags,
    ...runTags(request.run),
    [TAG.job]: request.run.job,
    [TAG.start]: request.startId,
    [TAG.label]: request.label,
    [TAG.scope]: renderScope(request.scope),
    [TAG.runnerId]: String(runner.id),
    [TAG.runnerName]: runner.name,
    [TAG.timeouts]: renderTimeouts({ startupMs: request.startupTimeoutMs, idleMs: request.idleTimeoutMs }),
    [TAG.expiresAt]: new Date(now + request.startupTimeoutMs + request.maxLifetimeMs).toISOString(),
  };
}

/** What one start created, whatever became of the process that did. */
export function startTags(run: Run, startId: string): Tags {
  return { [TAG.repository]: repositoryOf(run), [TAG.start]: startId };
}

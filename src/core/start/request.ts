import { composeName, renderScope, repositoryOf, runTags, TAG, type Run } from '../kernel/identity.js';
import { runnerTags, type TaggedRunner } from '../kernel/runner-tags.js';
import type { Tags } from '../kernel/tags.js';
import { renderTimeouts } from '../kernel/timeouts.js';
import type { DataVolumeRequest } from '../machine/data-volume-request.js';
import type { PlacedRequest } from '../machine/request.js';

/** Runners of one role on each instance. */
export interface RunnerRole {
  /** What they are for. Absent for the one role of a start without the input `runners`. */
  readonly role?: string;
  /** How many of them each instance has. */
  readonly count: number;
  /** The unique label, which no other role or start has: `<label of the start>-<role>`, or the start's label. */
  readonly label: string;
  /** The user's own further labels. */
  readonly labels?: readonly string[];
  /**
   * `job` (default): a just-in-time runner, for one job. `run`: the instance registers it with a registration token, and
   * it takes jobs until the instance ends.
   */
  readonly lifetime?: 'job' | 'run';
}

/** How an instance comes up and when it ends. */
export interface Startup {
  readonly waitFor: 'online' | 'launched';
  /** For how long plans without capacity are tried again. */
  readonly retryCapacityMs: number;
  readonly preRunnerScript: string | undefined;
  readonly startupTimeoutMs: number;
  /** How long an instance may take until it is running, before `startupTimeoutMs` begins. Absent: it begins at once. */
  readonly runningMs?: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
}

/** One complete, validated request for runners. Whether it fits the cloud is not checked yet. */
export interface StartRequest extends PlacedRequest {
  readonly run: Run;
  readonly startId: string;
  /** The start's own label, by which stop-runner finds its instances. */
  readonly label: string;
  /** How many instances. */
  readonly machines: number;
  /** The runners of each instance; at least one and at most 16 in all. */
  readonly runners: readonly RunnerRole[];
  /** The jobs of all runners of an instance share the working tree of a repository. Absent: each runner has its own. */
  readonly workFolder?: 'shared';
  readonly startup: Startup;
  /** The pool whose instances are claimed before any is launched. */
  readonly pool: string | undefined;
  /** At most one instance of this name is alive in the repository. Absent: any number of instances, without a name. */
  readonly machineName?: string | undefined;
  /** What to do when an instance of {@link machineName} is alive. */
  readonly whenRunning?: WhenRunning | undefined;
  /** For how long a stop leaves an instance running after one of its jobs failed. */
  readonly keepOnFailureMs?: number | undefined;
  /** For how long it does so after its jobs, whether they failed or not. */
  readonly keepMs?: number | undefined;
  /** How people open a shell on an instance, without an inbound port. */
  readonly access?: 'ssm' | undefined;
  /** A volume that outlives the machines. */
  readonly dataVolume?: DataVolumeRequest;
}

/**
 * `refuse`: the start fails. `replace`: that instance is ended, and this start launches its own. `join`: nothing is
 * launched, and jobs use the runners of that instance.
 */
export type WhenRunning = 'refuse' | 'replace' | 'join';

/** The role of each runner of one instance, in the order of their names. */
export function listRoles({ runners }: Pick<StartRequest, 'runners'>): readonly RunnerRole[] {
  return runners.flatMap((role) => Array<RunnerRole>(role.count).fill(role));
}

/** The unique label of a role on a machine that the start with the label `own` launched: this start, or one that it joins. */
export function labelUnder(own: string, { label }: Pick<StartRequest, 'label'>, role: RunnerRole): string {
  return `${own}${role.label.slice(label.length)}`;
}

/** Whether the request's instances register runners themselves, with a registration token. */
export function needsToken({ runners }: Pick<StartRequest, 'runners'>): boolean {
  return runners.some(({ lifetime }) => lifetime === 'run');
}

/** Whether the payload of the request's instances needs format 4, which is more than one runner in its simplest form. */
export function needsRolesFormat({ runners, workFolder, dataVolume, ...request }: StartRequest): boolean {
  const [first, ...others] = listRoles({ runners });
  const isPlain = others.length === 0 && first?.role === undefined && first?.lifetime !== 'run';
  return !isPlain || workFolder !== undefined || dataVolume !== undefined || keptMs(request) !== undefined;
}

/** A runner's place in its request. */
export interface RunnerPlace {
  /** Index of its instance. */
  readonly machine: number;
  /** Index among the runners of that instance. */
  readonly runner: number;
}

/**
 * The unique name of one of the request's runners. It ends in the index of the instance and, in a request with roles,
 * the index of the runner.
 *
 * @param again how many times this runner's registration was tried before, each time under another name
 */
export function nameRunner(request: StartRequest, { machine, runner }: RunnerPlace, again: number): string {
  const [first, ...others] = listRoles(request);
  const isSingle = others.length === 0 && first?.role === undefined;
  const place = isSingle ? `${machine}` : `${machine}-${runner}`;
  return composeName(request.run, `${request.startId}-${place}${again === 0 ? '' : `r${again}`}`);
}

/** The tags of an instance of this request. stop-runner and reap-runners find and judge the instance by them alone. */
export function composeTags(request: StartRequest, runners: readonly TaggedRunner[], now: number): Tags {
  const { startupTimeoutMs, runningMs = 0, idleTimeoutMs, maxLifetimeMs } = request.startup;
  const startupMs = startupTimeoutMs + runningMs;
  return {
    Name: runners[0]!.name,
    ...request.machine.userTags,
    ...runTags(request.run),
    [TAG.job]: request.run.job,
    [TAG.start]: request.startId,
    [TAG.label]: request.label,
    [TAG.scope]: renderScope(request.scope),
    ...runnerTags(runners),
    [TAG.timeouts]: renderTimeouts({ startupMs, idleMs: idleTimeoutMs }),
    [TAG.expiresAt]: new Date(now + startupMs + maxLifetimeMs).toISOString(),
    ...(request.machineName !== undefined && { [TAG.machineName]: request.machineName }),
    ...(keptMs(request) !== undefined && { [TAG.keepOnFailure]: renderKeep(request) }),
  };
}

/** For how long an instance stays after a job; `undefined` if it does not. */
export function keptMs({
  keepMs,
  keepOnFailureMs,
}: Pick<StartRequest, 'keepMs' | 'keepOnFailureMs'>): number | undefined {
  return keepMs ?? keepOnFailureMs;
}

/** `30`; `30 always` if the job may have passed; with ` ssm` if people can open a shell on the instance. */
function renderKeep(request: StartRequest): string {
  const { keepMs, access } = request;
  return [`${(keptMs(request) ?? 0) / 60_000}`, keepMs === undefined ? [] : 'always', access ?? []].flat().join(' ');
}

/** The tags by which the instances of a machine's name are found, whichever run launched them. */
export function machineTags(run: Run, machineName: string): Tags {
  return { [TAG.repository]: repositoryOf(run), [TAG.machineName]: machineName };
}

/** The tags by which every instance of one start is found. */
export function startTags(run: Run, startId: string): Tags {
  return { [TAG.repository]: repositoryOf(run), [TAG.start]: startId };
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { textOf, type RawInputs } from '../src/core/inputs/inputs.js';
import { messageOf } from '../src/core/kernel/failure.js';
import { parse } from '../src/core/kernel/yaml.js';
import type { Log } from '../src/core/ports/process.js';
import { findLabelJobs, type LabelJobs } from '../src/core/start/label-jobs.js';
import type { RunnerRole } from '../src/core/start/request.js';
import {
  adviseOnDryRun,
  adviseOnJobs,
  adviseOnNoRole,
  describeLimits,
  type Offer,
} from '../src/core/start/workflow-advice.js';
import { readGitHubValues, type RunContext } from '../src/host/context.js';
import { isMigrated, type LoadedStart } from './start-request.js';

export interface Advice {
  readonly warnings: readonly string[];
  readonly notice?: string;
}

/** A start with its inputs. */
export interface Asking {
  readonly loaded: LoadedStart;
  readonly raw: RawInputs;
  readonly context: RunContext;
}

/**
 * Compares the start with the jobs of its workflow that use its label, and returns what to print. A module of its own in
 * `dist/chunks/`, which a start loads while EC2 boots. It sends a request only for a workflow of ec2-github-runner that
 * is not checked out. What cannot be read changes nothing.
 */
export async function adviseOnWorkflow(asking: Asking, log: Log): Promise<Advice> {
  const { loaded, raw } = asking;
  const path = findPath(asking.context);
  const { runners } = loaded.request;
  const look = (role: RunnerRole) => findOrNone(path, asking, { role, log });
  const found = await Promise.all(runners.map(async (role) => ({ role, ...(await look(role)) })));
  const names = new Set(found.flatMap(({ jobs }) => jobs.map(({ name }) => name)));
  const warnings = found.flatMap(({ role, ...one }) => {
    if (one.jobs.length === 0) return [];
    const offer = composeOffer(asking, path, role);
    // While another job runs on the machine, the machine is not idle.
    const jobs = one.jobs.map((job) => ({ ...job, awaits: job.awaits.filter((other) => !names.has(other)) }));
    const seen = runners.length > 1 ? { ...one, jobs } : one;
    return [...adviseOnJobs(seen, offer), ...(loaded.isDryRun ? adviseOnDryRun(one, offer) : [])];
  });
  if (runners[0]?.role !== undefined) {
    const any = await look({ count: 1, label: loaded.request.label });
    warnings.push(...adviseOnNoRole(any, names, path));
  }
  if (names.size > 0 || !isMigrated(raw)) return { warnings };
  return { warnings, notice: describeLimits(composeOffer(asking, path, runners[0]!)) };
}

/** The jobs of a role; none if the workflow file cannot be read. */
async function findOrNone(
  path: string,
  asking: Asking,
  { role, log }: { readonly role: RunnerRole; readonly log: Log },
): Promise<LabelJobs> {
  try {
    return (await find(path, asking, role)) ?? { jobs: [], starts: 1 };
  } catch (error) {
    log.debug(`The workflow file could not be read: ${messageOf(error)}`);
    return { jobs: [], starts: 1 };
  }
}

/** The path of the run's workflow file, if it is in this repository. */
function findPath({ workflowRef, repository }: RunContext): string {
  const [, owner, path = ''] = /^([^/]+\/[^/]+)\/(.+?)@/.exec(workflowRef) ?? [];
  return owner?.toLowerCase() === repository.toLowerCase() ? path : '';
}

async function find(
  path: string,
  { loaded, raw, context }: Asking,
  { role, label }: RunnerRole,
): Promise<LabelJobs | undefined> {
  const { job, action: step, workspace, workflowSha, sha } = context;
  const read = async (file: string): Promise<unknown> => {
    const local = join(workspace, file);
    if (existsSync(local)) return parse(readFileSync(local, 'utf8'));
    const text = isMigrated(raw) ? await loaded.github.readFile(file, workflowSha || sha) : undefined;
    return text === undefined ? undefined : parse(text);
  };
  if (path === '') return undefined;
  const asked = { label, ...(role !== undefined && { role }) };
  return findLabelJobs({ path, job, step, ...asked, github: readGitHubValues(), read });
}

function composeOffer({ loaded: { request }, raw }: Asking, path: string, role: RunnerRole): Offer {
  // A preset may also set them.
  const isGiven = (name: 'count' | 'idle-timeout-minutes', isDefault: boolean) =>
    !isDefault || textOf(raw, name) !== '';
  const { startupTimeoutMs, runningMs = 0, idleTimeoutMs, maxLifetimeMs } = request.startup;
  return {
    path,
    ...(role.role !== undefined && { role: { name: role.role, labels: role.labels ?? [] } }),
    runners: role.lifetime === 'run' ? Infinity : request.machines * role.count,
    isCountGiven: isGiven('count', request.machines === 1),
    idleMinutes: idleTimeoutMs / 60_000,
    isIdleGiven: isGiven('idle-timeout-minutes', idleTimeoutMs === 600_000),
    startupMinutes: (startupTimeoutMs + runningMs) / 60_000,
    lifetimeMinutes: maxLifetimeMs / 60_000,
  };
}

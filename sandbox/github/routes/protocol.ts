import type { SandboxRequest, SandboxResponse } from '../../http.js';
import type { Switchboard } from '../rules/switchboard.js';
import { GitHubError, notFound } from '../world/errors.js';
import type { Conclusion, Job, JobStep } from '../world/jobs.js';
import { readBody } from './bodies.js';
import { renderError } from './errors.js';

/** A job as the stand-in runner receives it. */
interface JobDescription {
  readonly id: number;
  readonly name: string;
  readonly repository: string;
  readonly runId: number;
  readonly runAttempt: number;
  readonly steps: readonly string[];
  readonly directory?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The members of all bodies. */
const BODIES = {
  token: { kind: 'string' },
  name: { kind: 'string' },
  labels: { kind: 'strings' },
  path: { kind: 'string' },
  group: { kind: 'string' },
  workFolder: { kind: 'string' },
  architecture: { kind: 'string' },
  proof: { kind: 'string' },
} as const;

/** Registers a runner for `config.sh`. Returns the files of a configured runner. */
export type Configure = (body: Record<string, unknown>) => Record<string, unknown>;

/**
 * The private API for the stand-in runner, `/_runner/…`. It replaces the broker protocol, which GitHub does not document.
 */
export async function handleProtocol(
  request: SandboxRequest,
  switchboard: Switchboard,
  configure: Configure,
): Promise<SandboxResponse> {
  try {
    return await route(request, switchboard, configure);
  } catch (error) {
    if (error instanceof GitHubError) return renderError(error);
    throw error;
  }
}

async function route(
  request: SandboxRequest,
  switchboard: Switchboard,
  configure: Configure,
): Promise<SandboxResponse> {
  const [, , resource, id, action] = request.path.split('/');
  const body = readBody(request, BODIES);
  if (request.method === 'POST' && resource === 'registrations') return json(201, configure(body));
  if (resource !== 'sessions') throw notFound();
  if (id === undefined) {
    const { agentId, proof, version, os } = body as { agentId: string; proof: string; version: string; os: string };
    return json(201, { sessionId: switchboard.open(Number(agentId), { proof, version, os }).id });
  }
  const session = switchboard.get(id);
  if (action === 'message') {
    const message = await switchboard.poll(session, request.signal);
    return message ? json(200, message) : { status: 204, body: '' };
  }
  if (action === 'acquire') return json(200, describe(switchboard.acquire(session, Number(body['jobId']))));
  if (action === 'log') session.job?.append(String(body['text']));
  if (action === 'step' && session.job) reportStep(session.job, body);
  if (action === 'finish') switchboard.finish(session, body['conclusion'] as Conclusion);
  if (request.method === 'DELETE') switchboard.close(session, 'signed off');
  return { status: 204, body: '' };
}

function describe(job: Job): JobDescription {
  const { repository, runId, runAttempt, steps, directory, env = {} } = job.request;
  return { id: job.id, name: job.name, repository, runId, runAttempt, steps, env, ...(directory && { directory }) };
}

function reportStep(job: Job, body: Record<string, unknown>): void {
  const step = job.steps[Number(body['number']) - 1];
  if (!step) return;
  step.status = body['status'] as JobStep['status'];
  step.conclusion = (body['conclusion'] ?? null) as JobStep['conclusion'];
}

function json(status: number, body: unknown): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

import type { Ec2Region } from './ec2/region.js';
import type { InstanceRecord } from './ec2/world/records.js';
import type { SandboxEvent } from './events.js';
import type { GitHubWorld, Job, JobRequest } from './github/github.js';
import type { Fault, Handler, SandboxRequest, SandboxResponse, Traffic } from './http.js';

interface Controlled {
  readonly ec2: Ec2Region;
  readonly github: GitHubWorld;
  readonly events: readonly SandboxEvent[];
  readonly traffic: Traffic;
}

/** A fault for the next `times` requests (default 1) of an operation, after letting `after` (default 0) pass. */
interface PlannedFault {
  readonly operation: string;
  readonly fault: Fault;
  times?: number;
  after?: number;
}

/**
 * The control API: what a test in the sandbox's own process does by calls, other processes do by JSON at `/_sandbox/` on
 * GitHub's port.
 *
 *     GET  events?after=N      GET  requests?after=N    GET  instances     GET  instances/ID/console
 *     GET  runners             GET  jobs                GET  jobs/ID?wait  POST jobs {labels, steps, …}
 *     POST instances/ID/kill {code, message}            POST instances/ID/interrupt {noticeMs}
 *     POST faults {operation, fault, times, after}      DELETE faults
 */
export function createControl(controlled: Controlled): Handler {
  const faults: PlannedFault[] = [];
  const intercept: Traffic['intercept'] = ({ operation }) => takeFault(faults, operation);
  return {
    name: () => undefined,
    refuse: () => json({}, 500),
    async handle(request) {
      if (request.path === '/_sandbox/faults')
        return changeFaults(request, faults, () => (controlled.traffic.intercept = intercept));
      const [kind = '', id = '', verb = ''] = request.path.slice('/_sandbox/'.length).split('/');
      const found = Object.hasOwn(ROUTES, kind) ? await ROUTES[kind]?.(controlled, { request, id, verb }) : undefined;
      return found ?? json({ message: `There is no ${request.method} ${request.path}.` }, 404);
    },
  };
}

interface Target {
  readonly request: SandboxRequest;
  readonly id: string;
  readonly verb: string;
}

type Route = (controlled: Controlled, target: Target) => SandboxResponse | Promise<SandboxResponse> | undefined;

const ROUTES: Readonly<Record<string, Route>> = {
  events: ({ events }, { request }) => json(listFrom(events, request)),
  requests: ({ traffic }, { request }) => json(listFrom(traffic.requests, request)),
  runners: ({ github }) => json(github.runners().map(({ credentials: _secret, ...runner }) => runner)),
  instances: ({ ec2 }, target) =>
    target.id === '' ? json(ec2.instances().map(describeInstance)) : changeInstance(ec2, target),
  jobs: async ({ github }, { request, id }) => {
    if (request.method === 'POST') return json(describeJob(github.queueJob(readBody(request) as JobRequest)), 201);
    if (id === '') return json(github.jobs().map(describeJob));
    const job = github.jobs().find((candidate) => `${candidate.id}` === id);
    if (job && request.query.has('wait')) await job.finished;
    return json(job ? describeJob(job) : { message: `There is no job ${id}.` }, job ? 200 : 404);
  },
};

function changeInstance(ec2: Ec2Region, { request, id, verb }: Target): SandboxResponse | undefined {
  const instance = ec2.instancesById.get(id);
  if (!instance) return undefined;
  if (verb === 'console') return { ...json(''), headers: { 'content-type': 'text/plain' }, body: ec2.readConsole(id) };
  if (request.method !== 'POST') return json(describeInstance(instance));
  const { code, message = '', noticeMs } = readBody(request) as { code?: string; message?: string; noticeMs?: number };
  if (verb === 'kill') ec2.killInstance(id, code === undefined ? undefined : { code, message });
  else if (verb === 'interrupt') ec2.interruptSpot(id, noticeMs);
  else return undefined;
  return json(describeInstance(instance));
}

function describeInstance(instance: InstanceRecord): Record<string, unknown> {
  const { id, state, stateReason, type, market, subnet, image, tags, launchedAt } = instance;
  const names = { type: type.name, subnet: subnet.id, image: image.id, tags: Object.fromEntries(tags) };
  return { id, state, stateReason, market, ...names, launchedAt };
}

function describeJob(job: Job): Record<string, unknown> {
  const { id, name, status, conclusion, runner, log, createdAt, startedAt, completedAt } = job;
  return { id, name, status, conclusion, runner, createdAt, startedAt, completedAt, log };
}

function changeFaults(request: SandboxRequest, faults: PlannedFault[], activate: () => void): SandboxResponse {
  if (request.method === 'DELETE') faults.length = 0;
  if (request.method === 'POST') {
    faults.push(readBody(request) as PlannedFault);
    activate();
  }
  return json(faults);
}

function takeFault(faults: PlannedFault[], operation: string): Fault | undefined {
  for (const planned of faults.filter((candidate) => candidate.operation === operation)) {
    const { after = 0, times = 1 } = planned;
    if (after > 0) planned.after = after - 1;
    else if (times > 0) {
      planned.times = times - 1;
      return planned.fault;
    }
  }
  return undefined;
}

function listFrom<T>(list: readonly T[], request: SandboxRequest): readonly T[] {
  return list.slice(Number(request.query.get('after') ?? 0));
}

function readBody(request: SandboxRequest): unknown {
  return JSON.parse(request.body || '{}');
}

function json(body: unknown, status = 200): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

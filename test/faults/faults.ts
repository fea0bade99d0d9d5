import type { Fault, Intercept } from '../../sandbox/sandbox.js';
import { isLasting, Lasting, listLasting, type LastingFault } from './lasting.js';

/** What goes wrong with one request, or from that request on. */
export type FaultName = keyof typeof API_FAULTS | 'outage' | LastingFault | `${KillName}-${Moment}`;
/**
 * How a step is killed. `cancel`: as GitHub cancels it. `term`, `kill`: by that signal alone. `hangup`: the runner that
 * reads the step's output dies, and the step goes on. `gone`: the machine that runs the step is lost. After `hangup` and
 * `gone` no post step runs. `forsaken`: the machine is lost, and no stop job runs either.
 */
export type KillName = 'cancel' | 'term' | 'kill' | 'hangup' | 'gone' | 'forsaken';
/** Before the request takes effect, between effect and answer, or so that the effect comes after the step's death. */
export type Moment = 'before' | 'after' | 'late';

/** The step that a fault hits. */
export type DisturbedStep = 'start' | 'post' | 'stop' | 'reap' | 'fill';

type Request = Parameters<Intercept>[0];
type Kill = (how: NodeJS.Signals | 'hang up') => void;

/** GitHub's cancellation: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. Source: ProcessInvoker in actions/runner. */
const CANCEL_MS = { SIGTERM: 7_500, SIGKILL: 10_000 } as const;
/** Long enough for a signal to arrive before the request goes on. */
const SIGNAL_MS = 1_000;
/** When the request of a dead step takes effect, in ms after it was sent. */
export const LATE_MS = 3_000;

/** The faults by name, each for a request to EC2 or SSM and for one to GitHub. */
export const API_FAULTS = {
  'reset-before': () => ({ kind: 'reset-before' }),
  'reset-after': () => ({ kind: 'reset-after' }),
  '500': ({ service }) => status(500, service === 'github' ? '' : 'InternalError'),
  '503': ({ service }) => status(503, service === 'github' ? '' : 'Unavailable'),
  throttle: ({ service }) =>
    service === 'github'
      ? { ...status(403, 'secondary-rate-limit'), headers: { 'retry-after': '5' } }
      : status(503, 'RequestLimitExceeded'),
  '403': ({ service }) => status(403, service === 'github' ? '' : 'UnauthorizedOperation'),
  '404': (request) => (request.service === 'github' ? status(404, '') : notFound(request)),
  stall: () => ({ kind: 'stall', ms: 30_000 }),
  malformed: () => ({ kind: 'malformed' }),
} as const satisfies Record<string, (request: Request) => Fault>;

const KILLS: readonly KillName[] = ['cancel', 'term', 'kill', 'hangup', 'gone', 'forsaken'];
/** Requests that create or claim something. Only these can do harm after all steps are over. */
const CREATES =
  /^(RunInstances|POST-.*|ModifyInstanceAttribute|CreateTags|StartInstances|CreateVolume|AttachVolume|CreateSnapshot)$/;

const LATE: Readonly<Record<DisturbedStep, readonly FaultName[]>> = {
  start: ['kill-late', 'gone-late', 'forsaken-late'],
  fill: ['kill-late'],
  post: [],
  stop: [],
  reap: [],
};

/**
 * Lists the faults for a request of a step. `gone` and `forsaken` differ from `kill` only for a start, because only a
 * start is followed by other steps.
 *
 * @param request `operation#occurrence`
 */
export function listFaults(request: string, step: DisturbedStep): FaultName[] {
  const [operation = '', occurrence] = request.split('#');
  const creates = CREATES.test(operation);
  const kills = step === 'start' ? KILLS : KILLS.slice(0, 4);
  return [
    ...(Object.keys(API_FAULTS) as (keyof typeof API_FAULTS)[]),
    'outage',
    ...listLasting(Number(occurrence), creates),
    ...kills.flatMap((kill): FaultName[] => [`${kill}-before`, `${kill}-after`]),
    ...(creates ? LATE[step] : []),
  ];
}

/** A short name without spaces, such as `RunInstances` or `POST-runners/generate-jitconfig`. */
export function shorten(operation: string): string {
  return operation
    .replace(/\/repos\/\{owner\}\/\{repo\}\/(actions\/)?/, '')
    .replace(/[{}]/g, '')
    .replaceAll(' ', '-');
}

/** Counts the requests of one step by operation and applies the fault to the request that it names. */
export class Disturbance {
  /** The requests so far, as `operation#occurrence`. */
  readonly seen: string[] = [];
  struck = false;
  private readonly counts = new Map<string, number>();
  private down: string | undefined;
  private lasting: Lasting | undefined;

  constructor(
    private readonly at: { readonly operation: string; readonly fault: FaultName } | undefined,
    private readonly kill: Kill,
  ) {}

  intercept(request: Request): Fault | undefined {
    const operation = shorten(request.operation);
    const occurrence = (this.counts.get(operation) ?? 0) + 1;
    this.counts.set(operation, occurrence);
    this.seen.push(`${operation}#${occurrence}`);
    if (this.down === request.service) return status(503, '');
    if (!this.at || this.struck || this.seen.at(-1) !== this.at.operation) return this.lasting?.intercept(request);
    this.struck = true;
    return this.strike(request, this.at.fault);
  }

  private strike(request: Request, fault: FaultName): Fault | undefined {
    if (fault in API_FAULTS) return API_FAULTS[fault as keyof typeof API_FAULTS](request);
    if (isLasting(fault)) {
      this.lasting = new Lasting(fault, request);
      return this.lasting.intercept(request);
    }
    if (fault === 'outage') {
      this.down = request.service;
      return status(503, '');
    }
    const [kill, moment] = fault.split('-') as [KillName, Moment];
    if (kill === 'cancel') return this.signal(moment, ['SIGINT', 'SIGTERM', 'SIGKILL']);
    if (kill === 'term') return this.signal(moment, ['SIGTERM']);
    if (kill === 'hangup') return this.signal(moment, ['hang up']);
    this.kill('SIGKILL');
    if (moment === 'late') return { kind: 'late', ms: LATE_MS };
    return { kind: moment === 'before' ? 'reset-before' : 'reset-after' };
  }

  /** The first signal arrives while the request is on its way to the service, or while the answer is on its way back. */
  private signal(moment: Moment, signals: readonly Parameters<Kill>[0][]): Fault {
    for (const signal of signals) {
      const ms = signal === signals[0] ? 0 : CANCEL_MS[signal as keyof typeof CANCEL_MS];
      if (ms === 0) this.kill(signal);
      else setTimeout(() => this.kill(signal), ms).unref();
    }
    return { kind: moment === 'before' ? 'late' : 'stall', ms: SIGNAL_MS };
  }
}

function status(code: number, name: string): Extract<Fault, { kind: 'status' }> {
  return { kind: 'status', status: code, ...(name && { code: name }) };
}

/** By operation, the parameter that holds the id of what it needs. */
const PARAMETERS: Readonly<Record<string, string>> = {
  TerminateInstances: 'InstanceId.1',
  StartInstances: 'InstanceId.1',
  ModifyInstanceAttribute: 'InstanceId',
  CreateTags: 'ResourceId.1',
  AttachVolume: 'InstanceId',
};
const KINDS: Readonly<Record<string, readonly [code: string, noun: string]>> = {
  i: ['InvalidInstanceID.NotFound', 'instance ID'],
  vol: ['InvalidVolume.NotFound', 'volume'],
  snap: ['InvalidSnapshot.NotFound', 'snapshot'],
};

/** EC2's "not found" for a resource, as in the first seconds after its creation; for other requests a gateway's 404. */
function notFound({ operation, body }: Request): Fault {
  const id = new URLSearchParams(body).get(PARAMETERS[operation] ?? '') ?? '';
  const [code, noun] = KINDS[id.split('-')[0] ?? ''] ?? [];
  if (code === undefined) return { kind: 'status', status: 404, body: '<html>Not Found</html>' };
  return { kind: 'status', status: 400, code, message: `The ${noun} '${id}' does not exist` };
}

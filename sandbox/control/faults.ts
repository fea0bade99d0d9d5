import { OPERATIONS } from '../ec2/routes/operations.js';
import { GITHUB_ROUTES } from '../github/routes/server.js';
import type { Traffic } from '../http.js';
import { SSM_OPERATIONS } from '../ssm.js';
import { STS_OPERATIONS } from '../sts.js';
import type { Call, ControlRoute, PlannedFault } from './call.js';
import { ControlError, findProblems, isObject, mapOf, oneOf, text, wholeNumber, type Fields } from './input.js';

/** The requests that faults can disturb, by service. */
export const DISTURBED = {
  ec2: Object.keys(OPERATIONS),
  ssm: Object.keys(SSM_OPERATIONS),
  sts: STS_OPERATIONS,
  github: GITHUB_ROUTES.map(({ method, template }) => `${method} ${template}`),
} as const;

const NAMES: ReadonlySet<string> = new Set(Object.values(DISTURBED).flat());
const MOST = 1_000_000;
const DAY_MS = 86_400_000;

const kind = oneOf('status', 'reset-before', 'reset-after', 'stall', 'late', 'malformed');
const status = {
  status: { kind: wholeNumber(400, 599), does: 'the HTTP status' },
  code: { kind: text, does: "the service's own error code" },
  message: { kind: text, does: 'the message' },
  headers: { kind: mapOf(text), does: 'headers of the response' },
  body: { kind: text, does: "replaces the service's error body" },
};
const delay = { ms: { kind: wholeNumber(0, DAY_MS), does: 'how long', required: true } };
/** What a fault of each kind may have besides. */
const MEMBERS: Readonly<Record<string, Fields>> = { status, stall: delay, late: delay };

const BODY: Fields = {
  operation: {
    kind: {
      allowed: 'an operation that `GET /_sandbox/` lists, such as "RunInstances"',
      fits: (value) => NAMES.has(value as string),
    },
    does: 'which requests',
    required: true,
  },
  fault: {
    kind: {
      allowed: `an object whose \`kind\` is one of ${kind.allowed}`,
      fits: (value) => isObject(value) && kind.fits(value['kind']),
    },
    does: 'what happens to them',
    required: true,
  },
  times: { kind: wholeNumber(1, MOST), does: 'how many requests; default 1' },
  after: { kind: wholeNumber(0, MOST), does: 'how many requests pass before; default 0' },
};

export const faultRoutes: readonly ControlRoute[] = [
  { method: 'GET', path: 'faults', does: 'Lists the planned faults.', handle: ({ faults }) => faults },
  {
    method: 'POST',
    path: 'faults',
    does: 'Plans a fault for the next requests of an operation. Answers all planned faults.',
    body: BODY,
    example: { operation: 'RunInstances', fault: { kind: 'status', code: 'InsufficientInstanceCapacity' }, times: 2 },
    handle: addFault,
  },
  {
    method: 'DELETE',
    path: 'faults',
    does: 'Removes all planned faults.',
    handle: ({ faults }) => {
      faults.length = 0;
      return faults;
    },
  },
];

function addFault({ controlled, faults, input }: Call): readonly PlannedFault[] {
  const planned = input as unknown as PlannedFault;
  const { kind: itsKind, ...members } = planned.fault;
  const problems = findProblems(members, MEMBERS[itsKind] ?? {});
  if (problems.length > 0) throw new ControlError(400, `In \`fault\`: ${problems.join(' ')}`);
  faults.push(planned);
  controlled.traffic.intercept = createIntercept(faults);
  return faults;
}

function createIntercept(faults: readonly PlannedFault[]): NonNullable<Traffic['intercept']> {
  return ({ operation }) => {
    for (const planned of faults.filter((candidate) => candidate.operation === operation)) {
      const { after = 0, times = 1 } = planned;
      if (after > 0) planned.after = after - 1;
      else if (times > 0) {
        planned.times = times - 1;
        return planned.fault;
      }
    }
    return undefined;
  };
}

import { json, type Call, type ControlRoute } from './call.js';
import { faultRoutes } from './faults.js';
import { ControlError } from './input.js';
import { instanceRoutes } from './instances.js';
import { jobRoutes } from './jobs.js';

const after = { after: 'leaves out the first N' };

/** All routes of the control API besides its page. */
export const CONTROL_ROUTES: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: 'events',
    does: 'Lists what has happened, oldest first.',
    query: after,
    handle: ({ controlled, query }) => controlled.events.slice(readAfter(query)),
  },
  {
    method: 'GET',
    path: 'requests',
    does: 'Lists the API requests with their answers, oldest first.',
    query: after,
    handle: ({ controlled, query }) => controlled.traffic.requests.slice(readAfter(query)),
  },
  ...instanceRoutes,
  ...jobRoutes,
  ...faultRoutes,
  {
    method: 'POST',
    path: 'reset',
    does: 'Ends all instances and makes everything as it was at the start. Addresses and tokens stay.',
    handle: async ({ controlled, faults }) => {
      faults.length = 0;
      await controlled.reset();
      return {};
    },
  },
  { method: 'POST', path: 'stop', does: 'Ends the sandbox and everything that it started.', handle: stop },
];

function readAfter(query: URLSearchParams): number {
  const text = query.get('after') ?? '0';
  if (/^\d+$/.test(text)) return Number(text);
  throw new ControlError(400, `\`after\` is "${text}"; allowed: a whole number.`);
}

function stop({ controlled }: Call): unknown {
  if (!controlled.stop) throw new ControlError(409, 'Another program started this sandbox, and ends it.');
  controlled.stop();
  return json({ stopping: true }, 202);
}

import type { Handler, SandboxRequest, SandboxResponse } from '../http.js';
import { json, type Controlled, type ControlRoute, type PlannedFault } from './call.js';
import { ControlError, readBody } from './input.js';
import { renderPage } from './page.js';
import { CONTROL_ROUTES } from './routes.js';

const BASE = '/_sandbox';

/** Whether a request is for the control API, or a browser's for the page. GitHub's API is on the same port. */
export function isControlRequest({ path, headers, method }: SandboxRequest): boolean {
  if (path === BASE || path.startsWith(`${BASE}/`)) return true;
  return path === '/' && method === 'GET' && headers['authorization'] === undefined;
}

/**
 * The control API: what a test in the sandbox's own process does by calls, other processes do by JSON at `/_sandbox/` on
 * GitHub's port. `GET /_sandbox/` describes every route.
 *
 * @param controlled is asked for each request, because a reset replaces what it controls
 */
export function createControl(controlled: () => Controlled): Handler {
  const faults: PlannedFault[] = [];
  return {
    name: () => undefined,
    refuse: ({ status = 500, message = '' }) => json({ message }, status),
    async handle(request) {
      try {
        return await answer(request, controlled(), faults);
      } catch (error) {
        if (error instanceof ControlError) return json({ message: error.message }, error.status);
        throw error;
      }
    },
  };
}

async function answer(
  request: SandboxRequest,
  controlled: Controlled,
  faults: PlannedFault[],
): Promise<SandboxResponse> {
  const path = request.path.slice(BASE.length + 1);
  if (path === '' && request.method === 'GET') return renderPage(request, controlled, CONTROL_ROUTES);
  const { route, params } = findRoute(request, path);
  const { query, body } = request;
  checkQuery(query, route);
  const input = readBody(body, route.body ?? {});
  const found = await route.handle({ controlled, faults, params, query, input });
  return isResponse(found) ? found : json(found);
}

function findRoute(
  { method, path: whole }: SandboxRequest,
  path: string,
): { readonly route: ControlRoute; readonly params: Record<string, string> } {
  const fitting = CONTROL_ROUTES.flatMap((route) => {
    const params = matchPath(route.path, path);
    return params ? [{ route, params }] : [];
  });
  const found = fitting.find(({ route }) => route.method === method);
  if (found) return found;
  const methods = fitting.map(({ route }) => route.method).join(', ');
  if (methods !== '') throw new ControlError(405, `${whole} has no ${method}; allowed: ${methods}.`);
  throw new ControlError(404, `There is no ${method} ${whole}. GET ${BASE}/ lists all routes.`);
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const [wanted, parts] = [template.split('/'), path.replace(/\/$/, '').split('/')];
  if (wanted.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const value = parts[at] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = value;
    else if (part !== value) return undefined;
  }
  return params;
}

function checkQuery(query: URLSearchParams, { query: allowed = {} }: ControlRoute): void {
  const names = Object.keys(allowed);
  const unknown = [...query.keys()].find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const list = names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ');
  throw new ControlError(400, `\`${unknown}\` is not a parameter of this route; allowed: ${list}.`);
}

function isResponse(value: unknown): value is SandboxResponse {
  return typeof value === 'object' && value !== null && 'status' in value && 'body' in value && 'headers' in value;
}

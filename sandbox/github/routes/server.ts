import { randomUUID } from 'node:crypto';
import type { Handler, SandboxRequest, SandboxResponse } from '../../http.js';
import type { State } from '../state.js';
import { GitHubError, notFound, rateLimited } from '../world/errors.js';
import { authorize, type Need } from '../world/tokens.js';
import { accountRoutes } from './account-routes.js';
import { isAppPage, manifestRoutes, showAppPage } from './app-manifests.js';
import { appRoutes, findApp } from './app-routes.js';
import { branchRoutes } from './branch-routes.js';
import { configureRunner } from './configure.js';
import { discussionRoutes } from './discussion-routes.js';
import { download } from './downloads.js';
import { renderError, renderFault } from './errors.js';
import { handleProtocol } from './protocol.js';
import { pullRoutes } from './pull-routes.js';
import { repositoryRoutes } from './repository-routes.js';
import { matchRoute, type Match, type Route } from './routes.js';
import { runnerRoutes } from './runner-routes.js';
import { settingsRoutes } from './settings-routes.js';
import { workflowRoutes } from './workflow-routes.js';

/** All routes of this GitHub's REST API. */
export const GITHUB_ROUTES: readonly Route[] = [
  ...accountRoutes,
  ...appRoutes,
  ...manifestRoutes,
  ...runnerRoutes,
  ...settingsRoutes,
  // Before the routes whose last placeholder matches the rest of a path.
  ...discussionRoutes,
  ...repositoryRoutes,
  ...branchRoutes,
  ...pullRoutes,
  ...workflowRoutes,
];

/** GitHub's REST API, the private API of its runners, and its downloads. */
export function createHandler(state: State): Handler {
  return {
    name: (request) => nameOperation(withoutPrefix(request).request),
    handle: (request) => handle(withoutPrefix(request), state),
    refuse: (fault) => {
      state.rateLimit.remaining = Math.max(0, state.rateLimit.remaining - 1);
      return withHeaders(renderFault(fault), state);
    },
  };
}

interface Addressed {
  readonly request: SandboxRequest;
  readonly baseUrl: string;
}

/** A GitHub Enterprise Server has its API below `/api/v3`. Here both addresses work. */
function withoutPrefix(request: SandboxRequest): Addressed {
  const prefix = /^\/api\/v3(?=\/)/.exec(request.path)?.[0] ?? '';
  const baseUrl = `http://${request.headers['host'] ?? 'localhost'}${prefix}`;
  return { request: prefix ? { ...request, path: request.path.slice(prefix.length) } : request, baseUrl };
}

function nameOperation({ method, path }: SandboxRequest): string | undefined {
  if (path.startsWith('/_') || isAppPage(path)) return undefined;
  return `${method} ${tryMatch(method, path)?.route.template ?? path}`;
}

/** `undefined` also for a malformed path, which `handle` then refuses. */
function tryMatch(method: string, path: string): Match | undefined {
  try {
    return matchRoute(GITHUB_ROUTES, method, path);
  } catch {
    return undefined;
  }
}

async function handle({ request, baseUrl }: Addressed, state: State): Promise<SandboxResponse> {
  if (request.path.startsWith('/_runner/')) {
    return handleProtocol(request, state.switchboard, (body) => configureRunner(body, state, baseUrl));
  }
  if (request.path.startsWith('/_download/')) return serveDownload(request.path, state).catch(orError);
  const webPage = showAppPage(request, state);
  if (webPage) return webPage;
  const match = tryMatch(request.method, request.path);
  const response = await answer({ request, baseUrl }, match, state).catch(orError);
  return withHeaders(response, state, match);
}

/**
 * The error for what the sandbox does not have. GitHub may have it, so 404 would be a wrong answer.
 *
 * @throws GitHubError 400 for a malformed path
 */
function refuseRoute({ method, path }: SandboxRequest): GitHubError {
  matchRoute(GITHUB_ROUTES, method, path);
  const others = GITHUB_ROUTES.filter((route) => matchRoute([route], route.method, path));
  const methods = [...new Set(others.map((route) => route.method))].join(', ');
  const has = methods === '' ? '' : ` It has ${methods} of this path.`;
  return new GitHubError(501, `The sandbox has no ${method} ${path}.${has} GET /_sandbox/ lists all routes.`);
}

async function answer(
  { request, baseUrl }: Addressed,
  match: Match | undefined,
  state: State,
): Promise<SandboxResponse> {
  if (!match) throw refuseRoute(request);
  const { route, params } = match;
  admit(request, match, state);
  return route.handle({ request, params, baseUrl, state });
}

/** Checks the token, the rate limits and the permission, in GitHub's order. */
function admit(request: SandboxRequest, { route, params }: Match, state: State): void {
  const authorization = request.headers['authorization'];
  const token =
    route.access === 'app'
      ? findApp(state, authorization).authenticate(authorization)
      : state.tokens.authenticate(authorization);
  if (route.template !== '/rate_limit') {
    if (state.rateLimit.remaining <= 0) throw rateLimited();
    state.rateLimit.remaining -= 1;
    state.secondaryLimit?.admit(request.method);
  }
  if (route.access === 'app' || route.access === 'public') return;
  if (!token) throw new GitHubError(401, 'Requires authentication');
  const { owner, repo } = params;
  const repository = repo && `${owner}/${repo}`.toLowerCase();
  if (repository && !state.repositories.some(({ name }) => name.toLowerCase() === repository)) throw notFound();
  if (route.access !== 'token') authorize(token, route.access, repository);
}

async function serveDownload(path: string, state: State): Promise<SandboxResponse> {
  const logs = /^\/_download\/logs\/(\d+)$/.exec(path)?.[1];
  if (!logs) return download(path);
  const job = state.board.find(Number(logs));
  if (!job) throw notFound();
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: job.log };
}

function orError(error: unknown): SandboxResponse {
  if (error instanceof GitHubError) return renderError(error);
  throw error;
}

function withHeaders(response: SandboxResponse, { rateLimit }: State, match?: Match): SandboxResponse {
  const access = match?.route.access;
  const { limit, remaining, resetAt } = rateLimit;
  return {
    ...response,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-github-request-id': randomUUID().toUpperCase(),
      'x-github-media-type': 'github.v3; format=json',
      'x-github-api-version-selected': '2022-11-28',
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-used': String(limit - remaining),
      'x-ratelimit-reset': String(resetAt),
      'x-ratelimit-resource': 'core',
      ...(typeof access === 'object' && { 'x-accepted-github-permissions': renderNeed(access) }),
      ...response.headers,
    },
  };
}

function renderNeed({ permission, or, level }: Need): string {
  return [permission, ...(or === undefined ? [] : [or])].map((name) => `${name}=${level}`).join('; ');
}

import type { SandboxRequest, SandboxResponse } from '../../http.js';
import type { State } from '../state.js';
import { GitHubError } from '../world/errors.js';
import type { Need } from '../world/tokens.js';

/** One request to a route. */
export interface Call {
  readonly request: SandboxRequest;
  /** The values of the template's placeholders. */
  readonly params: Readonly<Record<string, string>>;
  /** The URL of this GitHub as the caller addresses it, without a trailing slash. */
  readonly baseUrl: string;
  readonly state: State;
}

export interface Route {
  readonly method: string;
  /** As in GitHub's OpenAPI document, such as `/repos/{owner}/{repo}/actions/runners`. */
  readonly template: string;
  /** `app`: the App's own JSON Web Token. `public`: without a token. `token`: any valid token. */
  readonly access: Need | 'app' | 'public' | 'token';
  readonly handle: (call: Call) => SandboxResponse | Promise<SandboxResponse>;
}

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds the route for a path without a query. A last `{path}` or `{ref}` matches the rest of the path,
 * including slashes.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match | undefined {
  for (const route of routes) {
    const params = route.method === method ? matchTemplate(route.template, path) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

function matchTemplate(template: string, path: string): Record<string, string> | undefined {
  const templateParts = template.split('/');
  const parts = path.split('/');
  const greedy = ['{path}', '{ref}'].includes(templateParts.at(-1) ?? '');
  if (greedy ? parts.length < templateParts.length : parts.length !== templateParts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of templateParts.entries()) {
    const value = greedy && index === templateParts.length - 1 ? parts.slice(index).join('/') : (parts[index] ?? '');
    if (!part.startsWith('{')) {
      if (part !== value) return undefined;
    } else if (value === '') {
      return undefined;
    } else {
      params[part.slice(1, -1)] = decode(value);
    }
  }
  return params;
}

/** @throws GitHubError 400 for a path whose escapes are malformed */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new GitHubError(400, 'Bad Request');
  }
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): SandboxResponse {
  return { status, headers, body: JSON.stringify(body) };
}

export const noContent: SandboxResponse = { status: 204, body: '' };

/** One page of a listing, with GitHub's `Link` header. A size or page that is not a number is ignored. */
export function page<T>(call: Call, items: readonly T[]): { items: readonly T[]; headers: Record<string, string> } {
  const { query, path } = call.request;
  const size = Math.min(positive(query.get('per_page')) ?? 30, 100);
  const current = positive(query.get('page')) ?? 1;
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (number: number, rel: string) => {
    const target = new URLSearchParams(query);
    target.set('page', String(number));
    return `<${call.baseUrl}${path}?${target.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(current > 1 ? [link(current - 1, 'prev')] : []),
    ...(current < last ? [link(current + 1, 'next'), link(last, 'last')] : []),
    ...(current > 1 ? [link(1, 'first')] : []),
  ];
  const headers: Record<string, string> = links.length > 0 ? { link: links.join(', ') } : {};
  return { items: items.slice((current - 1) * size, current * size), headers };
}

function positive(text: string | null): number | undefined {
  return text && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

import http from 'node:http';
import https from 'node:https';
import { HttpClient } from '@actions/http-client';
import { checkBypass } from '@actions/http-client/lib/proxy';
import { PROXY_VARIABLE } from '../core/kernel/connection-faults.js';
import { createFetch, type Fetch } from './node-fetch.js';

/** Node's contract between a client request and its agent; missing from Node's type declarations. */
interface Dispatching {
  addRequest(request: http.ClientRequest, options: http.RequestOptions): void;
}

/** The parts of the clients that send requests through a proxy. */
export interface ProxyTransport {
  /** For the AWS SDK's request handler. */
  readonly agents: { readonly httpAgent: http.Agent; readonly httpsAgent: https.Agent };
  /** For Octokit. */
  readonly fetch: Fetch;
}

/**
 * A transport that routes each request as @actions/http-client does: through a tunnel of `HTTPS_PROXY` or `HTTP_PROXY`
 * (in upper or lower case), or directly for hosts in `NO_PROXY` and for the loopback.
 */
export function createProxyTransport(): ProxyTransport {
  const agents = { httpAgent: route(new http.Agent(), 'http:'), httpsAgent: route(new https.Agent(), 'https:') };
  return { agents, fetch: createFetch(agents) };
}

/** Changes `agent` so that it passes each request to the agent for its host. */
function route<A extends http.Agent>(agent: A, protocol: 'http:' | 'https:'): A {
  const client = new HttpClient('ci-actions', [], { keepAlive: true });
  const problem = checkVariable(protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY']);
  const addRequest: Dispatching['addRequest'] = (request, options) => {
    const host = options.host ?? 'localhost';
    const url = new URL(`${protocol}//${host.includes(':') ? `[${host}]` : host}:${options.port ?? ''}`);
    // Without this check the toolkit would connect directly, or speak HTTP to a server of another protocol.
    if (problem && !checkBypass(url)) {
      const error = Object.assign(new Error(problem), { code: PROXY_VARIABLE });
      process.nextTick(() => request.emit('error', error));
      return;
    }
    (client.getAgent(url.href) as unknown as Dispatching).addRequest(request, options);
  };
  return Object.assign(agent, { addRequest });
}

/**
 * Checks the first of these variables that is set, and adds a missing scheme: the toolkit reads `proxy:3128` as a
 * scheme and connects directly. The problem does not quote the value, because it may hold a password.
 */
function checkVariable(names: readonly string[]): string | undefined {
  // Otherwise the toolkit would use a value of blanks as an address.
  for (const one of names) if (process.env[one]?.trim() === '') delete process.env[one];
  const name = names.find((one) => process.env[one]);
  const value = name && process.env[name]?.trim();
  if (!name || !value) return undefined;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase() ?? 'http';
  if (scheme !== 'http' && scheme !== 'https') {
    return `${name} names a ${scheme} proxy, and only HTTP proxies can be used`;
  }
  const url = value.includes('://') ? value : `http://${value}`;
  process.env[name] = url;
  return isUsable(url) ? undefined : `${name} is not the address of a proxy`;
}

function isUsable(url: string): boolean {
  try {
    const { hostname, username, password } = new URL(url);
    return hostname !== '' && decodeURIComponent(username + password) !== undefined;
  } catch {
    return false;
  }
}

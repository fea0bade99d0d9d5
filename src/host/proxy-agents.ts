import http from 'node:http';
import https from 'node:https';
import { HttpClient } from '@actions/http-client';
import { createFetch } from './node-fetch.js';
import type { ProxyTransport } from './proxy.js';

/** Node's contract between a client request and its agent; missing from Node's type declarations. */
interface Dispatching {
  addRequest(request: http.ClientRequest, options: http.RequestOptions): void;
}

/**
 * The toolkit's own choice for every request: a tunnel through `HTTPS_PROXY` or `HTTP_PROXY` (in either case),
 * or the direct way for hosts in `NO_PROXY` and for the loopback.
 */
export function createProxyTransport(): ProxyTransport {
  const agents = { httpAgent: route(new http.Agent(), 'http:'), httpsAgent: route(new https.Agent(), 'https:') };
  return { agents, fetch: createFetch(agents) };
}

/** Makes of `agent` one that hands each request on to the agent for its host. */
function route<A extends http.Agent>(agent: A, protocol: 'http:' | 'https:'): A {
  const client = new HttpClient('ci-actions', [], { keepAlive: true });
  const addRequest: Dispatching['addRequest'] = (request, options) => {
    const host = options.host ?? 'localhost';
    const url = new URL(`${protocol}//${host.includes(':') ? `[${host}]` : host}:${options.port ?? ''}`);
    (client.getAgent(url.href) as unknown as Dispatching).addRequest(request, options);
  };
  return Object.assign(agent, { addRequest });
}

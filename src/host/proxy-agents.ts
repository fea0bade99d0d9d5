import http from 'node:http';
import https from 'node:https';
import { HttpClient } from '@actions/http-client';
import { getProxyUrl } from '@actions/http-client/lib/proxy';
import { createFetch } from './node-fetch.js';
import type { ProxyTransport } from './proxy.js';

/** Node's contract between a client request and its agent; missing from Node's type declarations. */
interface Dispatching {
  addRequest(request: http.ClientRequest, options: http.RequestOptions): void;
}

/** Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case, when a request is made. */
export function createProxyTransport(): ProxyTransport {
  const agents = {
    httpAgent: routed(new http.Agent({ keepAlive: true }), 'http:'),
    httpsAgent: routed(new https.Agent({ keepAlive: true }), 'https:'),
  };
  return { agents, fetch: createFetch(agents) };
}

/** Lets `direct` serve the hosts that need no proxy, and the toolkit's tunnel all others. */
function routed<A extends http.Agent>(direct: A, protocol: 'http:' | 'https:'): A {
  const tunnels = new HttpClient('ci-actions');
  const agent = direct as A & Dispatching;
  const addDirectly = agent.addRequest.bind(agent);
  agent.addRequest = (request, options) => {
    const url = new URL(`${protocol}//${options.host ?? 'localhost'}:${options.port ?? ''}`);
    if (!getProxyUrl(url)) return addDirectly(request, options);
    (tunnels.getAgent(url.href) as unknown as Dispatching).addRequest(request, options);
  };
  return agent;
}

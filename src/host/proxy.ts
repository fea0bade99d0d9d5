import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Fetch } from './node-fetch.js';

/** How requests leave through a proxy. */
export interface ProxyTransport {
  /** For the AWS SDK's request handler. */
  readonly agents: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
  /** For Octokit. */
  readonly fetch: Fetch;
}

/**
 * The transport for a machine behind a proxy. Where no proxy variable is set it is empty, and the code for it
 * isn't even read. Hosts in `NO_PROXY` and the loopback are reached directly by the same transport.
 */
export async function loadProxy(env: NodeJS.ProcessEnv = process.env): Promise<Partial<ProxyTransport>> {
  const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
  if (!names.some((name) => env[name])) return {};
  const { createProxyTransport } = await import('./proxy-agents.js');
  return createProxyTransport();
}

import type { ProxyTransport } from './proxy-agents.js';

export type { ProxyTransport } from './proxy-agents.js';

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

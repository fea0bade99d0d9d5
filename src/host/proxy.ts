import type { ProxyTransport } from './proxy-agents.js';

export type { ProxyTransport } from './proxy-agents.js';

/**
 * The transport for a machine behind a proxy. It is empty when no proxy variable is set; then its code is not even
 * loaded. The transport reaches hosts in `NO_PROXY` and the loopback directly.
 */
export async function loadProxy(env: NodeJS.ProcessEnv = process.env): Promise<Partial<ProxyTransport>> {
  const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
  if (!names.some((name) => env[name])) return {};
  const { createProxyTransport } = await import('./proxy-agents.js');
  return createProxyTransport();
}

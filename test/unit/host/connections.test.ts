import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { EarlyConnections } from '../../../src/host/early-connections.js';
import { createFetch } from '../../../src/host/node-fetch.js';
import { createCertificate } from '../../worlds/certificate.js';

const certificate = createCertificate('localhost');
const open: (() => void)[] = [];
afterEach(() => open.splice(0).forEach((close) => close()));

const answer: http.RequestListener = (_request, response) => void response.end('here');

/** A server, its accepted connections, and a client. */
async function startServer(server: Server, scheme: 'http' | 'https', options: https.AgentOptions = {}) {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  await once(server.listen(0), 'listening');
  const agents = {
    httpAgent: new http.Agent({ keepAlive: true }),
    httpsAgent: new https.Agent({ keepAlive: true, ...options }),
  };
  open.push(() => (server.close(), sockets.forEach((socket) => socket.destroy())));
  open.push(() => (agents.httpAgent.destroy(), agents.httpsAgent.destroy()));
  const { port } = server.address() as AddressInfo;
  const fetch = createFetch(agents);
  const url = `${scheme}://localhost:${port}/`;
  const agent = scheme === 'http' ? agents.httpAgent : agents.httpsAgent;
  const early = new EarlyConnections(agent);
  /** How many connections have answered and can be used again. */
  const countFree = () => Object.values(agent.freeSockets).reduce((sum, free) => sum + (free?.length ?? 0), 0);
  return { server, sockets, url, early, countFree, ask: async () => (await fetch(url)).text() };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe.each(['http', 'https'] as const)('a connection that is opened early (%s)', (scheme) => {
  const create = () => (scheme === 'http' ? http.createServer(answer) : https.createServer(certificate, answer));
  const trust = { ca: certificate.cert };

  test('is open before the first request, and serves the next requests too', async () => {
    const { early, url, sockets, ask, countFree } = await startServer(create(), scheme, trust);
    early.open(new URL(url), 1);
    await until(() => sockets.length === 1);
    expect(await ask()).toBe('here');
    await until(() => countFree() === 1);
    expect(await ask()).toBe('here');
    expect(sockets).toHaveLength(1);
  });

  test('serves one request; two concurrent requests use two of them, and a third request opens another', async () => {
    const { early, url, sockets, ask, countFree } = await startServer(create(), scheme, trust);
    early.open(new URL(url), 2);
    await until(() => sockets.length === 2);
    expect(await Promise.all([ask(), ask()])).toEqual(['here', 'here']);
    expect(sockets).toHaveLength(2);
    await until(() => countFree() === 2);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['here', 'here', 'here']);
    expect(sockets).toHaveLength(3);
  });

  test('that the server has closed is not used', async () => {
    const { early, url, sockets, ask } = await startServer(create(), scheme, trust);
    early.open(new URL(url), 1);
    await until(() => sockets.length === 1);
    const closed = once(sockets[0]!, 'close');
    sockets[0]!.destroy();
    await closed;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await ask()).toBe('here');
    expect(sockets).toHaveLength(2);
  });

  test('to another host is kept for that host', async () => {
    const { early, sockets, ask } = await startServer(create(), scheme, trust);
    const other = await startServer(create(), scheme, trust);
    early.open(new URL(other.url), 1);
    await until(() => other.sockets.length === 1);
    expect(await ask()).toBe('here');
    expect([sockets.length, other.sockets.length]).toEqual([1, 1]);
  });

  test('to a closed port is no failure until a request is sent', async () => {
    const { server, early, url, ask } = await startServer(create(), scheme, trust);
    server.close();
    await once(server, 'close');
    early.open(new URL(url), 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(ask()).rejects.toThrow('fetch failed');
  });
});

test('an early connection to an untrusted server sends no request', async () => {
  const received: string[] = [];
  const server = https.createServer(certificate, (request, response) => {
    received.push(request.url!);
    response.end();
  });
  const { early, url, ask } = await startServer(server, 'https');
  early.open(new URL(url), 1);
  await expect(ask()).rejects.toThrow('fetch failed');
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(received).toEqual([]);
});

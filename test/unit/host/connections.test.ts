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

/** A server, the connections that it has seen, and a client of it. */
async function aServer(server: Server, scheme: 'http' | 'https', options: https.AgentOptions = {}) {
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

  test('is there before the first request, which takes it; the next ones go on with it', async () => {
    const { early, url, sockets, ask, countFree } = await aServer(create(), scheme, trust);
    early.open(new URL(url), 1);
    await until(() => sockets.length === 1);
    expect(await ask()).toBe('here');
    await until(() => countFree() === 1);
    expect(await ask()).toBe('here');
    expect(sockets).toHaveLength(1);
  });

  test('is one of two that two requests at once take; a third opens its own', async () => {
    const { early, url, sockets, ask, countFree } = await aServer(create(), scheme, trust);
    early.open(new URL(url), 2);
    await until(() => sockets.length === 2);
    expect(await Promise.all([ask(), ask()])).toEqual(['here', 'here']);
    expect(sockets).toHaveLength(2);
    await until(() => countFree() === 2);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['here', 'here', 'here']);
    expect(sockets).toHaveLength(3);
  });

  test('and closed by the server meanwhile is not used', async () => {
    const { early, url, sockets, ask } = await aServer(create(), scheme, trust);
    early.open(new URL(url), 1);
    await until(() => sockets.length === 1);
    const closed = once(sockets[0]!, 'close');
    sockets[0]!.destroy();
    await closed;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await ask()).toBe('here');
    expect(sockets).toHaveLength(2);
  });

  test('to another place is left for that', async () => {
    const { early, sockets, ask } = await aServer(create(), scheme, trust);
    const other = await aServer(create(), scheme, trust);
    early.open(new URL(other.url), 1);
    await until(() => other.sockets.length === 1);
    expect(await ask()).toBe('here');
    expect([sockets.length, other.sockets.length]).toEqual([1, 1]);
  });

  test('to nobody is no failure until something is asked', async () => {
    const { server, early, url, ask } = await aServer(create(), scheme, trust);
    server.close();
    await once(server, 'close');
    early.open(new URL(url), 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(ask()).rejects.toThrow('fetch failed');
  });
});

test('an early connection to a server that is not to be trusted carries no request', async () => {
  const asked: string[] = [];
  const server = https.createServer(certificate, (request, response) => {
    asked.push(request.url!);
    response.end();
  });
  const { early, url, ask } = await aServer(server, 'https');
  early.open(new URL(url), 1);
  await expect(ask()).rejects.toThrow('fetch failed');
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(asked).toEqual([]);
});

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { listNodes } from '../node24/nodes.js';
import { createCertificate } from '../worlds/certificate.js';
import { accelerated } from './accelerated.js';
import { startConnectProxy, type ConnectProxy } from './connect-proxy.js';

const chunk = new URL('../../dist/chunks/proxy-agents.js', import.meta.url).href;
const run = promisify(execFile);

let proxy: ConnectProxy;
let closers: (() => Promise<unknown> | void)[];

beforeEach(async () => {
  proxy = await startConnectProxy();
  closers = [() => proxy.close()];
});
afterEach(async () => {
  for (const close of closers) await close();
});

/** Starts a server that answers with the request. @returns its URL, with a host name that only the proxy can reach */
async function serve(host: string, tls?: { key: string; cert: string }): Promise<string> {
  const answer: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (part: Buffer) => chunks.push(part));
    request.on('end', () => {
      const to = new URL(request.url ?? '/', 'http://any').searchParams.get('to');
      if (to) return void response.writeHead(302, { location: to }).end();
      const { method, headers } = request;
      response.writeHead(201, { 'content-type': 'application/json', link: '<a>; rel="next"' });
      response.end(
        JSON.stringify({ method, authorization: headers.authorization, body: Buffer.concat(chunks).toString() }),
      );
    });
  };
  const server = tls ? https.createServer(tls, answer) : http.createServer(answer);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(() => (server.closeAllConnections(), void server.close()));
  return `${tls ? 'https' : 'http'}://${host}:${(server.address() as AddressInfo).port}`;
}

/** Runs code with a `transport` made by the printed chunk. @returns the code's result */
async function runThrough(node: string, code: string, env: Record<string, string>): Promise<unknown> {
  const script = `
    import proxy from ${JSON.stringify(chunk)};
    const { createProxyTransport } = proxy;
    const transport = createProxyTransport();
    try {
      const result = await (async () => { ${code} })();
      console.log(JSON.stringify(result));
    } catch (error) {
      // Node prints the source of an uncaught error first: one line of 150 kB, which does not always arrive whole.
      console.error(error);
      process.exitCode = 1;
    }`;
  const { stdout } = await run(node, ['--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'], ...env },
  });
  return JSON.parse(stdout);
}

const post = (url: string): string => `
  const answer = await transport.fetch('${url}/tokens', { method: 'POST', headers: { authorization: 'token t' }, body: '{"a":1}' });
  return { status: answer.status, url: answer.url, link: answer.headers.get('link'), ...JSON.parse(await answer.text()) };`;

describe.each(listNodes())('dist/chunks/proxy-agents.js under Node $major', ({ path }) => {
  test("sends a plain request through HTTP_PROXY, with the proxy's own credentials", async () => {
    const url = await serve('github.test');
    const env = { HTTP_PROXY: proxy.url.replace('//', '//user:p%40ss@') };
    expect(await runThrough(path, post(url), env)).toEqual({
      status: 201,
      url: `${url}/tokens`,
      link: '<a>; rel="next"',
      method: 'POST',
      authorization: 'token t',
      body: '{"a":1}',
    });
    expect(proxy.tunnels).toEqual([new URL(url).host]);
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
  });

  test("sends an encrypted request through https_proxy and verifies the server's name", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    const tls = createCertificate('github.test');
    writeFileSync(join(folder, 'ca.pem'), tls.cert);
    const env = { https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
    const url = await serve('github.test', tls);
    expect(await runThrough(path, post(url), env)).toMatchObject({ status: 201, body: '{"a":1}' });
    expect(proxy.tunnels).toEqual([new URL(url).host]);
    const wrongName = await serve('other.test', tls);
    await expect(runThrough(path, post(wrongName), env)).rejects.toThrow(/ERR_TLS_CERT_ALTNAME_INVALID/);
  });

  test('reaches hosts in NO_PROXY and the loopback directly', async () => {
    const url = (await serve('127.0.0.1')).replace('127.0.0.1', 'localhost');
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: 'github.test' };
    expect(await runThrough(path, post(url), env)).toMatchObject({ status: 201 });
    // Only a direct connection fails to resolve the name.
    await expect(runThrough(path, post(await serve('github.test')), env)).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
    expect(proxy.tunnels).toEqual([]);
  });

  test('reports the status with which the proxy refuses a tunnel', async () => {
    const refusing = await startConnectProxy(407);
    closers.push(() => refusing.close());
    const url = await serve('github.test');
    await expect(runThrough(path, post(url), { http_proxy: refusing.url })).rejects.toThrow(/statusCode=407/);
  });

  test('follows a redirect without sending the token to another host', async () => {
    const target = await serve('elsewhere.test');
    const url = `${await serve('github.test')}/?to=${encodeURIComponent(`${target}/file`)}`;
    const code = `
      const answer = await transport.fetch('${url}', { headers: { authorization: 'token t' } });
      return { url: answer.url, ...JSON.parse(await answer.text()) };`;
    expect(await runThrough(path, code, { http_proxy: proxy.url })).toEqual({
      url: `${target}/file`,
      method: 'GET',
      body: '',
    });
  });

  test('stops at the signal and rejects with its reason', async () => {
    const url = await serve('github.test');
    const code = `
      const stop = new AbortController();
      stop.abort(new Error('cancelled here'));
      return transport.fetch('${url}', { signal: stop.signal }).catch((error) => error.message);`;
    expect(await runThrough(path, code, { http_proxy: proxy.url })).toBe('cancelled here');
  });

  test('carries the requests of start-runner to GitHub and of stop-runner to EC2', async () => {
    const github = await serve('github.test');
    const ec2 = await serve('ec2.test');
    const env = {
      PATH: process.env['PATH'],
      http_proxy: proxy.url,
      GITHUB_API_URL: github,
      AWS_ENDPOINT_URL: ec2,
      'INPUT_GITHUB-TOKEN': 'ghp_0',
      GITHUB_REPOSITORY: 'octo-org/octo-repo',
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'build',
      GITHUB_SHA: '0'.repeat(40),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIA0',
      AWS_SECRET_ACCESS_KEY: 'secret',
      ...accelerated(20),
    };
    // The answers fail the actions. Only the tunnels matter here.
    const cases = [
      // start-runner reads its presets file from GitHub, because there is no checkout.
      { action: 'start-runner', inputs: { INPUT_PRESET: 'mine' }, url: github },
      { action: 'stop-runner', inputs: {}, url: ec2 },
    ];
    for (const { action, inputs, url } of cases) {
      const bundle = fileURLToPath(new URL(`../../dist/${action}.js`, import.meta.url));
      await expect(run(path, [bundle], { env: { ...env, ...inputs }, cwd: tmpdir() })).rejects.toThrow();
      expect(proxy.tunnels).toContain(new URL(url).host);
    }
  });

  test("provides agents of Node's http module for the AWS SDK", async () => {
    const url = await serve('ec2.test');
    const code = `
      const { default: http } = await import('node:http');
      const { httpAgent, httpsAgent } = transport.agents;
      const answer = await new Promise((resolve) => http.get('${url}', { agent: httpAgent }, resolve));
      answer.resume();
      const areAgents = [httpAgent, httpsAgent].map((agent) => agent instanceof http.Agent);
      httpAgent.destroy();
      return { status: answer.statusCode, areAgents };`;
    expect(await runThrough(path, code, { http_proxy: proxy.url })).toEqual({ status: 201, areAgents: [true, true] });
    expect(proxy.tunnels).toEqual([new URL(url).host]);
  });
});

import { execFile } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { findNode24 } from '../node24/nodes.js';
import { createCertificate } from '../worlds/certificate.js';
import { accelerated } from './accelerated.js';
import { startConnectProxy, type ConnectProxy } from './connect-proxy.js';

type Environment = Readonly<Record<string, string>>;
interface Outcome {
  readonly code: number;
  readonly text: string;
}

const run = promisify(execFile);
const closers: (() => Promise<unknown> | void)[] = [];
/** The Authorization header of every request over plain HTTP. */
let arrived: (string | undefined)[];
/** The number of TCP connections to the server with the untrusted certificate. */
let handshakes = 0;
let plain: string;
let untrusted: string;
let proxies: Readonly<Record<'wantsPassword' | 'forbids' | 'broken', ConnectProxy>>;

beforeAll(async () => {
  const answer: http.RequestListener = (request, response) => {
    arrived.push(request.headers.authorization);
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"not here"}');
  };
  plain = await listen(http.createServer(answer));
  const tls = https.createServer(createCertificate('localhost'), answer);
  tls.on('connection', () => handshakes++);
  untrusted = (await listen(tls)).replace('http:', 'https:').replace('127.0.0.1', 'localhost');
  proxies = {
    wantsPassword: await startConnectProxy(407),
    forbids: await startConnectProxy(403),
    broken: await startConnectProxy(502),
  };
  for (const proxy of Object.values(proxies)) closers.push(() => proxy.close());
});
afterAll(async () => {
  for (const close of closers) await close();
});
beforeEach(() => {
  arrived = [];
  handshakes = 0;
  for (const proxy of Object.values(proxies)) proxy.tunnels.length = 0;
});

async function listen(server: http.Server | https.Server): Promise<string> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(() => (server.closeAllConnections(), void server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** stop-runner calls AWS first. start-runner with a preset of the repository calls GitHub first. */
async function step(action: 'start-runner' | 'stop-runner', environment: Environment): Promise<Outcome> {
  const bundle = fileURLToPath(new URL(`../../dist/${action}.js`, import.meta.url));
  const env = {
    GITHUB_API_URL: plain,
    AWS_ENDPOINT_URL: plain,
    'INPUT_GITHUB-TOKEN': 'ghp_0123456789',
    INPUT_PRESET: action === 'start-runner' ? 'mine' : '',
    GITHUB_REPOSITORY: 'octo-org/octo-repo',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_JOB: 'build',
    GITHUB_SHA: '0'.repeat(40),
    HOME: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIA0123456789',
    AWS_SECRET_ACCESS_KEY: 'secret',
    // The plain server refuses everything, so every step ends with retries, which take minutes on a real clock.
    ...accelerated(30),
    ...environment,
  };
  if (action === 'stop-runner') delete (env as Record<string, string>)['INPUT_PRESET'];
  const ran = await run(findNode24(), [bundle], { env, cwd: tmpdir() }).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      text: error.stdout + error.stderr,
    }),
  );
  return { ...ran, text: ran.text.replaceAll('%0A', '\n') };
}

function expectFailure({ code, text }: Outcome, failure: string, hint: RegExp): void {
  expect(text).not.toMatch(/bug in ci-actions/i);
  // A stop that reaches neither AWS nor GitHub reports cleanup-incomplete.
  expect(text).toMatch(new RegExp(`\nCode: (${failure}|cleanup-incomplete)`));
  expect(/What to do: .*/.exec(text)?.[0]).toMatch(hint);
  expect(code).toBe(1);
}

const aws = (environment: Environment) => step('stop-runner', environment);
const github = (environment: Environment) => step('start-runner', environment);

describe('AWS credentials with white space', () => {
  test.each<[string, Environment]>([
    ['a key id', { AWS_ACCESS_KEY_ID: 'AKIA0123456789\n' }],
    ['a secret', { AWS_SECRET_ACCESS_KEY: ' secret\r\n' }],
    ['a session token', { AWS_SESSION_TOKEN: 'token\n' }],
    ['a region', { AWS_REGION: 'us-east-1\n' }],
  ])('around %s work', async (_, environment) => {
    const { text } = await aws(environment);
    expect(text).not.toMatch(/bug in ci-actions/i);
    expect(arrived[0]).toContain('Credential=AKIA0123456789/');
    expect(arrived[0]).toContain('/us-east-1/');
  });

  test.each<[string, Environment]>([
    ['AWS_ACCESS_KEY_ID', { AWS_ACCESS_KEY_ID: 'AKIA 0123456789' }],
    ['AWS_SECRET_ACCESS_KEY', { AWS_SECRET_ACCESS_KEY: 'sec\nret' }],
    ['AWS_SESSION_TOKEN', { AWS_SESSION_TOKEN: 'to\r\nken' }],
    ['AWS_SESSION_TOKEN', { AWS_SESSION_TOKEN: 'to\u0007ken' }],
    ['AWS_ACCESS_KEY_ID', { AWS_ACCESS_KEY_ID: '“AKIA”' }],
  ])('inside them are refused by name, before any request: %s', async (name, environment) => {
    const outcome = await aws(environment);
    expectFailure(outcome, 'aws-credentials-malformed', /secret/);
    expect(outcome.text).toContain(name);
    expect(outcome.text).not.toContain(Object.values(environment)[0]);
    expect(arrived).toEqual([]);
  });
});

describe('A setting of the AWS SDK that is invalid', () => {
  test.each<[string, Environment]>([
    ['a region with a blank', { AWS_REGION: 'us east 1' }],
    ['a region with a slash', { AWS_REGION: 'us-east-1/' }],
    ['an endpoint that is no URL', { AWS_ENDPOINT_URL: 'nowhere' }],
    ['an endpoint of another protocol', { AWS_ENDPOINT_URL: 'ftp://nowhere' }],
    ['a number of attempts that is no number', { AWS_MAX_ATTEMPTS: 'many' }],
    ['a retry mode', { AWS_RETRY_MODE: 'never' }],
    ['a switch', { AWS_USE_FIPS_ENDPOINT: 'perhaps' }],
    ['a dualstack switch', { AWS_USE_DUALSTACK_ENDPOINT: 'perhaps' }],
    ['an execution environment of two lines', { AWS_EXECUTION_ENV: 'one\ntwo' }],
    ['an app id of two lines', { AWS_SDK_UA_APP_ID: 'one\ntwo' }],
    ['a profile', { AWS_PROFILE: 'a\nb', AWS_ACCESS_KEY_ID: '' }],
    [
      'a web identity that cannot be read',
      { AWS_ACCESS_KEY_ID: '', AWS_WEB_IDENTITY_TOKEN_FILE: '/none', AWS_ROLE_ARN: 'x' },
    ],
  ])('%s is not called a bug', async (_, environment) => {
    expect((await aws(environment)).text).not.toMatch(/bug in ci-actions/i);
  });
});

describe('A certificate that Node does not trust', () => {
  test.each([
    ["AWS's", aws, { AWS_ENDPOINT_URL: '' }],
    ["GitHub's", github, { GITHUB_API_URL: '' }],
  ] as const)('on %s side is reported at once, with the variable that adds a certificate', async (_, act, variable) => {
    const environment = Object.fromEntries(Object.keys(variable).map((name) => [name, untrusted]));
    const outcome = await act(environment);
    expectFailure(outcome, 'certificate-untrusted', /NODE_EXTRA_CA_CERTS/);
    expect(outcome.text).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
    // A start opens up to two connections early.
    expect(handshakes).toBeLessThanOrEqual(act === aws ? 1 : 3);
  });
});

describe('A proxy', () => {
  const far = { GITHUB_API_URL: 'http://github.test', AWS_ENDPOINT_URL: 'http://ec2.test' };

  test.each([
    ['AWS', aws, 2], // A stop still reads the runners from GitHub.
    ['GitHub', github, 2], // The presets file, and whether the token can read the repository.
  ] as const)('that requires a password or refuses the tunnel to %s is named at once', async (_, act, requests) => {
    const { wantsPassword, forbids } = proxies;
    expectFailure(await act({ ...far, http_proxy: wantsPassword.url }), 'proxy-refused', /user:password@/);
    expect(wantsPassword.tunnels).toHaveLength(requests);
    expectFailure(await act({ ...far, HTTP_PROXY: forbids.url }), 'proxy-refused', /NO_PROXY/);
    expect(forbids.tunnels).toHaveLength(requests);
  });

  test.each([
    ['AWS', aws],
    ['GitHub', github],
  ] as const)('with an unusable address is named as the reason why %s cannot be reached', async (_, act) => {
    const unreadable = ['socks5://10.0.0.1:1080', 'http://user:p%ss@proxy.test', 'http://proxy.test:99999', 'ht tp:/x'];
    for (const http_proxy of unreadable) {
      const outcome = await act({ ...far, http_proxy });
      expectFailure(outcome, 'proxy-unusable', /http:\/\/user:password@host:port/);
      expect(outcome.text).toContain('http_proxy');
      expect(outcome.text).not.toContain('p%ss');
    }
  });

  test.each([
    ['AWS', aws],
    ['GitHub', github],
  ] as const)('that cannot be reached is named instead of %s', async (_, act) => {
    expectFailure(await act({ ...far, http_proxy: proxies.broken.url }), 'proxy-unreachable', /proxy/);
    for (const http_proxy of ['http://127.0.0.1:9', 'foo', '127.0.0.1:9', 'http://user:p@ss@127.0.0.1:9']) {
      expectFailure(await act({ ...far, http_proxy }), 'proxy-unreachable', /proxy/);
    }
  });

  test('of blanks counts as not set', async () => {
    expectFailure(
      await aws({ ...far, http_proxy: ' ', HTTP_PROXY: 'socks5://10.0.0.1:1080' }),
      'proxy-unusable',
      /http:/,
    );
    expectFailure(await aws({ ...far, http_proxy: ' ' }), 'aws-unreachable', /network/);
  });

  test('that is unusable does not matter for a host that is reached without it', async () => {
    await aws({ http_proxy: 'socks5://10.0.0.1:1080' });
    expect(arrived).not.toEqual([]);
  });
});

describe('A setting for GitHub:', () => {
  test.each<[string, Environment]>([
    ['a token with line breaks around', { 'INPUT_GITHUB-TOKEN': '\nghp_0123456789\r\n' }],
    ['an address that ends in a line break', { GITHUB_API_URL: '' }],
  ])('%s works', async (_, environment) => {
    await github('GITHUB_API_URL' in environment ? { GITHUB_API_URL: `${plain}/\n` } : environment);
    expect(arrived[0]).toBe('Bearer ghp_0123456789');
  });

  test.each<[string, Environment]>([
    ['a token with a line break inside', { 'INPUT_GITHUB-TOKEN': 'ghp_01234\n56789' }],
    ['a token in quotation marks', { 'INPUT_GITHUB-TOKEN': '“ghp_0123456789”' }],
    ['an address with a blank', { GITHUB_API_URL: 'https://git hub.test/api/v3' }],
    ['an address without a protocol', { GITHUB_API_URL: 'github.test/api/v3' }],
  ])('%s is refused', async (_, environment) => {
    expectFailure(await github(environment), 'bad-input', /./);
    expect(arrived).toEqual([]);
  });
});

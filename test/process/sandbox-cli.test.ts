import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { serve, type Server } from '../../sandbox/http.js';
import { eventually } from '../worlds/sandbox/aws.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { sandbox: string } };

let folder: string;
let started: Run[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-cli-'));
  started = [];
});

afterEach(async () => {
  for (const { child } of started) child.kill();
  await Promise.all(started.map(({ exited }) => exited));
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  stdout: string;
  stderr: string;
}

/** `npm run sandbox -- …` as npm runs it for a user whose folder is `folder`. */
function sandbox(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn('/bin/sh', ['-c', `exec ${scripts.sandbox} "$@"`, 'npm', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', INIT_CWD: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const run: Run = { child, exited, stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => (run.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (run.stderr += data.toString()));
  started.push(run);
  return run;
}

function readExports(text: string): Record<string, string> {
  const lines = text.trimEnd().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^export (\w+)='([^']*)'$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`This line cannot be evaluated: ${line}`);
      return [name, value];
    }),
  );
}

/** Waits until it is ready. @returns what it exports */
async function ready(run: Run): Promise<Record<string, string>> {
  // The slowest machine takes longer to start a process than a sandbox takes for anything.
  while (!/^export SANDBOX_URL='.*'$/m.test(run.stdout)) {
    const ended = await Promise.race([run.exited, new Promise((resolve) => run.child.stdout?.once('data', resolve))]);
    if (typeof ended === 'number') throw new Error(run.stderr);
  }
  return readExports(run.stdout);
}

/** A port that is free, and so is the next one, until another program takes it. */
async function freePort(): Promise<number> {
  const first = await occupy();
  const port = Number(new URL(first.url).port);
  const second = await occupy(port + 1).catch(() => undefined);
  await Promise.all([first.close(), second?.close()]);
  return second ? port : freePort();
}

function occupy(port?: number): Promise<Server> {
  const handler = {
    name: () => undefined,
    handle: async () => ({ status: 200, body: 'hello' }),
    refuse: () => ({ status: 500, body: '' }),
  };
  return serve({ service: 'github', traffic: { requests: [] }, handler, port });
}

const answers = (url: string | undefined) =>
  fetch(`${url}/`).then(
    () => true,
    () => false,
  );

test('--help describes every option and starts nothing', async () => {
  const run = sandbox(['--help']);
  expect(await run.exited).toBe(0);
  for (const option of ['--port N', '--env-file FILE', '--events FILE', '--quiet', '--detach', '--api-only', 'stop'])
    expect(run.stdout).toContain(option);
  expect(run.stdout).not.toContain('export AWS');
});

test('wrong arguments are all named at once', async () => {
  const run = sandbox(['--prt', '1', '--region', 'moon', 'begin']);
  expect(await run.exited).toBe(2);
  expect(run.stderr).toMatch(/`--prt` is not an option.*nearest: `--port`/);
  expect(run.stderr).toMatch(/`--region` is "moon"; allowed: a region/);
  expect(run.stderr).toMatch(/`COMMAND` is "begin"; allowed: `start`, `stop`/);
  expect(run.stdout).toBe('');
});

test('standard output has the exports alone, standard error what happens, and Ctrl-C ends it, even twice', async () => {
  const run = sandbox(['--repository', 'my-org/my-repo', '--region', 'eu-west-1', '--api-only']);
  const variables = await ready(run);
  expect(variables).toMatchObject({ GITHUB_REPOSITORY: 'my-org/my-repo', AWS_REGION: 'eu-west-1' });
  const headers = { authorization: `Bearer ${variables['GITHUB_TOKEN']}` };
  const answer = await fetch(`${variables['GITHUB_API_URL']}/repos/my-org/my-repo`, { headers });
  expect(answer.status).toBe(200);
  const job = { labels: ['x'], steps: [], name: 'build' };
  await fetch(`${variables['SANDBOX_URL']}/jobs`, { method: 'POST', body: JSON.stringify(job) });
  await eventually(() => /job-queued +build \(9001\), x$/m.test(run.stderr));
  run.child.kill('SIGINT');
  run.child.kill('SIGINT');
  expect(await run.exited).toBe(0);
  expect(readExports(run.stdout)).toEqual(variables);
});

test('two sandboxes run side by side', async () => {
  const [first, second] = await Promise.all([ready(sandbox(['--api-only'])), ready(sandbox(['--api-only']))]);
  const urls = [first, second].flatMap((one) => [one['AWS_ENDPOINT_URL'], one['GITHUB_API_URL']]);
  expect(new Set(urls).size).toBe(4);
  expect(await Promise.all(urls.map(answers))).toEqual([true, true, true, true]);
});

test('--port fixes both ports, and a port in use is named with what it is for', async () => {
  const port = await freePort();
  const variables = await ready(sandbox(['--port', `${port}`, '--api-only']));
  expect(variables).toMatchObject({
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    GITHUB_API_URL: `http://127.0.0.1:${port + 1}`,
  });
  const again = sandbox(['--port', `${port}`]);
  const below = sandbox(['--port', `${port - 1}`]);
  expect(await Promise.all([again.exited, below.exited])).toEqual([1, 1]);
  expect(again.stderr).toMatch(
    new RegExp(`^Port ${port} \\(EC2, SSM and STS\\) cannot be used: another program uses it`),
  );
  expect(below.stderr).toMatch(new RegExp(`^Port ${port}|^Port ${port - 1}`));
  expect(again.stdout + below.stdout).toBe('');
});

test('--env-file has the variables as long as the sandbox runs, --events what happens, and --quiet hides the rest', async () => {
  const run = sandbox(['--env-file', 'sandbox.env', '--events', 'events.log', '--quiet', '--api-only']);
  const variables = await ready(run);
  const file = join(folder, 'sandbox.env');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.slice(1)).toEqual(Object.entries(variables).map(([name, value]) => `${name}=${value}`));
  await fetch(`${variables['SANDBOX_URL']}/jobs`, { method: 'POST', body: '{"labels":["x"],"steps":[]}' });
  await eventually(() => readFileSync(join(folder, 'events.log'), 'utf8').includes('job-queued'));
  run.child.kill('SIGTERM');
  expect(await run.exited).toBe(0);
  expect(existsSync(file)).toBe(false);
  expect(run.stderr).toBe('');
});

test('--env-file keeps a file that somebody else wrote, and adds to the one of GitHub', async () => {
  writeFileSync(join(folder, '.env'), 'SECRET=mine\n');
  const refused = sandbox(['--env-file', '.env']);
  expect(await refused.exited).toBe(2);
  expect(refused.stderr).toMatch(/`--env-file` is ".env", which exists and was not written by a sandbox/);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('SECRET=mine\n');
  const run = sandbox(['--env-file', '.env', '--api-only'], { GITHUB_ENV: join(folder, '.env') });
  await ready(run);
  run.child.kill();
  await run.exited;
  expect(readFileSync(join(folder, '.env'), 'utf8')).toMatch(/^SECRET=mine\nAWS_ENDPOINT_URL=http:.*\n/);
});

test('--detach leaves it in the background until `stop`, which succeeds twice', async () => {
  const run = sandbox(['--detach', '--api-only', '--env-file', 'sandbox.env']);
  expect([await run.exited, run.stderr]).toEqual([0, expect.stringMatching(/runs as process \d+.*stop` ends it/)]);
  const { SANDBOX_URL = '' } = readExports(run.stdout);
  expect(await answers(SANDBOX_URL)).toBe(true);
  const [ended, file] = [sandbox(['stop'], { SANDBOX_URL }), join(folder, 'sandbox.env')];
  expect([await ended.exited, ended.stderr]).toEqual([0, expect.stringContaining('has ended')]);
  expect([await answers(SANDBOX_URL), existsSync(file)]).toEqual([false, false]);
  const again = sandbox(['stop'], { SANDBOX_URL });
  expect([await again.exited, again.stderr]).toEqual([0, expect.stringContaining('No sandbox runs at')]);
});

test('--detach reports why it could not start', async () => {
  const server = await occupy();
  const run = sandbox(['--detach', '--port', new URL(server.url).port]);
  expect([await run.exited, run.stdout, run.stderr]).toEqual([
    1,
    '',
    expect.stringMatching(/^Port \d+ .*in? use|uses it/),
  ]);
  await server.close();
});

test('--detach names a file that cannot be used', async () => {
  const runs = [
    ['--env-file', 'missing/env'],
    ['--events', 'missing/events'],
  ].map((args) => sandbox(['--detach', ...args]));
  expect(await Promise.all(runs.map(({ exited }) => exited))).toEqual([2, 2]);
  expect(runs.map(({ stderr }) => stderr)).toEqual([
    expect.stringContaining('`--env-file` is "missing/env"; its folder does not exist.'),
    expect.stringContaining('`--events` is "missing/events", which cannot be written'),
  ]);
});

test('`stop` ends no other program, and asks which sandbox is meant', async () => {
  const server = await occupy();
  const other = sandbox(['stop'], { SANDBOX_URL: `${server.url}/_sandbox` });
  const unknown = sandbox(['stop']);
  expect([await other.exited, other.stderr]).toEqual([1, expect.stringContaining('there is another program')]);
  expect([await unknown.exited, unknown.stderr]).toEqual([2, expect.stringContaining('Which sandbox?')]);
  await server.close();
});

/** The scripts of workflows/example-lumi, each as a job runs it, with stand-ins for Docker and the cluster. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Containers, type Image } from '../worlds/example-lumi.js';

const IMAGE = 'rocm-6.1';
interface Done {
  readonly code: number | null;
  readonly said: string;
  readonly outputs: string;
}

let folder: string;
let containers: Containers;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'example-lumi-'));
  containers = new Containers(folder);
  expect(await run('prepare.sh', cluster())).toMatchObject({ code: 0 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const cluster = (): Record<string, string> => ({
  CLUSTER: 'me@cluster.invalid',
  CLUSTER_KNOWN_HOSTS: 'a key',
  CLUSTER_SSH_KEY: 'a private key',
});

/** Runs a script as a step. `signal` ends it once the file exists. */
async function run(
  script: string,
  env: Readonly<Record<string, string>> = {},
  signal?: { readonly name: NodeJS.Signals; readonly once: string },
): Promise<Done> {
  const output = join(folder, 'output');
  writeFileSync(output, '');
  const child = spawn(join(containers.repository, 'ci', script), {
    cwd: containers.repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${join(containers.programs, 'machine')}:${process.env['PATH']}`,
      HOME: join(folder, 'root'),
      CI_ACTIONS_ROOT: folder,
      GITHUB_OUTPUT: output,
      GITHUB_RUN_ID: '7',
      GITHUB_RUN_ATTEMPT: '1',
      STAGING: containers.staging,
      TEST_MINUTES: '10',
      IMAGE,
      ...env,
    },
  });
  let said = '';
  for (const one of [child.stdout, child.stderr]) one.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const look = setInterval(() => signal && existsSync(signal.once) && child.kill(signal.name), 20);
  const code = await ended;
  clearInterval(look);
  return { code, said, outputs: readFileSync(output, 'utf8') };
}

/** Build, transfer and test of an image. @returns what the last two did */
async function runJobs(env: Readonly<Record<string, string>> = {}): Promise<{ transfer: Done; test: Done }> {
  const DIGEST = (await run('build.sh', env)).outputs.trim().replace('digest=', '');
  expect(DIGEST).toMatch(/^sha256:[0-9a-f]{64}$/);
  const transfer = await run('transfer.sh', { DIGEST, ...env });
  return { transfer, test: await run('test.sh', { DIGEST, ...env }) };
}
const evidence = (verdict: string, tests: number, id = 7): unknown =>
  expect.stringMatching(new RegExp(`^evidence=${verdict} ${IMAGE} sha256:[0-9a-f]{64} tests=${tests} run=${id}\n$`));

describe('An image that passed', () => {
  test('is not transferred and not tested again, with the evidence of the first run', async () => {
    expect(await runJobs()).toMatchObject({ transfer: { code: 0 }, test: { code: 0, outputs: evidence('passed', 3) } });
    containers.forbidTests();
    const second = await runJobs({ GITHUB_RUN_ID: '8' });
    expect(second.transfer).toMatchObject({ code: 0, said: expect.stringContaining('nothing to transfer') });
    expect(second.test).toMatchObject({ code: 0, outputs: evidence('passed', 3) });
  });

  test.each<[string, Record<string, string>, () => void]>([
    ['its recipe has changed', {}, () => containers.writeRecipe(IMAGE, 'RUN echo other')],
    ['its test has changed', {}, () => containers.writeTest(IMAGE, 'echo more', "echo 'tests passed: 4'")],
    ['the run asks for it', { RETEST: 'true' }, () => undefined],
  ])('is tested again when %s', async (_, env, change) => {
    await runJobs();
    change();
    const { test } = await runJobs({ ...env, GITHUB_RUN_ID: '8' });
    expect(test).toMatchObject({ code: 0, outputs: evidence('passed', test.said.includes('more') ? 4 : 3, 8) });
  });
});

test('An image whose tests failed is red at once in the next run, until it is tested again by hand', async () => {
  containers.writeTest(IMAGE, "echo 'tests failed: 2'; exit 1");
  expect((await runJobs()).test).toMatchObject({ code: 1, outputs: evidence('failed', 2) });
  containers.forbidTests();
  const second = await runJobs({ GITHUB_RUN_ID: '8' });
  expect(second.test).toMatchObject({ code: 1, outputs: evidence('failed', 2) });
  expect(second.test.said).toContain('by hand with "retest"');
});

test.each<[string, readonly string[], Record<string, string>]>([
  ['ended without a result', ['exit 1'], {}],
  ['passed, but the job failed', ["echo 'tests passed: 3'", 'exit 1'], {}],
  ['ran no test', ["echo 'tests passed: 0'"], {}],
  ['took too long', ['sleep 60'], { TEST_MINUTES: '0.01' }],
])('A test that %s is red, and is done again in the next run', async (_, lines, env) => {
  containers.writeTest(IMAGE, ...lines);
  const first = (await runJobs(env)).test;
  expect(first).toMatchObject({ code: 1, outputs: '' });
  expect(first.said).toMatch(/::error::The tests of rocm-6\.1 came to no result: exit code (0|1|124) /);
  const second = (await runJobs({ ...env, GITHUB_RUN_ID: '8' })).test;
  expect(second).toMatchObject({ code: 1, outputs: '' });
  expect(second.said).toContain('came to no result');
});

test.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
  'A test that is canceled by %s is canceled on the cluster',
  async (name) => {
    const begun = join(folder, 'begun');
    containers.writeTest(IMAGE, `touch ${begun}`, 'sleep 60');
    const DIGEST = (await run('build.sh')).outputs.trim().replace('digest=', '');
    await run('transfer.sh', { DIGEST });
    expect(await run('test.sh', { DIGEST }, { name, once: begun })).toMatchObject({ code: 130, outputs: '' });
    expect(containers.canceled).toMatch(/^--me --name containers-rocm-6\.1$/m);
  },
);

test('An image that is not the one that was built is not transferred', async () => {
  const DIGEST = (await run('build.sh')).outputs.trim().replace('digest=', '');
  containers.writeRecipe(IMAGE, 'RUN echo other');
  await run('build.sh');
  const done = await run('transfer.sh', { DIGEST });
  expect(done).toMatchObject({ code: 1, said: expect.stringContaining('is not the image sha256:') });
});

test('A build on an image that is not there fails', async () => {
  const done = await run('build.sh', { IMAGE: 'jax-rocm-6.2' satisfies Image, BASE: 'rocm-6.2' });
  expect(done).toMatchObject({ code: 1, outputs: '' });
});

describe('prepare.sh', () => {
  test('names what is not set', async () => {
    for (const name of Object.keys(cluster())) {
      const done = await run('prepare.sh', { ...cluster(), [name]: '' });
      expect(done).toMatchObject({ code: 1, said: expect.stringContaining(`${name} is not set`) });
    }
  });

  test('keeps the key from others, and ends what earlier runs left on the cluster: their tests, and files after a week', async () => {
    const [old, recent] = ['1-1', '2-1'].map((run) => join(containers.staging, run));
    for (const one of [old!, recent!]) mkdirSync(one, { recursive: true });
    const past = Date.now() / 1000 - 8.5 * 86_400;
    utimesSync(old!, past, past);
    expect(await run('prepare.sh', cluster())).toMatchObject({ code: 0 });
    expect([existsSync(old!), existsSync(recent!)]).toEqual([false, true]);
    expect(new Set(containers.canceled.trim().split('\n'))).toEqual(new Set(['42']));
    const config = readFileSync(join(folder, 'root/.ssh/config'), 'utf8');
    expect(config).toMatch(/HostName cluster\.invalid\n +User me\n/);
  });
});

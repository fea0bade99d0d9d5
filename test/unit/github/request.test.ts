import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../src/core/kernel/failure.js';
import type { GitHub } from '../../../src/core/ports/github.js';
import { connectScripted, runnerJson, ScriptedGitHub, type Reply } from '../../worlds/scripted-github.js';

const RUNNER = 'GET /repos/o/r/actions/runners/7';
const REGISTRATION = 'POST /repos/o/r/actions/runners/generate-jitconfig';
const REGISTERED: Reply = { status: 201, json: { runner: runnerJson(7), encoded_jit_config: 'aml0' } };
const request = { name: 'runner-7', label: 'run-1', groupId: 1, workFolder: '_work' };

async function poll(...replies: Reply[]) {
  const scripted = await connectScripted(new ScriptedGitHub().on(RUNNER, ...replies));
  const start = scripted.clock.now();
  return { ...scripted, read: () => scripted.github.readRunner(7), waited: () => scripted.clock.now() - start };
}

async function connect(...replies: Reply[]) {
  const scripted = await connectScripted(new ScriptedGitHub().on(REGISTRATION, ...replies));
  const start = scripted.clock.now();
  return {
    ...scripted,
    register: () => scripted.github.registerRunner(request),
    waited: () => scripted.clock.now() - start,
  };
}

function cancellation() {
  const controller = new AbortController();
  const cancel = () => controller.abort(new Failure('cancelled', 'The step was cancelled.', { hint: 'h' }));
  return { signal: controller.signal, cancel };
}

describe('a read without a response', () => {
  test.each<[string, Reply]>([
    ['broken connection', 'no-answer'],
    ['server error', { status: 502, text: 'Bad gateway', headers: { 'content-type': 'text/html' } }],
    ['answer cut off', { text: '{"id": 7, "na' }],
    ["proxy's page", { text: '<html>sign in</html>', headers: { 'content-type': 'text/html' } }],
  ])('is repeated after a short wait: %s', async (_, broken) => {
    const { read, waited, script } = await poll(broken, { json: runnerJson(7) });
    await expect(read()).resolves.toMatchObject({ id: 7 });
    expect(script.lines).toEqual([RUNNER, RUNNER]);
    expect(waited()).toBeGreaterThanOrEqual(125);
    expect(waited()).toBeLessThanOrEqual(250);
  });

  test('fails after half a minute, with the endpoint, the reason and the time', async () => {
    const { read, waited } = await poll('no-answer');
    await expect(read()).rejects.toMatchObject({
      code: 'github-unreachable',
      message: 'GitHub could not be asked GET /repos/o/r/actions/runners/7 after 30 s: socket hang up.',
    });
    expect(waited()).toBeGreaterThanOrEqual(30_000);
    expect(waited()).toBeLessThan(31_000);
  });

  test('fails after a minute in a call that ends something, and in all reads of such a step', async () => {
    for (const [line, options, ask] of [
      [RUNNER, { purpose: 'end' }, (github) => github.readRunner(7)],
      [RUNNER.replace('GET', 'DELETE'), {}, (github) => github.removeRunner(7)],
    ] as [string, { purpose?: 'end' }, (github: GitHub) => Promise<unknown>][]) {
      const { github, clock } = await connectScripted(new ScriptedGitHub().on(line, 'no-answer'), options);
      const start = clock.now();
      await expect(ask(github)).rejects.toMatchObject({ message: expect.stringContaining(' after 60 s: ') });
      expect(clock.now() - start).toBeLessThan(61_000);
    }
  });

  test('is not repeated after the step is cancelled', async () => {
    const { signal, ...controller } = cancellation();
    const { github, clock } = await connectScripted(new ScriptedGitHub().on(RUNNER, 'no-answer'), { signal });
    const start = clock.now();
    clock.after(10_000, controller.cancel);
    await expect(github.readRunner(7)).rejects.toMatchObject({ code: 'cancelled' });
    expect(clock.now() - start).toBe(10_000);
  });
});

describe('a registration', () => {
  test.each<[string, Reply]>([
    ['broken connection', 'no-answer'],
    ['server error', { status: 500, json: { message: 'Server Error' } }],
    ['answer cut off', { status: 201, text: '{"runner": {"id' }],
    ['answer without its config', { status: 201, json: { runner: runnerJson(7), encoded_jit_config: '' } }],
  ])('is not repeated after a lost response: %s', async (_, broken) => {
    const { register, script } = await connect(broken, REGISTERED);
    await expect(register()).resolves.toBe('unanswered');
    expect(script.lines).toEqual([REGISTRATION]);
  });

  test('that was rate-limited had no effect, so it is repeated after the wait', async () => {
    const limited: Reply = { status: 429, json: { message: 'slow down' }, headers: { 'retry-after': '20' } };
    const { register, waited } = await connect(limited, REGISTERED);
    await expect(register()).resolves.toEqual({ id: 7, name: 'runner-7', jitConfig: 'aml0' });
    expect(waited()).toBeGreaterThanOrEqual(20_000);
    expect(waited()).toBeLessThanOrEqual(21_000);
  });
});

describe('a rate limit', () => {
  const secondary = { status: 403, json: { message: 'You have exceeded a secondary rate limit' } };

  test('makes all calls wait together: no request is sent meanwhile', async () => {
    const script = new ScriptedGitHub()
      .on(RUNNER, { status: 403, json: { message: 'x' }, headers: { 'retry-after': '30' } }, { json: runnerJson(7) })
      .on('GET /repos/o/r/actions/runners/8', { json: runnerJson(8) });
    const { github, clock } = await connectScripted(script);
    const start = clock.now();
    const first = github.readRunner(7);
    let sentAt = 0;
    clock.after(1000, () => {
      sentAt = script.requests.length;
      void github.readRunner(8);
    });
    await first;
    expect(sentAt).toBe(1);
    expect(clock.now() - start).toBeGreaterThanOrEqual(30_000);
  });

  test('that lasts longer than a call may wait is a failure at once, with the time of its end', async () => {
    const headers = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0' };
    const reset = { ...headers, 'x-ratelimit-reset': String(Date.UTC(2026, 0, 1, 0, 20) / 1000) };
    const { read, waited } = await poll({ status: 403, json: { message: 'API rate limit exceeded' }, headers: reset });
    await expect(read()).rejects.toMatchObject({
      code: 'github-rate-limited',
      message: expect.stringContaining('until 2026-01-01T00:20:01Z (1201 s)'),
    });
    expect(waited()).toBe(0);
  });

  test('that is renewed again and again makes a call wait three minutes at most', async () => {
    const { read, waited, script } = await poll(secondary);
    await expect(read()).rejects.toMatchObject({
      code: 'github-rate-limited',
      message: expect.stringMatching(/\(60 s\), after 12\d s of waiting\.$/),
    });
    // Each wait is a minute, as GitHub requires. A third one would end after the patience.
    expect(script.requests).toHaveLength(3);
    expect(waited()).toBeLessThan(180_000);
  });

  test('makes a call that ends something wait five minutes at most', async () => {
    const limited: Reply = { ...secondary, headers: { 'retry-after': '280' } };
    const line = RUNNER.replace('GET', 'DELETE');
    const { github } = await connectScripted(new ScriptedGitHub().on(line, limited, { status: 204 }));
    await expect(github.removeRunner(7)).resolves.toBe('removed');
    const { read } = await poll(limited, { json: runnerJson(7) });
    await expect(read()).rejects.toMatchObject({ code: 'github-rate-limited' });
  });

  test('that was hit once slows polling down for good, because other programs use the same token', async () => {
    const limited: Reply = { ...secondary, headers: { 'retry-after': '1' } };
    const { github, read } = await poll(limited, { json: runnerJson(7) });
    expect(github.pace).toBe(1);
    await read();
    expect(github.pace).toBe(4);
  });

  test('in any response sets the pace, until a later response', async () => {
    const reset = String(Date.UTC(2026, 0, 1, 0, 50) / 1000);
    const headers = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '200', 'x-ratelimit-reset': reset };
    const { github, read } = await poll({ json: runnerJson(7), headers }, { json: runnerJson(7) });
    expect(github.pace).toBe(1);
    await read();
    expect(github.pace).toBe(5);
    await read();
    expect(github.pace).toBe(5);
  });
});

describe('a request', () => {
  test('ends at its time limit', async () => {
    const script = new ScriptedGitHub().on(REGISTRATION, 'never').on(RUNNER, 'never');
    const { github } = await connectScripted(script, { requestTimeoutSeconds: 0.02 });
    await expect(github.registerRunner(request)).resolves.toBe('unanswered');
    await expect(github.readRunner(7)).rejects.toMatchObject({
      code: 'github-unreachable',
      message: expect.stringContaining('after 30 s: no answer in time'),
    });
  });

  test('has the token, the API version and a user agent', async () => {
    const { read, script } = await poll({ json: runnerJson(7) });
    await read();
    expect(script.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer ghp_given',
      'x-github-api-version': '2022-11-28',
      'user-agent': expect.stringContaining('ci-actions'),
    });
  });

  test('is logged for debugging in one line without the token', async () => {
    const told: string[] = [];
    const script = new ScriptedGitHub().on(RUNNER, {
      json: runnerJson(7),
      headers: { 'x-github-request-id': 'AB:12' },
    });
    const { github } = await connectScripted(script, { debug: (sentence) => told.push(sentence) });
    await github.readRunner(7);
    expect(told).toEqual([
      expect.stringMatching(/^GET \/repos\/o\/r\/actions\/runners\/7 - 200 with id AB:12 in \d+ms$/),
    ]);
  });
});

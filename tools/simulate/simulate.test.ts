import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createGitHub } from '../../sandbox/github/github.js';
import type { SecondaryLimits } from '../../sandbox/github/world/secondary-limit.js';
import { readCommandLine } from '../../src/terminal/command-line.js';
import { createRandom } from '../../test/worlds/random.js';
import { drawArrivals, HOUR_MS } from './arrivals.js';
import { Ledger } from './ledger.js';
import { findLimit } from './limits.js';
import { simulateCommandLine, toSimulateOptions } from './options.js';
import { HEADS, renderHeads, renderRow } from './table.js';
import { VirtualTime } from './virtual-time.js';

describe('Virtual time', () => {
  let restore: (() => void) | undefined;
  afterEach(() => restore?.());

  test('passes at once if all code waits, for clocks and timers of the whole process', async () => {
    const time = new VirtualTime();
    restore = time.install();
    const [began, beganPerformance] = [Date.now(), performance.now()];
    const order: string[] = [];
    const wait = (name: string, ms: number) =>
      new Promise<void>((resolve) => {
        setTimeout(() => {
          order.push(name);
          resolve();
        }, ms);
      });
    await time.run(
      Promise.all([wait('hour', HOUR_MS), wait('second', 1_000), time.sleep(2_000), wait('other', 1_000)]),
    );
    expect(order).toEqual(['second', 'other', 'hour']);
    expect([Date.now() - began, performance.now() - beganPerformance]).toEqual([HOUR_MS, HOUR_MS]);
    expect(new Date().getTime()).toBe(Date.now());
  });

  test('is replaced by the real time again', () => {
    const real = [Date, setTimeout, clearTimeout] as const;
    new VirtualTime().install()();
    expect([Date, setTimeout, clearTimeout]).toEqual(real);
    expect(Math.abs(Date.now() - new Date().getTime())).toBeLessThan(HOUR_MS);
  });

  test('does not fire a canceled timer, and ends an aborted sleep at once', async () => {
    const time = new VirtualTime();
    restore = time.install();
    let rung = 0;
    const timer = setTimeout(() => (rung += 1), 10);
    clearTimeout(timer);
    const aborting = new AbortController();
    time.after(5, () => aborting.abort(new Error('enough')));
    await expect(time.run(time.sleep(HOUR_MS, aborting.signal))).rejects.toThrow('enough');
    await time.run(time.sleep(20));
    expect(rung).toBe(0);
  });

  test('fails if nothing will ever happen', async () => {
    await expect(new VirtualTime().run(new Promise(() => {}))).rejects.toThrow('All code waits');
  });
});

describe('Arrivals', () => {
  test('come in batches within the hour, as many as requested', () => {
    const counts = fc.record({ starts: fc.integer({ min: 1, max: 300 }), batch: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(counts, fc.integer(), ({ starts, batch }, seed) => {
        const arrivals = drawArrivals(starts, batch, createRandom(seed));
        expect(arrivals).toHaveLength(starts);
        expect(arrivals).toEqual(arrivals.toSorted((one, other) => one - other));
        expect(arrivals.every((at) => at >= 0 && at < HOUR_MS)).toBe(true);
        expect(new Set(arrivals).size).toBe(Math.ceil(starts / batch));
      }),
    );
  });
});

describe('The ledger', () => {
  const ask = (ledger: Ledger, at: number, method = 'GET', refusedBy?: string) =>
    ledger.count({ cloud: 'github', method, refusedBy, at });

  test('counts points of any 60 s, without refused requests', () => {
    const ledger = new Ledger();
    ask(ledger, 0, 'POST');
    ask(ledger, 30_000, 'GET');
    ask(ledger, 59_999, 'POST');
    ask(ledger, 60_000, 'POST');
    ask(ledger, 60_001, 'POST', 'requests an hour');
    expect(ledger.close()).toMatchObject({ gitHubRequests: 5, pointsInBusiestMinute: 11 });
  });

  test('records how much happened at the same time', () => {
    const ledger = new Ledger();
    const done = ledger.begin();
    ledger.begin();
    done();
    ledger.begin();
    for (const state of ['pending', 'running', 'pending', 'shutting-down', 'terminated', 'pending']) ledger.note(state);
    expect(ledger.close()).toMatchObject({ mostAtOnce: 2, mostInstances: 2, left: 2 });
  });

  test('records how often each limit refused, and when first', () => {
    const ledger = new Ledger();
    const answers = [undefined, 'RunInstances', 'GetParameters', 'RunInstances', undefined];
    for (const [at, refusedBy] of answers.entries()) ledger.count({ cloud: 'ec2', method: 'POST', refusedBy, at });
    expect(ledger.close()).toMatchObject({ ec2Requests: 5, gitHubRequests: 0, pointsInBusiestMinute: 0 });
    expect(ledger.close().refusals).toEqual([
      { limit: 'RunInstances', times: 2, firstAt: 1 },
      { limit: 'GetParameters', times: 1, firstAt: 2 },
    ]);
  });
});

describe('A refusal', () => {
  /** The answers of the sandbox's GitHub to two such requests, if its limits allow one. */
  async function refuse(secondaryLimits: SecondaryLimits, remaining: number, method: 'GET' | 'POST') {
    const github = createGitHub({ secondaryLimits });
    github.rateLimit.remaining = remaining;
    const path = `/repos/${github.repository}/actions/runners${method === 'POST' ? '/remove-token' : ''}`;
    const headers = { host: 'github.test', authorization: `Bearer ${github.token}` };
    const details = { index: 0, method, path, query: new URLSearchParams(), headers, body: '', bytes: Buffer.alloc(0) };
    const request = { ...details, signal: new AbortController().signal };
    await github.handle(request);
    const { status, body } = await github.handle(request);
    return findLimit({ cloud: 'github', operation: '', status, body });
  }

  test('is assigned to its limit by the answer of the cloud', async () => {
    const room = { pointsPerMinute: 900, creationsPerMinute: 80 };
    expect(await refuse(room, 1, 'GET')).toBe('requests an hour');
    expect(await refuse({ ...room, pointsPerMinute: 1 }, 9, 'GET')).toBe('900 points a minute');
    expect(await refuse({ ...room, creationsPerMinute: 1 }, 9, 'POST')).toBe('80 creations a minute');
    expect(await refuse(room, 9, 'GET')).toBeUndefined();
  });

  test('of AWS has the name of the action, if its bucket is empty', () => {
    const of = (operation: string, status: number, body: string) =>
      findLimit({ cloud: 'ec2', operation, status, body });
    expect(of('RunInstances', 503, '<Code>RequestLimitExceeded</Code>')).toBe('RunInstances');
    expect(of('GetParameters', 400, '{"__type":"ThrottlingException"}')).toBe('GetParameters');
    expect(of('GetParameters', 400, '{"__type":"ParameterNotFound"}')).toBeUndefined();
  });

  test('of GitHub without a limit is a bug of the simulation', () => {
    const refused = { cloud: 'github', operation: 'GET /user', status: 403, body: '{"message":"Forbidden"}' } as const;
    expect(() => findLimit(refused)).toThrow('GET /user with 403, and not for a limit');
  });
});

describe('The table', () => {
  const balance = new Ledger().close();
  const cellsOf = (row: string) =>
    Object.fromEntries(
      row
        .slice(2, -2)
        .split(' | ')
        .map((cell, column) => [HEADS[column], cell]),
    );

  test('shows how many starts succeeded or waited, and why others failed', () => {
    const ended = [
      { toOnline: 22 },
      { toOnline: 90 },
      { failure: 'github-rate-limited', stopFailure: 'cleanup-incomplete' },
      {},
    ];
    const refusals = [
      { limit: 'RunInstances', times: 1_234, firstAt: 59_999 },
      { limit: 'requests an hour', times: 5, firstAt: 120_000 },
    ];
    const full = { ...balance, mostInstances: 600, refusals };
    const row = renderRow({ starts: 1_234_567, setting: 'App', ended, balance: full });
    expect(cellsOf(row)).toMatchObject({
      'starts in the hour': '1,234,567',
      succeeded: '2',
      waited: '1',
      failed: '1 github-rate-limited, 1 never online',
      'failed stops': '1 cleanup-incomplete',
      'online: median': '56 s',
      worst: '90 s',
      'refused by': 'RunInstances 1,234 (from min 1), requests an hour 5 (from min 3)',
      vCPUs: '2,400',
    });
  });

  test('has as many cells as heads, even if no start succeeded', () => {
    const row = renderRow({ starts: 1, setting: 'App', ended: [{ failure: 'bad-input' }], balance });
    expect(row.split(' | ')).toHaveLength(HEADS.length);
    expect(renderHeads().split('\n')[0]!.split(' | ')).toHaveLength(HEADS.length);
  });
});

describe('Options of the simulation', () => {
  const read = (argv: readonly string[]) => {
    const input = readCommandLine(simulateCommandLine, argv);
    return input === 'help' ? input : toSimulateOptions(input.values, argv);
  };

  test('have defaults', () => {
    expect(read([])).toEqual({
      starts: [10, 100, 300, 1000, 2500, 5000, 10000],
      settings: ['token', 'app', 'launched', 'apps', 'regions'],
      batch: 5,
      jobMinutes: 5,
      strict: false,
      seed: 1,
      write: false,
    });
  });

  test.each([
    [['--starts', '10,x'], '`--starts` contains "x"'],
    [['--settings', 'pat'], '`--settings` contains "pat"; allowed: `token`, `app`, `launched`, `apps`, `regions`.'],
    [['--batch', '0'], '`--batch` is "0"'],
    [['--write', '--seed', '2'], '`--write` cannot be used with other options'],
  ])('%j is refused', (argv, message) => {
    expect(() => read(argv)).toThrow(message);
  });
});

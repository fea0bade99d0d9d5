import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drawArrivals, HOUR_MS } from '../../scripts/simulate/arrivals.js';
import { Ledger } from '../../scripts/simulate/ledger.js';
import { readOptions } from '../../scripts/simulate/options.js';
import { HEADS, renderHeads, renderRow } from '../../scripts/simulate/table.js';
import { VirtualTime } from '../../scripts/simulate/virtual-time.js';
import { createRandom } from '../faults/random.js';

describe('Virtual time', () => {
  let restore: (() => void) | undefined;
  afterEach(() => restore?.());

  test('passes at once when everybody waits, for clocks and timers of the whole process', async () => {
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

  test('gives the process its own time back', () => {
    const real = [Date, setTimeout, clearTimeout] as const;
    new VirtualTime().install()();
    expect([Date, setTimeout, clearTimeout]).toEqual(real);
    expect(Math.abs(Date.now() - new Date().getTime())).toBeLessThan(1_000);
  });

  test('does not ring what was taken back, and ends an aborted sleep at once', async () => {
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

  test('says so when nothing will ever happen', async () => {
    await expect(new VirtualTime().run(new Promise(() => {}))).rejects.toThrow('Everything waits');
  });
});

describe('Arrivals', () => {
  test('come in batches within the hour, as many as were asked for', () => {
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
  const ask = (ledger: Ledger, at: number, method = 'GET', status = 200) =>
    ledger.count({ cloud: 'github', operation: '', method, status, at });

  test('counts points of any 60 s, and none of what GitHub refused', () => {
    const ledger = new Ledger();
    ask(ledger, 0, 'POST');
    ask(ledger, 30_000, 'GET');
    ask(ledger, 59_999, 'POST');
    ask(ledger, 60_000, 'POST');
    ask(ledger, 60_001, 'POST', 403);
    expect(ledger.close()).toMatchObject({ gitHubRequests: 5, gitHubRefused: 1, pointsInBusiestMinute: 11 });
  });

  test('knows how much was going on at once', () => {
    const ledger = new Ledger();
    const done = ledger.begin();
    ledger.begin();
    done();
    ledger.begin();
    for (const state of ['pending', 'running', 'pending', 'shutting-down', 'terminated', 'pending']) ledger.note(state);
    expect(ledger.close()).toMatchObject({ mostAtOnce: 2, mostInstances: 2, left: 2 });
  });

  test("knows EC2's ways of saying slower", () => {
    const ledger = new Ledger();
    const answers = [200, 503, 400, 200];
    for (const status of answers) ledger.count({ cloud: 'ec2', operation: '', method: 'POST', status, at: 0 });
    expect(ledger.close()).toMatchObject({ ec2Requests: 4, ec2Refused: 2, pointsInBusiestMinute: 0 });
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

  test('tells who succeeded, who had to wait, and why others failed', () => {
    const ended = [
      { toOnline: 22 },
      { toOnline: 90 },
      { failure: 'github-rate-limited', stopFailure: 'cleanup-incomplete' },
      {},
    ];
    const row = renderRow({ starts: 1_234_567, setting: 'App', ended, balance: { ...balance, mostInstances: 600 } });
    expect(cellsOf(row)).toMatchObject({
      'starts in the hour': '1,234,567',
      succeeded: '2',
      waited: '1',
      failed: '1 github-rate-limited, 1 never online',
      'failed stops': '1 cleanup-incomplete',
      'online: median': '56 s',
      worst: '90 s',
      vCPUs: '2,400',
    });
  });

  test('has as many cells as heads, also when nothing came up', () => {
    const row = renderRow({ starts: 1, setting: 'App', ended: [{ failure: 'bad-input' }], balance });
    expect(row.split(' | ')).toHaveLength(HEADS.length);
    expect(renderHeads().split('\n')[0]!.split(' | ')).toHaveLength(HEADS.length);
  });
});

describe('Options of the simulation', () => {
  test('have defaults', () => {
    expect(readOptions([])).toEqual({
      starts: [10, 100, 300, 1000, 2500, 5000, 10000],
      settings: ['token', 'app', 'launched', 'apps'],
      batch: 5,
      jobMinutes: 5,
      strict: false,
      seed: 1,
    });
  });

  test.each([
    [['--starts', '10,x'], '--starts has "x"'],
    [['--settings', 'pat'], '--settings has "pat"; allowed: token, app, launched, apps.'],
    [['--batch', '0'], '--batch has "0"'],
  ])('%j is refused', (argv, message) => {
    expect(() => readOptions(argv)).toThrow(message);
  });
});

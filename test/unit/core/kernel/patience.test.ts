import { describe, expect, test } from '@jest/globals';
import { backOff, takeTurns } from '../../../../src/core/kernel/back-off.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { GivenUp, Patience, Trouble, type Purpose, type TroubleKind } from '../../../../src/core/kernel/patience.js';
import { FakeClock } from '../../../worlds/fake-clock.js';
import { createRandom } from '../../../worlds/random.js';

const CANCELLED = new Failure('cancelled', 'The step was canceled (SIGINT).', { hint: 'h' });

/** A service that has trouble for `seconds` from the start on. */
function createService(
  kind: TroubleKind,
  seconds: number,
  { seed = 1, delayMs = 100, strategy }: { seed?: number; delayMs?: number; strategy?: typeof backOff } = {},
) {
  const clock = new FakeClock();
  const begun = clock.now();
  const controller = new AbortController();
  const patience = new Patience({ clock, random: createRandom(seed), signal: controller.signal, strategy });
  const sent: number[] = [];
  const attempt = async (): Promise<'done' | Trouble> => {
    sent.push(clock.now() - begun);
    await clock.sleep(delayMs);
    if (clock.now() - begun >= seconds * 1_000) return 'done';
    return new Trouble(kind, { reason: 'as planned', cause: 'the last word' });
  };
  return {
    clock,
    sent,
    attempt,
    patience,
    elapsed: () => clock.now() - begun,
    cancelAfter: (ms: number) => clock.after(ms, () => controller.abort(CANCELLED)),
    ask: (purpose: Purpose) => patience.persist({ name: 'Ask', purpose }, attempt),
  };
}

describe('A call', () => {
  test.each<[TroubleKind, Purpose, number]>([
    ...[1.5, 20, 100, 179].map((seconds): [TroubleKind, Purpose, number] => ['throttled', 'read', seconds]),
    ['throttled', 'register', 179],
    ['throttled', 'end', 299],
    ['throttled', 'glance', 4],
    ['unanswered', 'read', 29],
    ['unanswered', 'register', 59],
    ['unanswered', 'end', 59],
    ['unanswered', 'glance', 4],
  ])('is retried until it succeeds: %s, %s, for %d s', async (kind, purpose, seconds) => {
    for (const seed of [1, 2, 3]) {
      const service = createService(kind, seconds, { seed });
      expect(await service.ask(purpose)).toBe('done');
      // The call ends soon after the trouble.
      expect(service.elapsed()).toBeLessThan(seconds * 1_000 * 1.3 + 11_000);
    }
  });

  test.each<[TroubleKind, Purpose, number]>([
    ['throttled', 'read', 180],
    ['throttled', 'register', 180],
    ['throttled', 'end', 300],
    ['throttled', 'glance', 5],
    ['unanswered', 'read', 30],
    ['unanswered', 'register', 60],
    ['unanswered', 'end', 60],
    ['unanswered', 'glance', 5],
  ])('is given up when its patience ends: %s, %s, after %d s', async (kind, purpose, seconds) => {
    const service = createService(kind, Infinity);
    const outcome = await service.ask(purpose);
    if (!(outcome instanceof GivenUp)) throw new Error('It was not given up.');
    expect(outcome.ms).toBeGreaterThanOrEqual(seconds * 1_000);
    expect(outcome.ms).toBeLessThan((seconds + 1) * 1_000);
    expect(outcome.trouble.about.cause).toBe('the last word');
    // The last try is made when the patience ends.
    expect(service.sent.at(-1)).toBeGreaterThanOrEqual(seconds * 1_000);
  });

  test('has its patience from the first answer on, even if each try takes 30 s', async () => {
    const service = createService('unanswered', 45, { delayMs: 30_000 });
    expect(await service.ask('read')).toBe('done');
  });

  test('has a patience of its own for an outage in the middle of throttling', async () => {
    const { clock, patience, elapsed } = createService('throttled', 0);
    const outcome = await patience.persist({ name: 'Ask', purpose: 'read' }, async () => {
      if (elapsed() >= 165_000) return 'done';
      return new Trouble(elapsed() > 140_000 ? 'unanswered' : 'throttled', { reason: 'as planned' });
    });
    expect(outcome).toBe('done');
    expect(clock.now()).toBeGreaterThan(0);
  });

  test('is given up when outages and throttling alternate', async () => {
    const { patience, elapsed } = createService('throttled', 0);
    let isOdd = false;
    const outcome = await patience.persist({ name: 'Ask', purpose: 'read' }, async () => {
      isOdd = !isOdd;
      return new Trouble(isOdd ? 'unanswered' : 'throttled', { reason: 'as planned' });
    });
    expect(outcome).toBeInstanceOf(GivenUp);
    expect(elapsed()).toBeLessThan(220_000);
  });

  test('is not retried after an error that its attempt throws', async () => {
    const { patience, elapsed } = createService('throttled', 0);
    const refused = new Failure('aws-rejected', 'no', { hint: 'h' });
    const throwing = async (): Promise<never> => {
      throw refused;
    };
    await expect(patience.persist({ name: 'Ask', purpose: 'end' }, throwing)).rejects.toBe(refused);
    expect(elapsed()).toBe(0);
  });
});

describe('A time for the next try that the service names', () => {
  const named = (seconds: number) => {
    const service = createService('throttled', 0);
    const openAt = service.clock.now() + seconds * 1_000;
    return {
      ...service,
      ask: (purpose: Purpose) =>
        service.patience.persist({ name: 'Ask', purpose }, async () =>
          service.clock.now() >= openAt ? 'done' : new Trouble('throttled', { reason: 'a limit', notBefore: openAt }),
        ),
    };
  };

  test.each([1, 60, 170])('is kept to the second: %d s', async (seconds) => {
    const service = named(seconds);
    expect(await service.ask('read')).toBe('done');
    expect(service.elapsed()).toBeGreaterThanOrEqual(seconds * 1_000);
    expect(service.elapsed()).toBeLessThanOrEqual((seconds + 1) * 1_000);
  });

  test('makes the call give up at once if it is after the end of the patience', async () => {
    const service = named(181);
    expect(await service.ask('read')).toBeInstanceOf(GivenUp);
    expect(service.elapsed()).toBe(0);
  });
});

describe('A cancelled step', () => {
  test.each<Purpose>(['glance', 'read', 'register'])('ends the waits of a call at once: %s', async (purpose) => {
    const service = createService('throttled', Infinity);
    service.cancelAfter(3_456);
    await expect(service.ask(purpose)).rejects.toBe(CANCELLED);
    expect(service.elapsed()).toBeLessThanOrEqual(3_556);
  });

  test('shortens the waits of a removal, and goes on with it for some seconds', async () => {
    const service = createService('throttled', 65);
    service.cancelAfter(60_000);
    expect(await service.ask('end')).toBe('done');
    expect(service.sent.some((at) => at >= 60_000 && at <= 60_200)).toBe(true);
    expect(service.elapsed()).toBeLessThan(66_500);
  });

  test.each<Purpose>(['read', 'end'])(
    'goes on for some seconds with calls that begin after the cancellation: %s',
    async (purpose) => {
      const service = createService('unanswered', 5);
      service.cancelAfter(0);
      await service.clock.sleep(1);
      expect(await service.ask(purpose)).toBe('done');
      expect(service.elapsed()).toBeLessThan(6_500);
    },
  );

  test('ends before GitHub kills it', async () => {
    const service = createService('throttled', Infinity);
    service.cancelAfter(0);
    await service.clock.sleep(1);
    expect(await service.ask('end')).toBeInstanceOf(GivenUp);
    expect(service.elapsed()).toBeGreaterThan(8_000);
    expect(service.elapsed()).toBeLessThan(9_500);
  });
});

describe('Calls side by side', () => {
  test('are not retried at the same moment, and a new call waits while others are throttled', async () => {
    const service = createService('throttled', 30);
    const first = Array.from({ length: 8 }, () => service.ask('read'));
    const second = service.clock.sleep(20_000).then(() => service.ask('read'));
    await Promise.all([...first, second]);
    const perSecond = new Map<number, number>();
    for (const at of service.sent.filter((when) => when > 100)) {
      const bin = Math.floor(at / 100);
      perSecond.set(bin, (perSecond.get(bin) ?? 0) + 1);
    }
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(4);
    // The second call waits before its first try.
    expect(service.sent.some((at) => at === 20_000)).toBe(false);
  });

  test('that remove something are sent at once', async () => {
    const service = createService('throttled', 30);
    const reading = service.ask('read');
    await service.clock.sleep(20_000);
    const ending = service.ask('end');
    await Promise.all([reading, ending]);
    expect(service.sent).toContain(20_000);
  });

  test('do not wait any more when the last throttling is long over', async () => {
    const service = createService('throttled', 30);
    await service.ask('read');
    await service.clock.sleep(60_000);
    const now = service.elapsed();
    await service.ask('read');
    expect(service.sent.at(-1)).toBe(now);
  });
});

describe('The default strategy', () => {
  const state = { kind: 'throttled', waitedMs: 0, leftMs: 180_000, random: 1 } as const;

  test('doubles the wait from 1 s to 10 s, half of it random', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((refusals) => backOff({ ...state, refusals }));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(backOff({ ...state, refusals: 5, random: 0 })).toBe(5_000);
  });

  test('waits longer the longer a crowd has been throttled', () => {
    expect(backOff({ ...state, refusals: 12, waitedMs: 100_000 })).toBe(25_000);
  });
});

describe('The strategy for launches', () => {
  const state = { kind: 'throttled', refusals: 1, waitedMs: 0, leftMs: 180_000, random: 1 } as const;
  const at = (waitedMs: number) => ({ ...state, waitedMs, leftMs: 180_000 - waitedMs });

  test('tries once in each part of the patience, which get longer and longer, and once at the end', () => {
    expect(takeTurns(at(0))).toBe(4_000);
    expect(takeTurns({ ...at(0), random: 0 })).toBe(500);
    expect(takeTurns(at(3_000))).toBe(13_000);
    expect(takeTurns({ ...at(3_000), random: 0 })).toBe(1_000);
    expect(takeTurns(at(10_000))).toBe(54_000);
    expect(takeTurns(at(30_000))).toBe(150_000);
    expect(takeTurns({ ...at(30_000), random: 0 })).toBe(34_000);
    expect(takeTurns({ ...at(100_000), random: 0 })).toBe(80_000);
  });

  test('is the default strategy for trouble other than throttling', () => {
    expect(takeTurns({ ...state, kind: 'unanswered' })).toBe(backOff({ ...state, kind: 'unanswered' }));
  });

  test.each([1, 20, 100, 179])('succeeds when EC2 throttles launches for %d s', async (seconds) => {
    for (const seed of [1, 2, 3]) {
      const { ask } = createService('throttled', seconds, { seed, strategy: takeTurns });
      expect(await ask('register')).toBe('done');
    }
  });

  /** Begins `starts` launches at once, each in a process of its own. EC2 admits 5 launches and then 2 a second. */
  async function launchAtOnce(starts: number): Promise<{ upAfter: number[]; refused: number; failed: number }> {
    const clock = new FakeClock();
    const begun = clock.now();
    const random = createRandom(starts);
    const upAfter: number[] = [];
    let [tokens, filledAt, refused] = [5, begun, 0];
    const launch = async (): Promise<'launched' | Trouble> => {
      await clock.sleep(1_000 + 500 * random());
      tokens = Math.min(5, tokens + ((clock.now() - filledAt) / 1_000) * 2);
      filledAt = clock.now();
      if (tokens < 1) {
        refused += 1;
        return new Trouble('throttled', { reason: 'RequestLimitExceeded' });
      }
      tokens -= 1;
      upAfter.push((clock.now() - begun) / 1_000);
      return 'launched';
    };
    const processes = Array.from({ length: starts }, () =>
      new Patience({ clock, random, strategy: takeTurns }).persist({ name: 'Launch', purpose: 'register' }, launch),
    );
    const outcomes = await Promise.all(processes);
    return { upAfter, refused, failed: outcomes.filter((one) => one !== 'launched').length };
  }

  test('launches 10 starts at once within 20 s', async () => {
    const { failed, upAfter, refused } = await launchAtOnce(10);
    expect(failed).toBe(0);
    expect(upAfter.at(-1)).toBeLessThan(20);
    expect(refused).toBeLessThan(15);
  });

  test.each([
    [100, 100],
    [250, 180],
  ])('launches %d starts at once, 95 of 100 within %d s, with few retries', async (starts, seconds) => {
    const { failed, refused, upAfter } = await launchAtOnce(starts);
    expect(failed).toBe(0);
    expect(upAfter[Math.floor(0.95 * starts)]).toBeLessThan(seconds);
    expect(refused).toBeLessThan(4 * starts);
  });
});

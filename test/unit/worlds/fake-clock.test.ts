import { describe, expect, test } from '@jest/globals';
import { FAKE_START, FakeClock } from '../../worlds/fake-clock.js';

describe('The fake clock', () => {
  test('passes hours at once and fires timers in their order', async () => {
    const clock = new FakeClock();
    const rung: string[] = [];
    clock.after(3_600_000, () => rung.push('an hour'));
    clock.at(FAKE_START + 60_000, () => rung.push('a minute'));
    await clock.sleep(7_200_000);
    expect(rung).toEqual(['a minute', 'an hour']);
    expect(clock.now()).toBe(FAKE_START + 7_200_000);
  });

  test('does not add up sleeps at the same time', async () => {
    const clock = new FakeClock();
    await Promise.all([clock.sleep(5_000), clock.sleep(5_000), clock.sleep(2_000)]);
    expect(clock.now()).toBe(FAKE_START + 5_000);
  });

  test('does not move while code runs between two sleeps', async () => {
    const clock = new FakeClock();
    const seen: number[] = [];
    const walk = async () => {
      for (let step = 0; step < 3; step++) {
        await clock.sleep(1_000);
        seen.push(clock.now() - FAKE_START);
      }
    };
    await Promise.all([walk(), clock.sleep(10_000)]);
    expect(seen).toEqual([1_000, 2_000, 3_000]);
  });

  test('rejects an aborted sleep at the time of the abort, with its reason', async () => {
    const clock = new FakeClock();
    const cancel = new AbortController();
    clock.after(1_000, () => cancel.abort(new Error('cancelled')));
    await expect(clock.sleep(60_000, cancel.signal)).rejects.toThrow('cancelled');
    expect(clock.now()).toBe(FAKE_START + 1_000);
    await expect(clock.sleep(1, cancel.signal)).rejects.toThrow('cancelled');
  });

  test('rejects a wait without a bound at the limit', async () => {
    const clock = new FakeClock(FAKE_START, 10_000);
    const poll = async () => {
      for (;;) await clock.sleep(1_000);
    };
    await expect(poll()).rejects.toThrow('without a bound');
  });
});

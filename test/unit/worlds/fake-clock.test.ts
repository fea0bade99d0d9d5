import { describe, expect, test } from '@jest/globals';
import { FAKE_START, FakeClock } from '../../worlds/fake-clock.js';

describe('the fake clock', () => {
  test('passes hours at once, and timers ring in their order', async () => {
    const clock = new FakeClock();
    const rung: string[] = [];
    clock.after(3_600_000, () => rung.push('an hour'));
    clock.at(FAKE_START + 60_000, () => rung.push('a minute'));
    await clock.sleep(7_200_000);
    expect(rung).toEqual(['a minute', 'an hour']);
    expect(clock.now()).toBe(FAKE_START + 7_200_000);
  });

  test('sleeps side by side do not add up', async () => {
    const clock = new FakeClock();
    await Promise.all([clock.sleep(5_000), clock.sleep(5_000), clock.sleep(2_000)]);
    expect(clock.now()).toBe(FAKE_START + 5_000);
  });

  test('what a sleeper does before it sleeps again happens at its own time', async () => {
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

  test('an aborted sleep rejects with the reason of the abort, at its time', async () => {
    const clock = new FakeClock();
    const cancel = new AbortController();
    clock.after(1_000, () => cancel.abort(new Error('cancelled')));
    await expect(clock.sleep(60_000, cancel.signal)).rejects.toThrow('cancelled');
    expect(clock.now()).toBe(FAKE_START + 1_000);
    await expect(clock.sleep(1, cancel.signal)).rejects.toThrow('cancelled');
  });

  test('a wait without a bound ends at the limit', async () => {
    const clock = new FakeClock(FAKE_START, 10_000);
    const poll = async () => {
      for (;;) await clock.sleep(1_000);
    };
    await expect(poll()).rejects.toThrow('without a bound');
  });
});

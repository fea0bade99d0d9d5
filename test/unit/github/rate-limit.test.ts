import { describe, expect, test } from '@jest/globals';
import { paceOf, readRateLimit, readWait } from '../../../src/github/rate-limit.js';

const NOW = Date.UTC(2026, 0, 1, 12);
const NOW_SECONDS = NOW / 1000;

function limitHeaders(remaining: number, resetInSeconds: number): Record<string, string> {
  return {
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(NOW_SECONDS + resetInSeconds),
  };
}

describe('the rate limit of a response', () => {
  test('is read from the three headers', () => {
    expect(readRateLimit(limitHeaders(17, 90), NOW)).toEqual({ limit: 5000, remaining: 17, resetsAt: NOW + 90_000 });
  });

  test('is unknown when the response has none, as with GHES', () => {
    expect(readRateLimit({}, NOW)).toBeUndefined();
  });

  test("resets by this machine's clock, even if GitHub's clock is ahead", () => {
    const headers = { ...limitHeaders(17, 90), date: new Date(NOW + 60_000).toUTCString() };
    expect(readRateLimit(headers, NOW)?.resetsAt).toBe(NOW + 30_000);
  });
});

describe('the wait after a rate-limited response', () => {
  const refused = (status: number, headers: Record<string, string> = {}, message = 'no') =>
    readWait({ status, headers, message }, NOW);

  test('is retry-after, if it is set', () => {
    expect(refused(403, { ...limitHeaders(0, 900), 'retry-after': '7' })).toBe(7000);
    expect(refused(429, { 'retry-after': '0' })).toBe(0);
  });

  test('lasts until one second after the reset of a used-up limit', () => {
    expect(refused(403, limitHeaders(0, 20))).toBe(21_000);
  });

  test('is one second when the reset has just passed', () => {
    expect(refused(403, limitHeaders(0, -5))).toBe(1000);
  });

  test('is one minute for a secondary limit without a time', () => {
    expect(refused(403, limitHeaders(4000, 900), 'You have exceeded a secondary rate limit.')).toBe(60_000);
    expect(refused(429)).toBe(60_000);
  });

  test('does not exist for a missing permission or another status', () => {
    expect(refused(403, limitHeaders(4000, 900), 'Resource not accessible by integration')).toBeUndefined();
    expect(refused(503, { 'retry-after': '7' })).toBeUndefined();
  });
});

describe('the pace of polling', () => {
  const pace = (remaining: number, resetInSeconds: number) =>
    paceOf({ limit: 5000, remaining, resetsAt: NOW + resetInSeconds * 1000 }, NOW);

  test('is as planned without a known limit, and with many requests left', () => {
    expect(paceOf(undefined, NOW)).toBe(1);
    expect(pace(5000, 3600)).toBe(1);
    expect(pace(1500, 3000)).toBe(1);
  });

  test('slows down when a fifth of the requests is left for most of the hour, and more at a twentieth', () => {
    expect(pace(1000, 1800)).toBe(2);
    expect(pace(250, 1800)).toBe(5);
    expect(pace(0, 1800)).toBe(5);
  });

  test('stays as planned when few remaining requests last until the reset', () => {
    expect(pace(500, 300)).toBe(1);
  });

  test('is as planned again after the reset', () => {
    expect(pace(0, -1)).toBe(1);
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ResultWebhook } from '../../../src/core/compose/host.js';
import { openWebhook } from '../../../src/host/result-webhook.js';

const MOST = 1_000;
let webhook: ResultWebhook;
beforeEach(async () => {
  webhook = await openWebhook('127.0.0.1', { mostBytes: MOST });
});
afterEach(() => webhook.close());

const post = async (body: string, { url = webhook.url, method = 'POST' } = {}) =>
  (await fetch(url, { method, ...(method !== 'GET' && { body }) })).status;

describe('The address for a result', () => {
  test('takes one JSON document', async () => {
    expect(await post('{"some": "results"}')).toBe(200);
    expect(await webhook.result).toBe('{"some": "results"}');
  });

  test('can not be guessed', () => {
    expect(webhook.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}$/);
  });

  test('refuses a second document', async () => {
    expect(await post('1', { method: 'PUT' })).toBe(200);
    expect(await post('2')).toBe(410);
    expect(await webhook.result).toBe('1');
  });

  test('refuses what is wrong, and takes the right one afterwards', async () => {
    expect(await post('{}', { url: `${new URL(webhook.url).origin}/` })).toBe(404);
    expect(await post('', { method: 'GET' })).toBe(405);
    expect(webhook.refusal()).toBeUndefined();
    expect(await post('{"some": ')).toBe(400);
    expect(webhook.refusal()).toBe('The result is not JSON.');
    expect(await post(`"${'x'.repeat(MOST)}"`)).toBe(413);
    expect(webhook.refusal()).toBe('The result has more than 1000 bytes.');
    expect(await post(`"${'x'.repeat(MOST - 2)}"`)).toBe(200);
  });

  test('takes one of two that arrive side by side', async () => {
    const both = await Promise.all([post('1'), post('2')]);
    expect(both.toSorted()).toEqual([200, 410]);
    expect(['1', '2']).toContain(await webhook.result);
  });

  test('ends the wait when it is closed', async () => {
    await webhook.close();
    await expect(webhook.result).rejects.toThrow('The server for the result was closed.');
  });

  test('says what to do where the machine has no such address', async () => {
    await expect(openWebhook('192.0.2.1', { mostBytes: MOST })).rejects.toMatchObject({
      code: 'webhook-unavailable',
      message: expect.stringContaining('192.0.2.1'),
    });
  });
});

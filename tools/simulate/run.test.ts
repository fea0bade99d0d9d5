import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { simulateHour, type Hour } from './hour.js';

const read = (name: string) => readFile(new URL(`../../ami/boot/${name}`, import.meta.url), 'utf8');

async function makeHour(details: Partial<Hour>): Promise<Hour> {
  return {
    starts: 10,
    batch: 5,
    jobMs: 60_000,
    inputs: {},
    requestsAnHour: 15_000,
    apps: 1,
    regions: 1,
    secondaryLimits: { pointsPerMinute: 900, creationsPerMinute: Infinity },
    seed: 1,
    bootScripts: {
      agent: await read('agent.sh'),
      installRunner: await read('install-runner.sh'),
      aptWhenFree: await read('apt-when-free.sh'),
    },
    ...details,
  };
}

test('in an hour of few starts, all come online after their boot, and all are stopped', async () => {
  const { ended, balance } = await simulateHour(await makeHour({}));
  expect(ended).toHaveLength(10);
  for (const one of ended) expect(one).toEqual({ toOnline: expect.any(Number) });
  for (const { toOnline } of ended) expect(toOnline).toBeGreaterThan(20);
  expect(balance).toMatchObject({ refusals: [], mostInstances: 5, left: 0 });
});

test('the same seed gives the same hour, even if requests are refused and retried at random moments', async () => {
  const hour = await makeHour({
    starts: 30,
    batch: 10,
    secondaryLimits: { pointsPerMinute: 60, creationsPerMinute: Infinity },
  });
  expect(await simulateHour(hour)).toEqual(await simulateHour(hour));
});

test('refusals of GitHub are recorded, and starts fail', async () => {
  const { ended, balance } = await simulateHour(await makeHour({ requestsAnHour: 30 }));
  expect(balance.refusals).toContainEqual(expect.objectContaining({ limit: 'requests an hour' }));
  expect(ended.map(({ failure }) => failure)).toContain('github-rate-limited');
});

test('refusals leave nothing running', async () => {
  const { balance } = await simulateHour(await makeHour({ requestsAnHour: 30 }));
  expect(balance.left).toBe(0);
});

test('two Apps have room for more starts than one', async () => {
  const good = async (apps: number) => {
    const { ended } = await simulateHour(await makeHour({ starts: 10, requestsAnHour: 60, apps }));
    return ended.filter(({ failure }) => failure === undefined).length;
  };
  const [one, two] = [await good(1), await good(2)];
  expect(two).toBeGreaterThan(one);
});

test("EC2's bucket makes a large batch wait", async () => {
  const { ended, balance } = await simulateHour(await makeHour({ starts: 30, batch: 30 }));
  expect(balance.refusals.map(({ limit }) => limit)).toEqual(['RunInstances']);
  expect(Math.max(...ended.map(({ toOnline = Infinity }) => toOnline))).toBeGreaterThan(30);
});

test('each region has its own bucket: two regions launch a crowd with fewer refusals', async () => {
  const crowd = { starts: 20, batch: 20, apps: 4, inputs: { 'wait-for': 'launched' } };
  const one = await simulateHour(await makeHour(crowd));
  const two = await simulateHour(await makeHour({ ...crowd, regions: 2 }));
  const refusalsOf = ({ balance }: typeof one) => balance.refusals.find(({ limit }) => limit === 'RunInstances')!.times;
  expect(refusalsOf(one)).toBeGreaterThan(15);
  expect(refusalsOf(two)).toBeLessThan(refusalsOf(one));
  for (const { ended, balance } of [one, two]) {
    expect(ended.every(({ toOnline, stopFailure }) => toOnline !== undefined && stopFailure === undefined)).toBe(true);
    expect(balance.left).toBe(0);
  }
});

import { describe, expect, test } from '@jest/globals';
import { logBill } from '../../../../src/core/stop/bill-report.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { SpotPrice } from '../../../../src/core/ports/ec2.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { summarizeStop } from '../../../../src/core/stop/report.js';
import type { StopRequest } from '../../../../src/core/stop/request.js';
import { readSpan, readStarted } from '../../../../src/core/stop/started-machines.js';
import { stopRunners } from '../../../../src/core/stop/stop.js';
import { createCloud } from '../../../worlds/cloud.js';
import { FAKE_TYPES } from '../../../worlds/fake-catalog.js';
import { FakeEc2 } from '../../../worlds/fake-ec2.js';
import { aRequest, run } from '../../../worlds/requests.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONE = 'us-east-1a';

function setUp() {
  const world = createCloud({ bootMs: 20_000 });
  const request: StopRequest = {
    run,
    label: 'a-label',
    instanceIds: [],
    all: false,
    runnerName: 'GitHub Actions 1',
    wait: false,
  };
  const stop = (changes: Partial<StopRequest> = {}) =>
    stopRunners({ ...request, ...changes }, { ...world.ports, gitHubOf: async () => world.github });
  const start = (changes: Parameters<typeof aRequest>[0] = {}) =>
    startRunners(aRequest({ waitFor: 'launched', ...changes }), world.ports);
  const billOf = async (changes: Partial<StopRequest> = {}) => (await stop(changes)).bill.machines;
  return { world, start, stop, billOf };
}

describe('a stop reckons what its machines cost:', () => {
  test('the on-demand price for the time from the launch to the end, even if it waits for the termination', async () => {
    const { world, start, billOf } = setUp();
    await start();
    await world.clock.sleep(15 * MINUTE);
    const [machine] = await billOf({ wait: true });
    expect(machine).toMatchObject({ type: 't3.xlarge', region: 'us-east-1', market: 'on-demand', hourly: 0.1664 });
    expect(machine!.minutes).toBeCloseTo(15, 1);
    expect(machine!.cost).toBeCloseTo(0.1664 / 4, 3);
    expect(machine).not.toHaveProperty('atMost');
  });

  test('a minute at least', async () => {
    const { start, billOf } = setUp();
    await start();
    const [machine] = await billOf();
    expect(machine!.minutes).toBeLessThan(0.1);
    expect(machine!.cost).toBeCloseTo(0.1664 / 60, 5);
  });

  test('of a machine that powered itself off, at most the time until this stop, and at most its lifetime', async () => {
    const { world, start, billOf } = setUp();
    const { instances } = await start({ maxLifetimeMs: 30 * MINUTE });
    await world.clock.sleep(10 * MINUTE);
    world.ec2.end(instances[0]!.instance.id);
    await world.clock.sleep(2 * MINUTE);
    const [machine] = await billOf();
    expect(machine).toMatchObject({ atMost: true, minutes: expect.closeTo(12, 1) });
    await world.clock.sleep(HOUR);
    expect(await billOf()).toMatchObject([{ atMost: true, minutes: expect.closeTo(35, 0) }]);
  });

  test('of a machine that was ended by a request before, until the time that EC2 gives', async () => {
    const { world, start, billOf } = setUp();
    await start();
    await world.clock.sleep(10 * MINUTE);
    await billOf();
    await world.clock.sleep(20 * MINUTE);
    const [machine] = await billOf();
    expect(machine).toMatchObject({ minutes: expect.closeTo(10, 1) });
    expect(machine).not.toHaveProperty('atMost');
  });

  test('in a later attempt without the machines that had ended in an earlier one', async () => {
    const { world, start, billOf } = setUp();
    const [first] = (await start()).instances;
    await start({ startId: 'ffff0001' });
    world.ec2.end(first!.instance.id);
    const { id } = world.live()[0]!;
    expect(await billOf({ run: { ...run, runAttempt: '2' } })).toMatchObject([{ instance: id }]);
  });

  test('without a machine that EC2 refuses to end, and without one of a pool that never started', async () => {
    const { world, start, billOf } = setUp();
    const { instances } = await start({ count: 2 });
    world.ec2.protectedIds.add(instances[0]!.instance.id);
    world.ec2.stop(instances[1]!.instance.id);
    expect(await billOf()).toEqual([]);
  });

  test('unknown for a type without a price, and about the price of us-east-1 in another region', async () => {
    const { world, start, stop } = setUp();
    world.ec2.types.push({ ...FAKE_TYPES[0]!, name: 'z9.xlarge' });
    await start({ instanceTypes: ['z9.xlarge'] });
    const far = new FakeEc2({ clock: world.clock, region: 'eu-west-1' });
    world.elsewhere.set('eu-west-1', far);
    world.ec2.regions = ['us-east-1', 'eu-west-1'];
    // The second one, because the first has the id of the first one at home.
    for (const clientToken of ['a', 'b'])
      await far.launch({
        ...world.ec2.specs[0]!,
        clientToken,
        plan: { instanceType: 'm5.xlarge', market: 'on-demand' },
      });
    await world.clock.sleep(HOUR);
    const instanceIds = [world.ec2.instances[0]!.id, far.instances[1]!.id];
    const stopped = await stop({ label: undefined, instanceIds });
    expect(stopped.bill.machines).toMatchObject([
      { type: 'z9.xlarge', hourly: null, cost: null, minutes: expect.closeTo(60, 0) },
      { type: 'm5.xlarge', region: 'eu-west-1', about: true, cost: expect.closeTo(0.192, 2) },
    ]);
    expect(summarizeStop(stopped)).toContain('- The price of z9.xlarge in us-east-1 is unknown.');
    expect(logBill(stopped.bill)[0]).toMatch(
      /^Cost: about \$0\.19\d\d for 12\d\.\d machine minutes, without 1 machine at an unknown price \(z9\.xlarge on-demand at unknown an hour, m5\.xlarge on-demand at about \$0\.1920 an hour\)\.$/,
    );
  });

  test('unknown for a machine that the start names and that EC2 lists no more', async () => {
    const { start, stop } = setUp();
    await start();
    const runners = [{ instance: 'i-0gone', type: 't3.xlarge', market: 'on-demand', region: 'us-east-1' }];
    const stopped = await stop({ started: readStarted(JSON.stringify(runners)) });
    expect(stopped.bill.machines.at(-1)).toMatchObject({ instance: 'i-0gone', minutes: null, cost: null });
    expect(summarizeStop(stopped)).toContain('EC2 does not say when i-0gone ran: the costs are unknown.');
  });

  test('the volumes too, where they are worth a cent', async () => {
    const { world, start, billOf } = setUp();
    const { instances } = await start();
    const runner = {
      instance: instances[0]!.instance.id,
      volumes: [
        { type: 'gp3', sizeGiB: 400 },
        { type: 'io2', sizeGiB: 8 },
      ],
    };
    const started = readStarted(JSON.stringify([runner]));
    await world.clock.sleep(2 * HOUR);
    const [machine] = await billOf({ started });
    expect(machine!.volumes).toBeCloseTo((0.08 * 400 * 2) / 730, 3);
    expect(machine!.cost).toBeCloseTo(0.1664 * 2 + machine!.volumes!, 3);
    const [second] = (await start({ startId: 'ffff0001' })).instances;
    const short = readStarted(JSON.stringify([{ ...runner, instance: second!.instance.id }]));
    const bill = await billOf({ started: short });
    expect(bill.find(({ instance }) => instance === second!.instance.id)).not.toHaveProperty('volumes');
  });
});

describe('the price of a spot instance', () => {
  const price = (hourly: number, since: number, availabilityZone = ZONE): SpotPrice => ({
    type: 't3.xlarge',
    availabilityZone,
    hourly,
    since,
  });
  const spot = { markets: ['spot'] } as const;

  test('is the one at the beginning of each of its hours, in its zone', async () => {
    const { world, start, billOf } = setUp();
    const now = world.clock.now();
    await start(spot);
    world.ec2.spotPrices = [
      price(0.09, now + 2 * HOUR),
      price(0.06, now + 30 * MINUTE),
      price(0.05, now - 9 * HOUR),
      price(9, now + 45 * MINUTE, 'us-east-1b'),
      { ...price(9, now + 50 * MINUTE), type: 'm5.xlarge' },
    ];
    await world.clock.sleep(1.5 * HOUR);
    const [machine] = await billOf();
    expect(machine).toMatchObject({ market: 'spot', cost: expect.closeTo(0.05 + 0.06 / 2, 3) });
    expect(machine!.hourly).toBeCloseTo(0.08 / 1.5, 3);
  });

  test('is nothing when EC2 took the instance back in its first hour', async () => {
    const { world, start, billOf } = setUp();
    const reason = 'Server.SpotInstanceTermination: Spot instance termination';
    const { instances } = await start(spot);
    await world.clock.sleep(30 * MINUTE);
    world.ec2.end(instances[0]!.instance.id, reason);
    expect(await billOf()).toMatchObject([{ hourly: 0.06, cost: 0 }]);
  });

  test('is unknown when EC2 refuses to name it, and the stop succeeds', async () => {
    const { world, start, stop } = setUp();
    await start(spot);
    const denied = new Failure('aws-not-authorized', 'The credentials lack ec2:DescribeSpotPriceHistory.', {
      hint: 'Allow it.',
    });
    world.ec2.fault('readSpotPrices', { error: denied });
    const stopped = await stop();
    expect(stopped).toMatchObject({ refusals: [], bill: { machines: [{ hourly: null, cost: null }] } });
    expect(summarizeStop(stopped)).toContain(
      '- Spot prices are unknown: The credentials lack ec2:DescribeSpotPriceHistory. Allow it.',
    );
  });

  test('is unknown where EC2 lists none for its zone', async () => {
    const { world, start, billOf } = setUp();
    await start(spot);
    world.ec2.spotPrices = [price(0.05, 0, 'us-east-1b'), price(Number.NaN, 0)];
    expect(await billOf()).toMatchObject([{ hourly: null, cost: null }]);
  });

  test('is asked for once, and not for a stop of on-demand instances', async () => {
    const { world, start, billOf } = setUp();
    const outage = new Failure('aws-unreachable', 'no answer', { hint: 'Wait.' });
    await start();
    world.ec2.fault('readSpotPrices', { error: outage });
    expect(await billOf()).toMatchObject([{ hourly: 0.1664 }]);
    await start({ ...spot, count: 2, startId: 'ffff0001' });
    // The fault of the first stop is still there, so nothing was asked; it breaks one request, which is the only one.
    expect((await billOf()).filter(({ market }) => market === 'spot')).toMatchObject([{ cost: null }, { cost: null }]);
    expect((await billOf()).filter(({ market }) => market === 'spot')).toMatchObject([
      { hourly: 0.06 },
      { hourly: 0.06 },
    ]);
  });
});

describe('the times of a machine', () => {
  const iso = (ms: number) => new Date(ms).toISOString();

  test('come from the output of the start and the times of the job', async () => {
    const { world, start, stop } = setUp();
    const began = world.clock.now();
    const { instances } = await start({ count: 2 });
    const [one, other] = instances.map(({ instance }) => instance.id);
    await world.clock.sleep(12 * MINUTE);
    const stopped = await stop({
      started: readStarted(
        JSON.stringify([
          { instance: one, onlineAt: iso(began + 30_000) },
          { instance: one, onlineAt: iso(began + 25_000) },
          { instance: other, onlineAt: null },
        ]),
      ),
      job: readSpan(`${iso(began + 40_000)}/${iso(began + 11 * MINUTE)}`),
    });
    expect(stopped.bill.machines).toMatchObject([
      { startUp: 25, idleBefore: 15, idleAfter: 60 },
      { startUp: null, idleBefore: null, idleAfter: 60 },
    ]);
    expect(summarizeStop(stopped).split('\n').slice(0, 6)).toEqual([
      '### Runners stopped',
      '',
      '| Instance | Type | Market | Machine | Start-up | Idle before its job | Idle after it | Per hour | Cost |',
      '| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
      `| ${one} | t3.xlarge | on-demand | 12.0 min | 25 s | 15 s | 60 s | $0.1664 | **$0.0333** |`,
      `| ${other} | t3.xlarge | on-demand | 12.0 min | unknown | unknown | 60 s | $0.1664 | **$0.0333** |`,
    ]);
    expect(summarizeStop(stopped)).toContain(
      "\nTogether $0.0666 for 24.0 machine minutes. Prices: AWS's list of us-east-1, June 2026. EC2 bills by the second, and at least a minute. Not included: volumes, public IPv4 addresses, data transfer.\n",
    );
  });

  test("come from the run's jobs, if the stop has listed them", async () => {
    const { world, start, billOf } = setUp();
    const began = world.clock.now();
    const { instances } = await start();
    const job = { id: 1, name: 'test', status: 'completed', labels: ['a-label'] };
    world.github.jobs.set('octo-org/octo-repo 77 1', [
      { ...job, runnerName: 'another', startedAt: began, completedAt: began + HOUR },
      {
        ...job,
        runnerName: instances[0]!.runners[0]!.name,
        startedAt: began + 50_000,
        completedAt: began + 5 * MINUTE,
      },
    ]);
    await world.clock.sleep(6 * MINUTE);
    const started = readStarted(
      JSON.stringify([{ instance: instances[0]!.instance.id, onlineAt: iso(began + 20_000) }]),
    );
    expect(await billOf({ label: undefined, started })).toMatchObject([{ startUp: 20, idleBefore: 30, idleAfter: 60 }]);
  });

  test('come from the console of a machine that had no job: all of its time was idle', async () => {
    const { world, start, billOf } = setUp();
    const { instances } = await start();
    const { id } = instances[0]!.instance;
    const at = (name: string, ms: number, detail = '') =>
      `ci-actions phase=${name} uptime=1.00 at=${iso(world.clock.now() + ms)}${detail && ` ${detail}`}`;
    world.ec2.consoles.set(id, [at('listening', 30_000), at('power-off', 10 * MINUTE, 'no job came')].join('\n'));
    await world.clock.sleep(10 * MINUTE);
    world.ec2.end(id);
    await world.clock.sleep(5 * MINUTE);
    const [machine] = await billOf();
    expect(machine).toMatchObject({ startUp: 30, idleBefore: 570, idleAfter: 0, minutes: expect.closeTo(10, 1) });
    expect(machine).not.toHaveProperty('atMost');
  });

  test('are unknown otherwise, and the summary leaves their columns out', async () => {
    const { start, stop } = setUp();
    await start();
    const stopped = await stop();
    expect(stopped.bill.machines).toMatchObject([{ startUp: null, idleBefore: null, idleAfter: null }]);
    const summary = summarizeStop(stopped);
    expect(summary).toContain('| Instance | Type | Market | Machine | Per hour | Cost |');
    expect(summary).toContain('- Start-up and idle times: give stop-runner the output `runners` of start-runner.');
  });

  test.each(['', 'x', '{}', 'null', '[null, 1, "a", {}, {"instance": 7}]', '[{"instance"'])(
    'are unknown with %j as the output of the start',
    (text) => expect(readStarted(text).size).toBe(0),
  );

  test.each([
    '',
    '/',
    'x/y',
    '2026-11-27T20:00:00Z',
    '2026-11-27T20:00:00Z/',
    '2026-11-27T20:00:00Z/2026-11-27T19:00:00Z',
  ])('are unknown with %j as the times of the job', (text) => expect(readSpan(text)).toBeUndefined());
});

test('a machine that ended before the stop has a table of its own', async () => {
  const { world, start, stop } = setUp();
  const { instances } = await start();
  await world.clock.sleep(MINUTE);
  world.ec2.end(instances[0]!.instance.id);
  await world.clock.sleep(MINUTE);
  const stopped = await stop();
  expect(stopped.instances).toEqual([]);
  expect(summarizeStop(stopped)).toMatch(
    /^### Nothing to stop\n\n(No instance of this request is left\.|EC2 confirmed no termination\.)\n\n### Ended before this stop\n\n.*\n.*\n\| i-\w+ \| t3\.xlarge \| on-demand \| at most 2\.0 min \| \$0\.1664 \| \*\*at most \$0\.0055\*\* \|\n\nTogether at most \$0\.0055 for 2\.0 machine minutes\. /,
  );
  expect(logBill({ machines: [], failures: [] })).toEqual([]);
});

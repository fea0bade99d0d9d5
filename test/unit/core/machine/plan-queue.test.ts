import { expect, test } from '@jest/globals';
import { listRefusals } from '../../../../src/core/machine/refusals.js';
import { PlanQueue } from '../../../../src/core/machine/plan-queue.js';
import type { Plan, Refusal } from '../../../../src/core/ports/ec2.js';
import { createCloud } from '../../../worlds/cloud.js';
import { failureOf, run } from '../../../worlds/requests.js';

const plan = (region: string, instanceType: string, market: Plan['market'] = 'on-demand'): Plan => ({
  region,
  instanceType,
  market,
});

function aQueue(plans: readonly Plan[]): PlanQueue {
  return aLoggedQueue(plans).queue;
}

/** The queue and its log. */
function aLoggedQueue(plans: readonly Plan[]) {
  const { ports, said } = createCloud();
  return { queue: new PlanQueue({ ...ports, run, id: '0123abcd', plans, count: 1, retryMs: 0 }), said };
}

const refusal = (scope: Refusal['scope']): Refusal => ({
  code: 'VcpuLimitExceeded',
  message: 'm',
  scope,
  kind: 'quota',
});

test.each(['type', 'market'] as const)('a quota (%s) of one region leaves the other regions open', async (scope) => {
  const [here, there] = [plan('us-east-1', 'm5.xlarge'), plan('us-west-2', 'm5.xlarge')];
  const queue = aQueue([here, there]);
  queue.refuse(here, refusal(scope));
  expect((await queue.next(0)).plan).toBe(there);
});

test('a quota of one market leaves the other market open', async () => {
  const [spot, onDemand] = [plan('us-east-1', 'm5.xlarge', 'spot'), plan('us-east-1', 'm5.xlarge')];
  const queue = aQueue([spot, onDemand]);
  queue.refuse(spot, refusal('market'));
  expect((await queue.next(0)).plan).toBe(onDemand);
});

test('a quota of one type leaves the other types open, in every subnet', async () => {
  const [one, same, other] = [plan('r', 'a.large'), { ...plan('r', 'a.large'), subnetId: 's' }, plan('r', 'b.large')];
  const queue = aQueue([one, same, other]);
  queue.refuse(one, refusal('type'));
  expect((await queue.next(0)).plan).toBe(other);
});

test.each([
  ['on-demand after on-demand', [plan('r', 'a.large'), plan('r', 'b.large')]],
  ['spot after spot', [plan('r', 'a.large', 'spot'), plan('r', 'b.large', 'spot')]],
  ['on-demand before spot', [plan('r', 'a.large'), plan('r', 'a.large', 'spot')]],
  ['nothing after spot', [plan('r', 'a.large', 'spot')]],
])('no switch to on-demand is announced where there is none: %s', (_, plans) => {
  const { queue, said } = aLoggedQueue(plans);
  queue.refuse(plans[0]!, { ...refusal('plan'), kind: 'capacity' });
  expect(said).toEqual([expect.stringMatching(/^Refused: /)]);
});

test('a refusal of one subnet closes it for every type, and leaves the other subnets open', async () => {
  const [a, b] = [{ subnetId: 'a' }, { subnetId: 'b' }];
  const plans = [
    { ...plan('r', 'x.large'), ...a },
    { ...plan('r', 'y.large'), ...a },
    { ...plan('r', 'x.large'), ...b },
  ];
  const queue = aQueue(plans);
  queue.refuse(plans[0]!, refusal('subnet'));
  expect((await queue.next(0)).plan).toBe(plans[2]);
});

test('a refusal of a subnet that EC2 chose itself leaves the other types open', async () => {
  const [one, other] = [plan('r', 'x.large'), plan('r', 'y.large')];
  const queue = aQueue([one, other]);
  queue.refuse(one, refusal('subnet'));
  expect((await queue.next(0)).plan).toBe(other);
});

test.each([
  ['a quota alone', ['quota'], 'quota-exceeded'],
  ['a quota and missing capacity', ['quota', 'capacity'], 'no-capacity'],
  ['missing capacity alone', ['capacity'], 'no-capacity'],
] as const)('a start refused by %s fails with the code for it', async (_, kinds, code) => {
  const plans = kinds.map((kind) => plan('r', kind));
  const queue = aQueue(plans);
  kinds.forEach((kind, at) => queue.refuse(plans[at]!, { ...refusal('plan'), kind }));
  expect((await failureOf(queue.next(0))).code).toBe(code);
});

test('a plan that lacked capacity is not tried again when its type exceeds a quota', async () => {
  const { clock, ports } = createCloud();
  const plans = [plan('r', 'a.large'), { ...plan('r', 'a.large'), subnetId: 's' }];
  const queue = new PlanQueue({ ...ports, run, id: '0123abcd', plans, count: 1, retryMs: 60_000 });
  const began = clock.now();
  queue.refuse(plans[0]!, { ...refusal('plan'), kind: 'capacity' });
  queue.refuse(plans[1]!, refusal('type'));
  expect((await failureOf(queue.next(0))).code).toBe('no-capacity');
  expect(clock.now()).toBe(began);
});

test.each([
  ['one subnet', 1, 'on-demand', 'subnets in other availability zones'],
  ['two subnets', 2, 'on-demand', 'subnets in other availability zones'],
  ['three subnets', 3, 'on-demand', undefined],
  ['spot in three subnets', 3, 'spot', 'set `market-type: spot-then-on-demand`'],
] as const)('when %s lacked capacity, only untried alternatives are suggested', async (_, subnets, market, further) => {
  const plans = Array.from({ length: subnets }, (_subnet, at) => ({
    ...plan('r', 'a.large', market),
    subnetId: `${at}`,
  }));
  const queue = aQueue(plans);
  for (const one of plans) queue.refuse(one, { ...refusal('plan'), kind: 'capacity' });
  const { hint } = await failureOf(queue.next(0));
  const suggested = ['subnets in other', 'set `market-type'].filter((words) => hint.includes(words));
  expect(suggested).toEqual(further === undefined ? [] : [expect.stringContaining(further.slice(0, 12))]);
});

test('the failure of a refused start has the id of the last request', async () => {
  const [one] = [plan('r', 'a.large')];
  const queue = aQueue([one]);
  queue.refuse(one, { ...refusal('plan'), kind: 'capacity', requestId: 'an-id' });
  await expect(queue.next(0)).rejects.toMatchObject({ about: { requestId: 'an-id' } });
});

test('a refusal that two launches of the same plan receive is noted once', () => {
  const one = plan('r', 'a.large');
  const { queue, said } = aLoggedQueue([one, plan('r', 'b.large')]);
  for (const _ of ['first', 'second']) queue.refuse(one, { ...refusal('plan'), kind: 'capacity' });
  expect(said).toHaveLength(1);
});

test('refusals in the same words, but for the type, are listed once', () => {
  const refused = (type: string, message: string, code = 'A') => ({
    plan: plan('r', type),
    refusal: { ...refusal('type'), code, message },
  });
  const list = [refused('a.large', 'No a.large.'), refused('b.large', 'No b.large.'), refused('c.large', 'None.')];
  expect(listRefusals([...list, refused('d.large', 'No d.large.'), refused('e.large', 'None.', 'B')])).toEqual([
    'a.large on-demand (r): A: No a.large.',
    'The same for b.large on-demand (r), d.large on-demand (r).',
    'c.large on-demand (r): A: None.',
    'e.large on-demand (r): B: None.',
  ]);
});

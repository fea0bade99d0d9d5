import { expect, test } from '@jest/globals';
import { PlanBoard } from '../../src/core/launch.js';
import type { Plan, Refusal } from '../../src/core/ports.js';
import { aWorld } from './requests.js';

const plan = (region: string, instanceType: string, market: Plan['market'] = 'on-demand'): Plan => ({
  region,
  instanceType,
  market,
});

function aBoard(plans: readonly Plan[]): PlanBoard {
  const { ports } = aWorld();
  return new PlanBoard({ ...ports, plans, count: 1, retryMs: 0 });
}

const refusal = (scope: Refusal['scope']): Refusal => ({
  code: 'VcpuLimitExceeded',
  message: 'm',
  scope,
  kind: 'quota',
});

test.each(['type', 'market'] as const)('a quota (%s) of one region leaves the other regions open', async (scope) => {
  const [here, there] = [plan('us-east-1', 'm5.xlarge'), plan('us-west-2', 'm5.xlarge')];
  const board = aBoard([here, there]);
  board.refuse(here, refusal(scope));
  expect(await board.next()).toBe(there);
});

test('a quota of one market leaves the other market open', async () => {
  const [spot, onDemand] = [plan('us-east-1', 'm5.xlarge', 'spot'), plan('us-east-1', 'm5.xlarge')];
  const board = aBoard([spot, onDemand]);
  board.refuse(spot, refusal('market'));
  expect(await board.next()).toBe(onDemand);
});

test('a quota of one type leaves the other types open, in every subnet', async () => {
  const [one, same, other] = [plan('r', 'a.large'), { ...plan('r', 'a.large'), subnetId: 's' }, plan('r', 'b.large')];
  const board = aBoard([one, same, other]);
  board.refuse(one, refusal('type'));
  expect(await board.next()).toBe(other);
});

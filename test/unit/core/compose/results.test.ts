import { expect, test } from '@jest/globals';
import type { Plan } from '../../../../src/core/compose/plan.js';
import { listServices } from '../../../../src/core/compose/results.js';
import type { ContainerState } from '../../../../src/core/ports/containers.js';

function state(service: string, more: Partial<ContainerState>): ContainerState {
  const base = { id: service, name: service, image: 'i', status: 'running', exitCode: 0, oomKilled: false } as const;
  return { ...base, service, restarts: 0, addresses: [], ...more };
}

function list(states: readonly ContainerState[]) {
  const plan = { servers: ['web'], session: { kind: 'host', commands: [] } } as Partial<Plan> as Plan;
  return listServices(plan, { states, ready: new Map(), sessions: [], lastLines: new Map() })[0];
}

test('Of several containers, the first start and all restarts count', () => {
  const states = [state('web', { startedAt: 3, restarts: 1 }), state('web', { startedAt: 2, restarts: 2 })];
  expect(list(states)).toEqual({ service: 'web', role: 'server', startedAt: 2, restarts: 3 });
});

test('Of several containers, the one that ended with another code than 0 counts', () => {
  const ended = { status: 'exited', startedAt: 1, finishedAt: 5 } as const;
  const states = [state('web', ended), state('web', { ...ended, exitCode: 3, finishedAt: 4 })];
  expect(list(states)).toMatchObject({ role: 'server', exitCode: 3, endedAt: 4 });
  expect(list([state('web', ended)])).toMatchObject({ role: 'one-shot', exitCode: 0, endedAt: 5 });
  expect(list([state('web', ended), state('web', {})])).toMatchObject({ role: 'server' });
});

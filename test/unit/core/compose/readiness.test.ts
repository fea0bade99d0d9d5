import { describe, expect, test } from '@jest/globals';
import type { ServiceModel } from '../../../../src/core/compose/model.js';
import { judgeService, type ContainerFacts } from '../../../../src/core/compose/readiness.js';
import type { Readiness } from '../../../../src/core/compose/request.js';
import type { ContainerState } from '../../../../src/core/ports/containers.js';

const service: ServiceModel = {
  name: 'db',
  isBuilt: false,
  dependsOn: [],
  ports: [],
  publishedPorts: [],
  networks: ['default'],
  replicas: 1,
  profiles: [],
  words: [],
  binds: [],
  mounted: [],
};
const running: ContainerState = {
  id: 'c1',
  name: 'p-db-1',
  service: 'db',
  image: 'db:1',
  status: 'running',
  exitCode: 0,
  oomKilled: false,
  restarts: 0,
  startedAt: 1,
  addresses: ['172.18.0.2'],
};
const facts: ContainerFacts = {
  openPorts: new Set(),
  restMs: 0,
  isReachable: true,
  hasText: false,
  isProvenServer: false,
};

interface Case {
  readonly state?: Partial<ContainerState>;
  readonly facts?: Partial<ContainerFacts>;
  readonly service?: Partial<ServiceModel>;
  readonly wanted?: Readiness;
}

function judge(one: Case) {
  const state = { ...running, ...one.state };
  return judgeService({ ...service, ...one.service }, one.wanted, [{ state, facts: { ...facts, ...one.facts } }]);
}

const ready = (by: string) => expect.objectContaining({ kind: 'ready', by });
const waits = (what: string) => ({ kind: 'waiting', what });
const fails = (why: string) => ({ kind: 'failed', why });
const open = (...ports: number[]) => ({ openPorts: new Set(ports) });

describe('A service without the input `ready`', () => {
  test.each<[string, Case, unknown]>([
    ['is created', { state: { status: 'created' } }, waits('its start')],
    ['is paused', { state: { status: 'paused' } }, waits('an end of its pause')],
    [
      'is restarting',
      { state: { status: 'restarting', exitCode: 2, restarts: 3 } },
      waits('its restart after exit code 2 (3 restarts so far)'),
    ],
    ['is checked', { state: { health: 'starting' } }, waits('its health check')],
    [
      'is checked, and says why not',
      { state: { health: 'starting', lastHealthOutput: 'refused\n' } },
      waits('its health check (last output: refused)'),
    ],
    ['is healthy', { state: { health: 'healthy' } }, ready('healthy')],
    ['is healthy with a shut port', { state: { health: 'healthy' }, service: { ports: [1] } }, ready('healthy')],
    [
      'is unhealthy',
      { state: { health: 'unhealthy', lastHealthOutput: 'no' } },
      fails('is unhealthy. Its last output: no'),
    ],
    ['has its port shut', { service: { ports: [5432] } }, waits('its port 5432 to open')],
    ['has its port open', { service: { ports: [5432] }, facts: open(5432) }, ready('port 5432 open')],
    ['has one of two ports open', { service: { ports: [1, 2] }, facts: open(1) }, waits('its port 2 to open')],
    ['has no port open for long', { service: { ports: [1] }, facts: { restMs: 60_000 } }, waits('its port 1 to open')],
    ['has both ports open', { service: { ports: [1, 2] }, facts: open(2, 1) }, ready('ports 1, 2 open')],
    ['has ended with 3', { state: { status: 'exited', exitCode: 3 } }, fails('exited with 3')],
    [
      'was ended for want of memory',
      { state: { status: 'exited', exitCode: 137, oomKilled: true } },
      fails('exited with 137, because the machine or its limit had no more memory'),
    ],
    ['is done', { state: { status: 'exited' } }, { kind: 'ready', by: 'exited 0' }],
    [
      'has ended with 0 after it was healthy',
      { state: { status: 'exited' }, facts: { isProvenServer: true } },
      fails('exited with 0 after it was ready'),
    ],
  ])('%s', (_, one, expected) => {
    expect(judge(one)).toEqual(expected);
  });

  test.each<[string, Case, RegExp]>([
    [
      'runs and says nothing of itself',
      {},
      /^db counts as ready because it runs: it has no health check and no declar/,
    ],
    ['has no address', { service: { ports: [80] }, facts: { isReachable: false } }, /no address at which its ports/],
    [
      'opened one port 10 s ago and no other',
      { service: { ports: [1, 2] }, facts: { ...open(1), restMs: 10_000 } },
      /^db declares port 2, which nothing has opened.*`ready`/,
    ],
    [
      'has ended with 0 and declares a port',
      { service: { ports: [1] }, state: { status: 'exited' } },
      /has a port, and/,
    ],
    [
      'has ended with 0 and has a health check',
      { state: { status: 'exited', health: 'starting' } },
      /has a health check/,
    ],
  ])('%s: ready, with a warning', (_, one, warning) => {
    expect(judge(one)).toMatchObject({ kind: 'ready', warning: expect.stringMatching(warning) });
  });
});

describe('A service that the input `ready` names', () => {
  const port: Readiness = { kind: 'port', port: 80 };
  const log: Readiness = { kind: 'log', text: 'up' };
  test.each<[string, Case, unknown]>([
    ['started, unhealthy', { wanted: { kind: 'started' }, state: { health: 'unhealthy' } }, ready('running')],
    ['started, done', { wanted: { kind: 'started' }, state: { status: 'exited' } }, ready('exited 0')],
    [
      'started, failed',
      { wanted: { kind: 'started' }, state: { status: 'exited', exitCode: 1 } },
      fails('exited with 1'),
    ],
    ['exit, running', { wanted: { kind: 'exit' } }, waits('its end')],
    ['exit, done', { wanted: { kind: 'exit' }, state: { status: 'exited' } }, ready('exited 0')],
    ['port, shut although healthy', { wanted: port, state: { health: 'healthy' } }, waits('its port 80 to open')],
    ['port, open', { wanted: port, facts: open(80) }, ready('port 80 open')],
    [
      'port, without an address',
      { wanted: port, facts: { isReachable: false } },
      fails('has no address, so port 80 cannot be tried (`ready`)'),
    ],
    [
      'port, done',
      { wanted: port, state: { status: 'exited' } },
      fails('exited with 0 before it was ready by `port:80`'),
    ],
    ['log, silent', { wanted: log }, waits('"up" in its log')],
    ['log, printed', { wanted: log, facts: { hasText: true } }, ready('"up" in its log')],
    [
      'log, printed and done',
      { wanted: log, facts: { hasText: true }, state: { status: 'exited' } },
      ready('its log, then exited 0'),
    ],
    [
      'healthy, without a check',
      { wanted: { kind: 'healthy' } },
      fails('has no health check in the Compose file nor in its image, but `ready` is `healthy`'),
    ],
    ['healthy, checked', { wanted: { kind: 'healthy' }, state: { health: 'healthy' } }, ready('healthy')],
  ])('%s', (_, one, expected) => {
    expect(judge(one)).toEqual(expected);
  });
});

describe('A service of several containers', () => {
  const two = { ...service, replicas: 2 };
  const container = (state: Partial<ContainerState>) => ({ state: { ...running, ...state }, facts });

  test('is ready when all of them are', () => {
    const [healthy, starting] = [container({ health: 'healthy' }), container({ health: 'starting' })];
    expect(judgeService(two, undefined, [healthy, starting])).toMatchObject({ kind: 'waiting' });
    expect(judgeService(two, undefined, [healthy, healthy])).toMatchObject({ kind: 'ready' });
  });

  test('is not ready before all of them exist', () => {
    expect(judgeService(two, undefined, [container({ health: 'healthy' })])).toEqual(
      waits('its container to be created'),
    );
  });

  test('has failed when one of them has', () => {
    const failed = container({ status: 'exited', exitCode: 2 });
    expect(judgeService(two, undefined, [container({ health: 'healthy' }), failed])).toEqual(fails('exited with 2'));
  });
});

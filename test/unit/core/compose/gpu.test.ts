import { describe, expect, test } from '@jest/globals';
import { checkGpu, gpusOf } from '../../../../src/core/compose/gpu.js';
import { composeSessionOverride } from '../../../../src/core/compose/session-override.js';
import type { ComposeRequest } from '../../../../src/core/compose/request.js';
import { emptyRequest } from '../../../worlds/benchmark.js';

const reserving = (device: object): object => ({ deploy: { resources: { reservations: { devices: [device] } } } });
const asking: readonly (readonly [string, object])[] = [
  ['a reservation', reserving({ capabilities: ['gpu'], count: 1 })],
  ["a reservation by the driver's name", reserving({ driver: 'nvidia', capabilities: ['compute'] })],
  ['gpus', { gpus: [{ count: -1 }] }],
  ['gpus: all', { gpus: 'all' }],
  ['the runtime', { runtime: 'nvidia' }],
];
const plain: readonly (readonly [string, object])[] = [
  ['nothing', { image: 'example/api' }],
  ['another device', reserving({ capabilities: ['tpu'] })],
  ['no devices', { deploy: { resources: {} }, gpus: [], runtime: 'runc' }],
];

interface Machine {
  readonly runtimes?: readonly string[];
  readonly cdi?: boolean;
  readonly programs?: readonly string[];
}

function check(service: object, machine: Machine = {}, request: Partial<ComposeRequest> = {}): void {
  const { runtimes = ['runc'], cdi = false, programs = [] } = machine;
  checkGpu(
    { ...emptyRequest, ...request },
    {
      model: { services: { api: service, idle: { runtime: 'nvidia' }, tests: {} } },
      services: ['api', 'tests'],
      engine: { engineVersion: '28.2.2', composeVersion: '2.40.3', runtimes, cdi },
      host: { hasProgram: (name) => programs.includes(name) },
    },
  );
}

describe('A project that asks for GPUs on a machine without the toolkit', () => {
  test.each(asking)('is refused, if a service has %s', (_, service) => {
    expect(() => check(service)).toThrow(
      'The service `api` asks for GPUs, and Docker on this machine has none to give.',
    );
  });

  test('is refused, if the input asks', () => {
    expect(() => check({}, {}, { gpu: 'all' })).toThrow('The input `gpu: all` asks for GPUs');
    expect(() => check({}, {}, { gpu: 'all' })).toThrow(expect.objectContaining({ code: 'gpu-unavailable' }));
    expect(() => check({ runtime: 'nvidia' }, {}, { gpu: 2 })).toThrow(
      'The input `gpu: 2` and the service `api` ask for GPUs',
    );
  });

  test.each(plain)('is not one that has %s', (_, service) => expect(() => check(service)).not.toThrow());
});

describe('The toolkit', () => {
  const [, reservation] = asking[0]!;

  test.each<[string, Machine]>([
    ['as a runtime', { runtimes: ['runc', 'nvidia'] }],
    ['as a hook', { programs: ['nvidia-container-runtime-hook'] }],
    ['by CDI', { cdi: true, programs: ['nvidia-ctk'] }],
  ])('is found %s', (_, machine) => expect(() => check(reservation, machine)).not.toThrow());

  test('is not there because the engine could use CDI', () => {
    expect(() => check(reservation, { cdi: true })).toThrow('none to give');
    expect(() => check(reservation, { programs: ['nvidia-ctk'] })).toThrow('none to give');
  });

  test('must be a runtime for a service with that runtime', () => {
    const machine = { cdi: true, programs: ['nvidia-ctk', 'nvidia-container-runtime-hook'] };
    expect(() => check({ runtime: 'nvidia' }, machine)).toThrow('none to give');
    expect(() => check({ runtime: 'nvidia' }, { runtimes: ['nvidia'] })).not.toThrow();
  });
});

test('`gpu` is refused for a session on the host', () => {
  const request = { gpu: 'all', session: { kind: 'host', command: 'make test' } } as const;
  expect(() => check({}, { runtimes: ['nvidia'] }, request)).toThrow('`run` is a command on the host');
});

test('A session image gets the GPUs as docker run takes them', () => {
  expect([gpusOf(emptyRequest), gpusOf({ ...emptyRequest, gpu: 'all' }), gpusOf({ ...emptyRequest, gpu: 2 })]).toEqual([
    undefined,
    'all',
    '2',
  ]);
});

describe("The session's own Compose file", () => {
  const compose = (service: object, request: Partial<ComposeRequest> = {}, intake = {}): unknown =>
    composeSessionOverride({ ...emptyRequest, ...request }, ['tests'], {
      model: { services: { tests: service } },
      intake: { env: {}, volumes: [], ...intake },
    }).services['tests'];

  test('forbids restarts, also those of deploy', () => {
    expect(compose({ restart: 'always' })).toEqual({ restart: 'no' });
    expect(compose({ deploy: { restart_policy: { condition: 'any' } } })).toEqual({
      restart: 'no',
      deploy: { restart_policy: { condition: 'none' } },
    });
  });

  test('reserves the GPUs', () => {
    const devices = [{ driver: 'nvidia', count: 2, capabilities: ['gpu'] }];
    expect(compose({}, { gpu: 2 })).toEqual({
      restart: 'no',
      deploy: { resources: { reservations: { devices } } },
    });
  });

  test.each(asking)('leaves the GPUs to a session that has %s', (_, service) => {
    expect(compose(service, { gpu: 'all' })).toEqual({ restart: 'no' });
  });

  test('passes the way of the result on', () => {
    const intake = { env: { RESULT_WEBHOOK: 'http://1.2.3.4:5/$x' }, volumes: ['/tmp/$a:/in:ro'] };
    expect(compose({}, {}, intake)).toEqual({
      restart: 'no',
      environment: { RESULT_WEBHOOK: 'http://1.2.3.4:5/$$x' },
      volumes: ['/tmp/$$a:/in:ro'],
    });
  });

  test('gives a service of exec only the GPUs', () => {
    const session = { kind: 'exec', service: 'tests', command: 'true' } as const;
    const intake = { env: { RESULT_WEBHOOK: 'http://1.2.3.4:5/x' } };
    const deploy = { restart_policy: { condition: 'any' } };
    expect(compose({ deploy }, { session }, intake)).toBeUndefined();
    expect(compose({ deploy }, { session, gpu: 'all' }, intake)).toEqual({
      deploy: { resources: { reservations: { devices: [{ driver: 'nvidia', count: 'all', capabilities: ['gpu'] }] } } },
    });
  });
});

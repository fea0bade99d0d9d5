import { describe, expect, test } from '@jest/globals';
import type { ResultFinding } from '../../../../src/core/compose/result.js';
import type { ContainerState } from '../../../../src/core/ports/containers.js';
import { ResultWorld } from '../../../worlds/result.js';

const session = { beganAt: 100_000, containers: [{ id: 'c1', service: 'tests' } as ContainerState] };
const webhook = { kind: 'webhook' } as const;
const file = (path: string) => ({ kind: 'file', path }) as const;
const config = { request: { override: { benchmark: { tasks: [], result_webhook: 'file://out.json' } } } };

describe('The webhook', () => {
  test("listens at the gateway of the session's network", async () => {
    const world = new ResultWorld();
    world.gateways['p_back'] = '10.1.0.1';
    const { env } = await world.open(webhook, ['p_default', 'p_back']);
    expect(env).toEqual({ RESULT_WEBHOOK: 'http://10.1.0.1:4321/secret' });
  });

  test("listens at the gateway of Docker's own network before the project has one", async () => {
    const world = new ResultWorld();
    await world.open(webhook);
    expect(world.listensOn).toBe('172.17.0.1');
  });

  test("listens at loopback for a session in the host's network", async () => {
    const world = new ResultWorld();
    await world.open(webhook, ['host']);
    expect(world.listensOn).toBe('127.0.0.1');
  });

  test.each([
    ['is in no network of the project', []],
    ["has several parts, one of them in the host's network", ['host', 'p_default']],
  ])("listens at a gateway for a session that %s: loopback is the container's own", async (_, networks) => {
    const world = new ResultWorld();
    await world.open(webhook, networks);
    expect(world.listensOn).toBe('172.17.0.1');
  });

  test('is refused when there is no address', async () => {
    const world = new ResultWorld();
    world.gateways = {};
    await expect(world.open(webhook)).rejects.toMatchObject({ code: 'webhook-unavailable' });
  });

  test('hands over the result, keeps it, and is closed', async () => {
    const world = new ResultWorld();
    const intake = await world.open(webhook);
    world.post('{"some": "result"}');
    await intake.arrived;
    expect(await intake.collect(session)).toEqual({ result: '{"some": "result"}' });
    expect(world.written['result.json']).toBe('{"some": "result"}');
    await intake.close();
    expect(world.isClosed).toBe(true);
  });

  test('says why what was posted is no result', async () => {
    const world = new ResultWorld();
    world.refusal = 'The result is not JSON.';
    const { failure } = await (await world.open(webhook)).collect(session);
    expect(failure?.reason).toBe('What the session posted to RESULT_WEBHOOK was refused: The result is not JSON.');
  });

  test('is a failure without a result', async () => {
    const { failure } = await (await new ResultWorld().open(webhook)).collect(session);
    expect(failure).toMatchObject({
      code: 'result-missing',
      reason: 'The session ended and posted no result to RESULT_WEBHOOK.',
    });
  });

  test('is not opened for other results', async () => {
    const world = new ResultWorld();
    const intake = await world.open({ kind: 'exit-code' });
    expect([intake.env, intake.volumes, world.listensOn]).toStrictEqual([{}, [], undefined]);
    expect(await intake.collect(session)).toEqual({});
    await intake.close();
  });
});

describe("The benchmark's configuration", () => {
  test('is a file in the container, with the webhook', async () => {
    const world = new ResultWorld();
    const { env, volumes } = await world.open(webhook, ['host'], config);
    expect(env['BENCHMARK_CONFIG']).toBe('/run/benchmark/config.json');
    expect(volumes).toEqual(['/private/benchmark-config.json:/run/benchmark/config.json:ro']);
    expect(JSON.parse(world.written['benchmark-config.json']!)).toEqual({
      tasks: [],
      result_webhook: 'http://127.0.0.1:4321/secret',
    });
  });

  test('keeps its own webhook when the result comes another way', async () => {
    const world = new ResultWorld();
    await world.open({ kind: 'exit-code' }, [], config);
    expect(JSON.parse(world.written['benchmark-config.json']!)).toHaveProperty('result_webhook', 'file://out.json');
  });

  test('is a file of the host for a session there', async () => {
    const request = { ...config.request, session: { kind: 'host', command: 'make' } } as const;
    const { env, volumes } = await new ResultWorld().open({ kind: 'exit-code' }, [], { request });
    expect([env, volumes]).toEqual([{ BENCHMARK_CONFIG: '/private/benchmark-config.json' }, []]);
  });
});

describe('The output', () => {
  const find = async (...lines: string[]): Promise<ResultFinding> => {
    const intake = await new ResultWorld().open({ kind: 'stdout' });
    for (const line of lines) intake.onLine(line);
    return intake.collect(session);
  };

  test('has the result in its last JSON object', async () => {
    expect(await find('{"a":1}', '{"a":2}', 'done')).toEqual({ result: '{"a":2}' });
  });

  test('is a failure without one', async () => {
    expect((await find('done')).failure?.reason).toContain('The session printed no JSON object');
  });
});

describe('A file with the result', () => {
  const fileOf = async (path: string, prepare: (world: ResultWorld) => void): Promise<ResultFinding> => {
    const world = new ResultWorld();
    prepare(world);
    return (await world.open(file(path))).collect(session);
  };
  const ofHost = (text: string, changedAt = 100_001) =>
    fileOf('out/r.json', (world) => (world.files['out/r.json'] = { text, changedAt }));
  const inside = (text: string) =>
    fileOf('tests:/out/r.json', (world) => (world.inContainers['c1:/out/r.json'] = text));

  test('is read from the host and from a container', async () => {
    expect(await ofHost('{"a":1}')).toEqual({ result: '{"a":1}' });
    expect(await inside('{"a":1}')).toEqual({ result: '{"a":1}' });
  });

  test('is a failure when its evaluations did not pass', async () => {
    const { result, failure } = await ofHost('{"evaluations":{"passed":false}}');
    expect([result, failure?.code]).toEqual(['{"evaluations":{"passed":false}}', 'result-failed']);
  });

  test('may be older than the session by the rounding of a file system', async () => {
    expect(await ofHost('{}', 98_500)).toEqual({ result: '{}' });
  });

  test.each<[string, () => Promise<ResultFinding>, string]>([
    ['missing on the host', () => fileOf('r.json', () => {}), 'The session left no file r.json.'],
    [
      'missing in the container',
      () => fileOf('tests:/r.json', () => {}),
      'The service tests has no file /r.json after',
    ],
    ['in a service without a container', () => fileOf('apo:/r.json', () => {}), 'The service apo, which should have'],
    ['older than the session', () => ofHost('{}', 97_000), 'is older than the session, which did not write it'],
    ['no JSON', () => ofHost('{"a":'), 'The file out/r.json is not JSON'],
    ['no JSON in the container', () => inside(''), 'The file tests:/out/r.json is not JSON'],
    ['too large', () => ofHost(' '.repeat(64 * 1024 * 1024 + 1)), 'has 67108865 bytes; at most 67108864 are taken'],
  ])('is a failure when it is %s', async (_, find, reason) => {
    const { failure } = await find();
    expect(failure?.code).toBe('result-missing');
    expect(failure?.reason).toContain(reason);
  });

  test('is a failure when it is a folder', async () => {
    const finding = await fileOf('tests:/out', (world) => {
      world.inContainers['c1:/out'] = '';
      world.host.measure = () => undefined;
    });
    expect(finding.failure?.reason).toBe('tests:/out is no file.');
  });
});

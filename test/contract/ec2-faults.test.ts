import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { seed, startSandbox, type Fault, type Sandbox } from '../../sandbox/sandbox.js';
import { Failure } from '../../src/core/kernel/failure.js';
import type { Ec2, LaunchSpec, ReaperEc2 } from '../../src/core/ports/ec2.js';
import { connectEc2 } from '../../src/ec2/connect.js';
import { FakeClock, FAKE_START } from '../worlds/fake-clock.js';
import { setAwsEnvironment } from './aws-environment.js';

let sandbox: Sandbox;
let clock: FakeClock;
let ec2: Ec2 & ReaperEc2;
let said: string[];

beforeEach(async () => {
  sandbox = await startSandbox({ machines: false });
  setAwsEnvironment(sandbox.environment);
  clock = new FakeClock();
  said = [];
  ec2 = await connectEc2({ clock, random: () => 0.5, log: { info: (sentence) => void said.push(sentence) } });
});

afterEach(() => sandbox.close());

describe('A launch', () => {
  test.each<[what: string, fault: Fault]>([
    ['is lost on its way to EC2', { kind: 'reset-before' }],
    ['loses its answer', { kind: 'reset-after' }],
    ['gets half an answer', { kind: 'malformed' }],
    ['gets a 500', { kind: 'status', status: 500, code: 'InternalError' }],
    ['gets the error page of a gateway', { kind: 'status', status: 502, body: '<html>Bad gateway</html>' }],
    ['gets a page with status 200', { kind: 'status', status: 200, body: '<html>Please log in</html>' }],
    ['is throttled', { kind: 'status', status: 503, code: 'RequestLimitExceeded' }],
  ])('that %s is repeated and launches one instance', async (_, fault) => {
    disturb('RunInstances', fault, 2);
    const outcome = await ec2.launch(spec());
    expect(sandbox.ec2.instances().map(({ id }) => id)).toEqual([outcome.kind === 'launched' && outcome.instance.id]);
    expect(tokens()).toEqual(['faults-1', 'faults-1', 'faults-1']);
    expect(said).toHaveLength(2);
  });

  test.each<[what: string, fault: Fault, code: string, seconds: [number, number], tries: [number, number]]>([
    ['throttled', { kind: 'status', status: 503, code: 'RequestLimitExceeded' }, 'aws-throttled', [180, 181], [6, 6]],
    ['unanswered', { kind: 'reset-before' }, 'aws-unreachable', [60, 61], [12, 30]],
  ])('that is %s until the end is a failure', async (_, fault, code, [least, most], [fewest, greatest]) => {
    disturb('RunInstances', fault);
    const message = expect.stringContaining(` after ${least} s: `);
    const outcome: unknown = await ec2.launch(spec()).catch((error: unknown) => error);
    const failure = { name: 'Failure', code, message };
    // A launch that was throttled at every attempt has certainly launched nothing.
    expect(outcome).toMatchObject(code === 'aws-throttled' ? { kind: 'given-up', error: failure } : failure);
    expect(tokens().length).toBeGreaterThanOrEqual(fewest);
    expect(tokens().length).toBeLessThanOrEqual(greatest);
    expect(clock.now() - FAKE_START).toBeGreaterThanOrEqual(least * 1_000);
    expect(clock.now() - FAKE_START).toBeLessThan(most * 1_000);
  });

  test('that is throttled in the end may have launched if an earlier attempt was not answered', async () => {
    const throttled: Fault = { kind: 'status', status: 503, code: 'RequestLimitExceeded' };
    let tries = 0;
    sandbox.intercept = ({ operation }) =>
      operation !== 'RunInstances' ? undefined : tries++ === 0 ? { kind: 'reset-after' } : throttled;
    await expect(ec2.launch(spec())).rejects.toMatchObject({ code: 'aws-throttled' });
    expect(sandbox.ec2.instances()).toHaveLength(1);
  });

  test('without capacity is refused at once, although EC2 answers 500', async () => {
    sandbox.ec2.capacity['t3.xlarge/*/spot'] = 0;
    const outcome = await ec2.launch(spec({ plan: { ...spec().plan, market: 'spot' } }));
    expect(outcome).toMatchObject({
      refusal: { code: 'InsufficientInstanceCapacity', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(operations()).toEqual(['RunInstances']);
    expect(sandbox.requests.at(-1)?.status).toBe(500);
  });

  test.each([
    ['VcpuLimitExceeded', 'on-demand', { scope: 'type', kind: 'quota', hint: expect.stringContaining('L-1216C47A') }],
    [
      'MaxSpotInstanceCountExceeded',
      'spot',
      { scope: 'type', kind: 'quota', hint: expect.stringContaining('L-34B43A08') },
    ],
    ['Unsupported', 'on-demand', { scope: 'plan', kind: 'unsupported' }],
  ] as const)('with the error %s is refused', async (code, market, refusal) => {
    sandbox.ec2.refusals['t3.xlarge'] = code;
    const outcome = await ec2.launch(spec({ plan: { ...spec().plan, market } }));
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code, ...refusal } });
    expect(operations()).toEqual(['RunInstances']);
  });

  test('that is not allowed is refused at once and names the permission', async () => {
    sandbox.ec2.denied.add('RunInstances');
    expect(await ec2.launch(spec())).toMatchObject({
      kind: 'refused',
      refusal: {
        scope: 'region',
        kind: 'rejected',
        failure: {
          code: 'aws-not-authorized',
          message: 'The AWS credentials lack the permission ec2:RunInstances.',
          about: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        },
      },
    });
    expect(operations()).toEqual(['RunInstances']);
    await expect(ec2.checkLaunch(spec())).rejects.toMatchObject({ code: 'aws-not-authorized' });
  });
});

describe('A read', () => {
  test.each<[what: string, fault: Fault]>([
    ['a connection that breaks', { kind: 'reset-before' }],
    ['half an answer', { kind: 'malformed' }],
    ['a 500', { kind: 'status', status: 500, code: 'InternalError' }],
    ['a page with status 200', { kind: 'status', status: 200, body: '<html>Please log in</html>' }],
  ])('survives %s', async (_, fault) => {
    await ec2.launch(spec());
    const found = () => ec2.findInstances({ Name: 'faults' });
    disturb('DescribeInstances', fault, 1);
    expect(await found()).toHaveLength(1);
    disturb('DescribeInstances', fault);
    await expect(found()).rejects.toMatchObject({ name: 'Failure', code: 'aws-unreachable' });
  });

  test.each<[operation: string, ask: () => Promise<unknown>]>([
    ['DescribeImages', () => ec2.describeImage(seed.OUR_AMD64_IMAGE)],
    ['DescribeImages', () => ec2.findNewestImage('*')],
    ['DescribeInstanceTypes', () => ec2.describeTypes(['t3.xlarge'])],
    ['DescribeSubnets', () => ec2.describeSubnets([seed.SUBNET_A])],
    ['DescribeSecurityGroups', () => ec2.describeSecurityGroups([seed.RUNNER_GROUP])],
    ['DescribeInstances', () => ec2.describeInstances(['i-0ffffffffffffffff'])],
    ['GetConsoleOutput', () => ec2.readConsole('i-0ffffffffffffffff')],
  ])('that is not allowed (%s) is a failure that names the permission', async (operation, ask) => {
    sandbox.ec2.denied.add(operation);
    const failure = { code: 'aws-not-authorized', message: expect.stringContaining(`permission ec2:${operation}`) };
    await expect(ask()).rejects.toMatchObject(failure);
    expect(operations()).toEqual([operation]);
  });

  test('of parameters that is not allowed names ssm:GetParameters', async () => {
    const message = 'You are not authorized.';
    disturb('GetParameters', { kind: 'status', status: 400, code: 'AccessDeniedException', message });
    await expect(ec2.readParameters(['/ci-actions/ami/amd64'])).rejects.toMatchObject({
      code: 'aws-not-authorized',
      message: 'The AWS credentials lack the permission ssm:GetParameters.',
    });
  });
});

describe('A termination', () => {
  test.each<[what: string, fault: Fault]>([
    ['loses its answer', { kind: 'reset-after' }],
    ['gets half an answer', { kind: 'malformed' }],
    ['gets a page with status 200', { kind: 'status', status: 200, body: '<html>Please log in</html>' }],
  ])('that %s is repeated', async (_, fault) => {
    const outcome = await ec2.launch(spec());
    if (outcome.kind !== 'launched') throw new Error('The launch was refused.');
    disturb('TerminateInstances', fault, 1);
    const { id } = outcome.instance;
    expect(await ec2.terminate([id])).toEqual({ ended: [id], unknown: [], refused: [] });
    expect(sandbox.ec2.instance(outcome.instance.id).state).not.toBe('pending');
    disturb('TerminateInstances', fault);
    expect(await ec2.terminate([id])).toMatchObject({
      ended: [],
      refused: [{ id, failure: { code: 'aws-unreachable' } }],
    });
  });

  test('that is not allowed names the permission and each instance that is left', async () => {
    sandbox.ec2.denied.add('TerminateInstances');
    const ids = await launchTwo();
    const failure = {
      code: 'aws-not-authorized',
      message: expect.stringContaining('permission ec2:TerminateInstances'),
    };
    expect(await ec2.terminate(ids)).toMatchObject({ ended: [], refused: ids.map((id) => ({ id, failure })) });
  });

  test('that is not allowed for one instance, which EC2 does not name, terminates the others', async () => {
    const ids = [...(await launchTwo()), ...(await launchTwo())];
    const [, foreign = ''] = ids;
    const message = 'You are not authorized to perform this operation. Encoded authorization failure message: q83v';
    sandbox.intercept = ({ operation, body }) =>
      operation === 'TerminateInstances' && body.includes(foreign)
        ? { kind: 'status', status: 403, code: 'UnauthorizedOperation', message }
        : undefined;
    const answer = await ec2.terminate(ids);
    expect(answer.ended).toEqual(ids.filter((id) => id !== foreign));
    expect(answer.refused).toMatchObject([{ id: foreign, failure: { code: 'aws-not-authorized' } }]);
  });

  test('whose answer lists an instance as running is reported as refused', async () => {
    const [id = '', silent = ''] = await launchTwo();
    const states = `<item><instanceId>${id}</instanceId><currentState><code>16</code><name>running</name></currentState></item>`;
    const body = `<TerminateInstancesResponse><instancesSet>${states}</instancesSet></TerminateInstancesResponse>`;
    disturb('TerminateInstances', { kind: 'status', status: 200, body });
    const answer = await ec2.terminate([id, silent]);
    expect(answer.ended).toEqual([]);
    expect(answer.refused.map(({ failure }) => failure.message)).toEqual([
      `EC2 was asked to terminate ${id}, and reported it as running.`,
      `EC2 was asked to terminate ${silent}, and did not name it in its response.`,
    ]);
  });

  async function launchTwo(): Promise<string[]> {
    const launch = () => ec2.launch(spec({ clientToken: `termination-${sandbox.requests.length}` }));
    const outcomes = [await launch(), await launch()];
    return outcomes.flatMap((one) => (one.kind === 'launched' ? one.instance.id : []));
  }
});

const THROTTLED: Fault = { kind: 'status', status: 503, code: 'RequestLimitExceeded' };
const BROKEN: Fault = { kind: 'status', status: 500, code: 'InternalError' };

describe('A fault that passes is waited out:', () => {
  const anInstance = 'i-0123456789abcdef0';

  test.each<[operation: string, fault: Fault, seconds: number, ask: () => Promise<unknown>]>([
    ...[1.5, 20, 100, 175].map((seconds): [string, Fault, number, () => Promise<unknown>] => [
      'DescribeImages',
      THROTTLED,
      seconds,
      () => ec2.describeImage(seed.OUR_AMD64_IMAGE),
    ]),
    ['DescribeInstanceTypes', THROTTLED, 100, () => ec2.describeTypes(['t3.xlarge'])],
    ['DescribeSubnets', BROKEN, 25, () => ec2.describeSubnets([seed.SUBNET_A])],
    [
      'GetParameters',
      { ...THROTTLED, code: 'ThrottlingException', status: 400 },
      100,
      () => ec2.readParameters(['/a']),
    ],
    ['GetParameters', BROKEN, 25, () => ec2.readParameters(['/a'])],
    ['DescribeInstances', THROTTLED, 290, () => ec2.findInstances({ Name: 'x' }, { purpose: 'end' })],
    ['DescribeInstances', BROKEN, 55, () => ec2.findInstances({ Name: 'x' }, { purpose: 'end' })],
    ['TerminateInstances', THROTTLED, 20, () => ec2.terminate([anInstance])],
    ['TerminateInstances', THROTTLED, 290, () => ec2.terminate([anInstance])],
    ['TerminateInstances', BROKEN, 50, () => ec2.terminate([anInstance])],
    ['TerminateInstances', { kind: 'reset-before' }, 50, () => ec2.terminate([anInstance])],
    ['DeleteVolume', THROTTLED, 290, () => ec2.deleteVolume('vol-0123456789abcdef0')],
    ['DeleteVolume', BROKEN, 50, () => ec2.deleteVolume('vol-0123456789abcdef0')],
    ['CancelSpotInstanceRequests', THROTTLED, 290, () => ec2.cancelSpotRequest('sir-12345678')],
    ['CreateTags', THROTTLED, 100, () => ec2.tagInstance(anInstance, { a: 'b' })],
    ['ModifyInstanceAttribute', BROKEN, 50, () => ec2.writeUserData(anInstance, Buffer.from('#!/bin/bash\n'))],
    ['StartInstances', THROTTLED, 175, () => ec2.resume(anInstance)],
    ['RunInstances', BROKEN, 55, () => ec2.launch(spec())],
  ])('%s: %p for %d s', async (operation, fault, seconds, ask) => {
    disturbFor(operation, fault, seconds);
    await ask();
    expect(clock.now() - FAKE_START).toBeGreaterThanOrEqual(seconds * 1_000);
  });

  test.each<[operation: string, seconds: number, ask: () => Promise<unknown>]>([
    ['DescribeImages', 180, () => ec2.describeImage(seed.OUR_AMD64_IMAGE)],
    ['DeleteVolume', 300, () => ec2.deleteVolume('vol-0123456789abcdef0')],
    ['GetConsoleOutput', 5, () => ec2.readConsole(anInstance)],
  ])('and one that does not pass is a failure with the time: %s', async (operation, seconds, ask) => {
    disturb(operation, THROTTLED);
    await expect(ask()).rejects.toMatchObject({
      code: 'aws-throttled',
      message: expect.stringMatching(`^AWS throttles the request after ${seconds} s: .* to ec2:${operation}\\)\\.$`),
    });
  });

  test('and one that does not pass is reported for each instance that was not terminated', async () => {
    disturb('TerminateInstances', THROTTLED);
    const { refused } = await ec2.terminate([anInstance]);
    expect(refused).toMatchObject([{ id: anInstance, failure: { code: 'aws-throttled' } }]);
    expect(refused[0]?.failure.message).toMatch(/^AWS throttles the request after 300 s: /);
  });

  test('the listings of a step that terminates are as patient as its terminations', async () => {
    const ending = await connectEc2({ clock, random: () => 0.5, purpose: 'end' });
    disturbFor('DescribeInstances', THROTTLED, 290);
    await ending.findInstances({ Name: 'x' });
  });

  test('a cancelled step has a few seconds for what it has begun', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const cancellable = await connectEc2({ clock, random: () => 0.5, signal });
    disturbFor('TerminateInstances', THROTTLED, 65);
    const reason = new Failure('cancelled', 'The step was cancelled.', { hint: 'h' });
    clock.after(60_000, () => controller.abort(reason));
    expect(await cancellable.terminate([anInstance])).toMatchObject({ unknown: [anInstance], refused: [] });
    expect(clock.now() - FAKE_START).toBeLessThan(66_500);
  });

  test.each(['step', 'call'])('a launch whose %s is cancelled while it waits is not repeated', async (what) => {
    const controller = new AbortController();
    const { signal } = controller;
    const cancellable = await connectEc2({ clock, random: () => 0.5, ...(what === 'step' && { signal }) });
    disturb('RunInstances', THROTTLED);
    const reason = new Failure('cancelled', 'The step was cancelled.', { hint: 'h' });
    clock.after(30_000, () => controller.abort(reason));
    const outcome = await cancellable.launch(spec(), what === 'call' ? signal : undefined);
    expect(outcome).toEqual({ kind: 'given-up', error: reason });
    expect(clock.now() - FAKE_START).toBe(30_000);
  });
});

/** Disturbs this operation for this long. */
function disturbFor(operation: string, fault: Fault, seconds: number): void {
  const until = clock.now() + seconds * 1_000;
  sandbox.intercept = (request) => (request.operation === operation && clock.now() < until ? fault : undefined);
}

/** Disturbs the next `times` requests of this operation, by default all of them. */
function disturb(operation: string, fault: Fault, times = Infinity): void {
  let left = times;
  sandbox.intercept = (request) => (request.operation === operation && left-- > 0 ? fault : undefined);
}

function operations(): string[] {
  return sandbox.requests.map(({ operation }) => operation);
}

function tokens(): (string | null)[] {
  return sandbox.requests.map(({ body }) => new URLSearchParams(body).get('ClientToken'));
}

function spec(changes: Partial<LaunchSpec> = {}): LaunchSpec {
  return {
    plan: { instanceType: 't3.xlarge', subnetId: seed.SUBNET_A, market: 'on-demand' },
    imageId: seed.OUR_AMD64_IMAGE,
    securityGroupIds: [seed.RUNNER_GROUP],
    rootVolume: { deviceName: '/dev/sda1', sizeGiB: 50 },
    tags: { Name: 'faults' },
    userData: Buffer.from('#!/bin/bash\n'),
    clientToken: 'faults-1',
    ...changes,
  };
}

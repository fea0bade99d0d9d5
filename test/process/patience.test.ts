import { describe, expect, test } from '@jest/globals';
import type { Fault, Intercept } from '../../sandbox/sandbox.js';
import { isLive, LAUNCHED, launch } from '../worlds/sandbox/leftovers.js';
import { errorOf, inSandbox, logOf, type How, type Scene } from '../worlds/sandbox/scene.js';
import { accelerated } from './accelerated.js';

/** No machines: the instances never boot. */
const quiet = { machines: false } as const;

const THROTTLED: Fault = { kind: 'status', status: 503, code: 'RequestLimitExceeded' };
const BROKEN: Fault = { kind: 'status', status: 500, code: 'InternalError' };
const BAD_GATEWAY: Fault = { kind: 'status', status: 502, body: '<html>Bad gateway</html>' };

const REGISTRATION = /^POST .*\/generate-jitconfig$/;
/** Every request to GitHub. */
const GITHUB = /^(GET|POST|DELETE) /;

/** Disturbs these operations, from the first request on, for this long. */
function disturbFor(operations: RegExp | string, fault: Fault, seconds: number): Intercept {
  let begunAt: number | undefined;
  return ({ operation }) => {
    if (typeof operations === 'string' ? operation !== operations : !operations.test(operation)) return undefined;
    begunAt ??= performance.now();
    return performance.now() - begunAt < seconds * 1_000 ? fault : undefined;
  };
}

describe('a start waits out', () => {
  test.concurrent.each<[what: string, operations: RegExp | string, fault: Fault, seconds: number, factor: number]>([
    ['DescribeImages throttled for 1.5 s', 'DescribeImages', THROTTLED, 1.5, 1],
    ['DescribeImages throttled for 40 s', 'DescribeImages', THROTTLED, 8, 5],
    ['all of EC2 throttled for 20 s', /^[A-Z][a-z]+[A-Z]\w+$/, THROTTLED, 4, 5],
    ['SSM throttled for 20 s', 'GetParameters', { ...THROTTLED, code: 'ThrottlingException', status: 400 }, 4, 5],
    ["GitHub's 502 for 3 s from the first request on", GITHUB, BAD_GATEWAY, 3, 1],
    ["GitHub's 502 for 5 s at the registration", REGISTRATION, BAD_GATEWAY, 5, 1],
    ["GitHub's 502 for 50 s at the registration", REGISTRATION, BAD_GATEWAY, 10, 5],
  ])('%s', (_, operations, fault, seconds, factor) =>
    inSandbox(quiet, async (scene) => {
      scene.sandbox.intercept = disturbFor(operations, fault, seconds);
      const main = await scene.start(LAUNCHED, { environment: accelerated(factor) });
      expect(main.code).toBe(0);
      expect(logOf(main)).toMatch(/trying again in \d+\.\d s\.$/m);
      expect(scene.sandbox.ec2.instances().filter(isLive)).toHaveLength(1);
      expect(scene.sandbox.github.runners()).toHaveLength(1);
    }),
  );

  test.concurrent('faults without sending more than 8 requests when there are none', () =>
    inSandbox(quiet, async (scene) => {
      expect((await scene.start(LAUNCHED)).code).toBe(0);
      expect(scene.sandbox.requests.length).toBeLessThanOrEqual(8);
    }),
  );
});

describe('a stop waits out', () => {
  test.concurrent.each<[what: string, operations: RegExp | string, fault: Fault, seconds: number, factor: number]>([
    ['TerminateInstances throttled for 2 s', 'TerminateInstances', THROTTLED, 2, 1],
    ['TerminateInstances throttled for 75 s', 'TerminateInstances', THROTTLED, 15, 5],
    ['TerminateInstances answering 500 for 50 s', 'TerminateInstances', BROKEN, 10, 5],
    ['all of EC2 throttled for 75 s', /^[A-Z][a-z]+[A-Z]\w+$/, THROTTLED, 15, 5],
    ["GitHub's 502 for 2 s", GITHUB, BAD_GATEWAY, 2, 1],
    ["GitHub's 502 for 20 s", GITHUB, BAD_GATEWAY, 4, 5],
    ["GitHub's 502 for 50 s at the removal", /^DELETE /, BAD_GATEWAY, 10, 5],
  ])('%s', (_, operations, fault, seconds, factor) =>
    inSandbox(quiet, async (scene) => {
      await launch(scene);
      scene.sandbox.intercept = disturbFor(operations, fault, seconds);
      expect(await scene.stop({}, { environment: accelerated(factor) })).toMatchObject({ code: 0 });
      await scene.expectNothingIsLeft();
    }),
  );
});

test.concurrent('a start that is cancelled while it waits for EC2 ends at once', () =>
  inSandbox(quiet, async (scene) => {
    const main = await cancelAt(scene, 'DescribeImages', THROTTLED);
    expect(errorOf(main)).toContain('Code: cancelled');
    await scene.expectNothingIsLeft();
  }),
);

test.concurrent('a cancelled start rolls back before GitHub kills it, although EC2 throttles', () =>
  inSandbox(quiet, async (scene) => {
    const intercept = disturbFor('TerminateInstances', THROTTLED, 4);
    const main = await cancelAt(scene, 'GET /repos/{owner}/{repo}/actions/runners/{runner_id}', undefined, intercept);
    expect(errorOf(main)).toContain('everything that was started was rolled back');
    await scene.expectNothingIsLeft();
  }),
);

/** Cancels a start at the second request of an operation. The start must end before GitHub would kill it. */
async function cancelAt(scene: Scene, cancelled: string, fault: Fault | undefined, intercept?: Intercept) {
  let kill: Parameters<NonNullable<How['onStart']>>[0] | undefined;
  let seen = 0;
  let sentAt = 0;
  scene.sandbox.intercept = (request) => {
    if (request.operation !== cancelled) return intercept?.(request);
    if (++seen === 2) {
      sentAt = performance.now();
      kill?.('SIGINT');
    }
    return fault;
  };
  const main = await scene.start({}, { onStart: (send) => (kill = send) });
  expect(main.code).toBe(1);
  expect(performance.now() - sentAt).toBeLessThan(10_000);
  return main;
}

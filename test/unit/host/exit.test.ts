import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../src/core/kernel/failure.js';
import { runAction } from '../../../src/host/exit.js';
import { captureOutput, type Captured } from '../../worlds/captured-output.js';

let output: Captured;
let codes: number[];
let before: NodeJS.Process['exitCode'];
let env: NodeJS.ProcessEnv;
const ACTION = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_ACTION_REPOSITORY: 'octo-org/ci-actions',
  GITHUB_ACTION_REF: 'v1',
};

beforeEach(() => {
  output = captureOutput();
  codes = [];
  before = process.exitCode;
  env = process.env;
  process.env = { ...env, ...ACTION };
  delete process.env['GITHUB_STEP_SUMMARY'];
});
afterEach(() => {
  output.release();
  // setFailed has set it, for this very process.
  process.exitCode = before;
  process.env = env;
});

const run = (body: () => Promise<void>): Promise<void> => runAction(body, (code) => void codes.push(code));

describe('An action', () => {
  test('that succeeds prints nothing and exits with 0', async () => {
    await run(() => Promise.resolve());
    expect({ codes, text: output.text() }).toEqual({ codes: [0], text: '' });
  });

  test('that waits for an event that can no longer happen fails as a bug', async () => {
    const exited = new Promise<number>((resolve) => void runAction(() => new Promise(() => undefined), resolve));
    process.emit('beforeExit', 0);
    expect(await exited).toBe(1);
    expect(output.text()).toContain('A bug in ci-actions, not in your workflow: The step waited for an event');
  });

  test('that fails reports what failed, why and what to do, as one annotation after the details', async () => {
    const cause = Object.assign(new Error('You are not authorized.'), { name: 'UnauthorizedOperation' });
    await run(() =>
      Promise.reject(
        new Failure('aws-not-authorized', 'EC2 refused RunInstances.', {
          hint: 'Allow ec2:RunInstances.',
          cause,
          details: ['one', '::two'],
          requestId: 'req-1',
        }),
      ),
    );
    expect(codes).toEqual([1]);
    const lines = output.lines().filter((line) => !line.startsWith('::debug::'));
    expect(lines.map((line) => line.replace('\u200b', '·'))).toEqual([
      'one',
      ':·:two',
      '::error::EC2 refused RunInstances.%0AWhy: UnauthorizedOperation: You are not authorized.' +
        '%0AWhat to do: Allow ec2:RunInstances.%0ACode: aws-not-authorized, request id: req-1' +
        '%0AMore: https://github.com/octo-org/ci-actions/blob/v1/docs/errors.md#aws-not-authorized',
    ]);
  });

  test('does not report the cause twice', async () => {
    const cause = new Error('boom');
    await run(() => Promise.reject(new Failure('aws-rejected', 'EC2 says: boom', { hint: 'Wait.', cause })));
    expect(output.text()).not.toContain('Why:');
  });

  test('prefers the reason of the failure to its cause', async () => {
    const about = { why: 'The token expired.', hint: 'Renew it.', cause: new Error('401') };
    await run(() => Promise.reject(new Failure('github-unauthorized', 'GitHub refused the token.', about)));
    expect(output.text()).toContain('%0AWhy: The token expired.%0AWhat to do: Renew it.');
  });

  test('that throws another error reports a bug, with the stack trace and the place to report it', async () => {
    await run(() => Promise.reject(new TypeError('x is undefined')));
    expect(codes).toEqual([1]);
    expect(output.text()).toContain('    at ');
    expect(output.lines().at(-1)).toMatch(
      /^::error::A bug in ci-actions, not in your workflow: x is undefined%0AWhat to do: Report it .*octo-org\/ci-actions\/issues/,
    );
  });

  test('removes its listeners', async () => {
    const count = () => process.listenerCount('unhandledRejection') + process.listenerCount('uncaughtException');
    const start = count();
    await run(() => Promise.resolve());
    expect(count()).toBe(start);
  });
});

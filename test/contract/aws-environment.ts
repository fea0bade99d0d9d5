import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/core/kernel/clock.js';

/**
 * What the SDK's normal chain finds, and nothing of the machine the test runs on: no profile, no instance role.
 * jest gives every test file an environment of its own.
 */
export function setAwsEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    // The tests run under Node 20 too, which the SDK announces to leave behind in 2027.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...variables,
  });
}

const FAST_SINCE = Date.now();
/** Passes thirty times as fast: what may pass is waited for by minutes, also where it never does. */
export const hastyClock: Clock = {
  now: () => FAST_SINCE + (Date.now() - FAST_SINCE) * 30,
  sleep: (ms, signal) => delay(ms / 30, undefined, { signal }),
};

export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

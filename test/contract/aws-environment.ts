import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/core/kernel/clock.js';

/**
 * Sets the variables that the SDK's default chain reads, and hides the machine's own: no profile, no instance role. jest
 * gives every test file its own environment.
 */
export function setAwsEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    // The tests also run under Node 20, and the SDK warns that it drops Node 20 in 2027.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...variables,
  });
}

const FAST_SINCE = Date.now();
/** A clock that is thirty times as fast, because minutes of retries would take too long. */
export const hastyClock: Clock = {
  now: () => FAST_SINCE + (Date.now() - FAST_SINCE) * 30,
  sleep: (ms, signal) => delay(ms / 30, undefined, { signal }),
};

export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

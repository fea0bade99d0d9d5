import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { composePlaceholder } from '../../../../src/core/machine/jit-placeholder.js';
import { renderUserData, USER_DATA_LIMIT, type Payload } from '../../../../src/core/machine/payload.js';
import { rolesFormat } from '../../../../src/core/machine/roles-format.js';

const boot = (name: string) => readFileSync(new URL(`../../../../ami/boot/${name}`, import.meta.url), 'utf8');
const scripts = {
  agent: boot('agent.sh'),
  installRunner: boot('install-runner.sh'),
  aptWhenFree: boot('apt-when-free.sh'),
  unpackJitConfigs: boot('unpack-jit-configs.mjs'),
};

/** A machine with so many runners, in roles of four, each with two further labels. */
function aPayload(count: number): Payload {
  const stem = 'ec2-12345678901-1-start-0123abcd';
  const runners = Array.from({ length: count }, (_, at) => {
    const role = `role-${Math.floor(at / 4)}`;
    return {
      name: `${stem}-0-${at}`,
      label: `${stem}-${role}`,
      role,
      labels: ['a', 'b'],
      jitConfig: composePlaceholder(at),
    };
  });
  return {
    runners,
    runnerHome: '/opt/actions-runner',
    runAsUser: 'root',
    startupTimeoutSeconds: 300,
    idleTimeoutSeconds: 600,
    maxLifetimeSeconds: 21_600,
    runnerDownload: {
      url: 'https://github.com/actions/runner/releases/download/v2.337.0/actions-runner-linux-x64-2.337.0.tar.gz',
      sha256: '0123456789abcdef'.repeat(4),
    },
  };
}

/** The lines of the table in docs/adr/0015-…, in bytes: the user data on an image of `ami/`, and on a stock image. */
test.each([
  [1, 1_100, 11_500],
  [2, 1_500, 12_000],
  [7, 3_100, 13_400],
  [16, 6_000, 16_384],
])('the user data of %d runners takes up at most %d bytes, and with the boot agent %d', (count, ours, stock) => {
  expect(renderUserData(aPayload(count), undefined, rolesFormat).length).toBeLessThanOrEqual(ours);
  expect(renderUserData(aPayload(count), scripts, rolesFormat).length).toBeLessThanOrEqual(
    Math.min(stock, USER_DATA_LIMIT),
  );
});

/** A plain start. Its configuration cannot be compressed. */
function aPlainPayload(): Payload {
  let state = 1;
  const bytes = Uint8Array.from({ length: 4_200 }, () => (state = (state * 48_271) % 2_147_483_647) & 0xff);
  const label = 'ec2-12345678901-1-start-0123abcd';
  return {
    ...aPayload(1),
    runners: [{ name: `${label}-0`, label, jitConfig: Buffer.from(bytes).toString('base64') }],
  };
}

test('the user data of a single runner is as it was before roles and data volumes came', () => {
  const { runnerDownload: _, ...payload } = aPlainPayload();
  const [{ name, label, jitConfig }] = payload.runners as [{ name: string; label: string; jitConfig: string }];
  const text = [
    '#!/bin/bash',
    '#:format 1',
    `#:runner-name ${name}`,
    `#:label ${label}`,
    `#:jit-config ${jitConfig}`,
    '#:runner-home-dir /opt/actions-runner',
    '#:run-as-user root',
    '#:startup-timeout-seconds 300',
    '#:idle-timeout-seconds 600',
    '#:max-lifetime-seconds 21600',
    '',
  ].join('\n');
  expect(renderUserData(payload)).toEqual(gzipSync(text, { level: 9 }));
});

test.each([undefined, true])('with the boot agent it is no larger than it was then (spot: %s)', (isSpot) => {
  const payload = { ...aPlainPayload(), ...(isSpot && { isSpot }) };
  expect(renderUserData(payload, scripts).length).toBeLessThanOrEqual(13_153);
});

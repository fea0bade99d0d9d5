import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { renderUserData, USER_DATA_LIMIT } from '../../../../src/core/machine/payload.js';

const payload = {
  runners: [{ name: 'ec2-1-1-test-0', label: 'l', jitConfig: 'c2VjcmV0' }],
  runnerHome: '/opt/actions-runner',
  runAsUser: 'root',
  startupTimeoutSeconds: 300,
  idleTimeoutSeconds: 600,
  maxLifetimeSeconds: 21_600,
};

test('the payload is lines that a shell reads as comments', () => {
  const script = 'echo "it\'s $HOME"\nexit 0';
  const text = gunzipSync(renderUserData({ ...payload, preRunnerScript: script })).toString();
  const lines = text.trimEnd().split('\n');
  expect(lines[0]).toBe('#!/bin/bash');
  expect(lines.slice(1).every((line) => line.startsWith('#:'))).toBe(true);
  expect(lines).toContain('#:format 1');
  expect(lines).toContain('#:jit-config c2VjcmV0');
  expect(lines).toContain(`#:pre-runner-script ${Buffer.from(script).toString('base64')}`);
  expect(text).not.toContain('runner-url');
});

test('user data over the limit of EC2 is refused', () => {
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(USER_DATA_LIMIT))).toString('base64');
  let failure: unknown;
  try {
    renderUserData({ ...payload, preRunnerScript: random });
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(Failure);
  expect((failure as Failure).code).toBe('payload-too-large');
  expect((failure as Failure).message).toMatch(/EC2 allows 16384/);
});

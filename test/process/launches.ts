/** Expectations on every RunInstances request, given as the form that EC2 received. */
import { gunzipSync } from 'node:zlib';
import { expect } from '@jest/globals';
import type { Scene } from '../worlds/sandbox/scene.js';

/** The instance leaves nothing behind when it powers off, and the request is safe to repeat. */
export function expectSafeLaunch(launch: URLSearchParams): void {
  expect(Object.fromEntries(launch)).toMatchObject({
    MinCount: '1',
    MaxCount: '1',
    ClientToken: expect.stringMatching(/^ci-actions-29679449-1-[0-9a-f]{8}-\d+-\d+$/),
    InstanceInitiatedShutdownBehavior: 'terminate',
    'MetadataOptions.HttpTokens': 'required',
    'BlockDeviceMapping.1.Ebs.DeleteOnTermination': 'true',
  });
  expect([...launch.keys()].filter((key) => key.startsWith('BlockDeviceMapping.2'))).toEqual([]);
}

/** The tags of the first instance and its volume, set by the launch itself. @param user tags that the workflow sets */
export function expectTags(scene: Scene, label: string, user: Readonly<Record<string, string>>): void {
  const [instance] = scene.sandbox.ec2.instances();
  const [volume] = scene.sandbox.ec2.volumes.values();
  const own = {
    Name: `${label}-0`,
    'ci-actions:repository': 'octo-org/octo-repo',
    'ci-actions:run-id': '29679449',
    'ci-actions:run-attempt': '1',
    'ci-actions:job': 'start',
    'ci-actions:label': label,
    'ci-actions:runner-id': '1',
    'ci-actions:runner-name': `${label}-0`,
    'ci-actions:scope': 'repo:octo-org/octo-repo',
    'ci-actions:start': label.slice(-8),
    'ci-actions:timeouts': 'startup=5 idle=10',
    'ci-actions:expires-at': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    ...user,
  };
  expect(Object.fromEntries(instance!.tags)).toEqual(own);
  expect(Object.fromEntries(volume!.tags)).toEqual(own);
  expect(scene.count(/Tags$/)).toBe(0);
  // The default startup timeout and lifetime.
  const minutes = (Date.parse(instance!.tags.get('ci-actions:expires-at')!) - instance!.createdAt) / 60_000;
  expect(Math.round(minutes)).toBe(5 + 360);
}

/** The lines of the user data, whose raw size is within EC2's limit. */
export function readUserData(launch: URLSearchParams): string[] {
  const bytes = Buffer.from(launch.get('UserData') ?? '', 'base64');
  expect(bytes.length).toBeLessThanOrEqual(16_384);
  const lines = gunzipSync(bytes).toString().trimEnd().split('\n');
  expect(lines[0]).toBe('#!/bin/bash');
  return lines;
}

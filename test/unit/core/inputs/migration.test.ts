import { expect, test } from '@jest/globals';
import { migrateInputs } from '../../../../src/core/inputs/migration.js';

function migrate(given: Record<string, string>, action: 'start' | 'stop' = 'start') {
  const raw = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, { text }]));
  const { raw: now, notices, problems } = migrateInputs(raw, action);
  return { inputs: Object.fromEntries(Object.entries(now).map(([name, { text }]) => [name, text])), notices, problems };
}

test('A workflow of ec2-github-runner keeps working, with notices for ignored inputs', () => {
  const { inputs, notices, problems } = migrate({
    mode: 'start',
    'github-token': 't',
    'startup-quiet-period-seconds': '30',
    'run-runner-as-service': 'false',
    'run-runner-as-user': 'ubuntu',
    'block-device-mappings': '[{"DeviceName":"/dev/sda1","Ebs":{"VolumeSize":100,"VolumeType":"gp3"}}]',
    packages: '["git","docker.io"]',
    'pre-runner-script': 'echo hi',
  });
  expect(problems).toEqual([]);
  expect(notices).toEqual([
    '`mode` is ignored: start-runner and stop-runner are separate actions.',
    '`startup-quiet-period-seconds` is ignored: nothing waits a fixed time.',
  ]);
  expect(inputs).toMatchObject({
    'github-token': 't',
    'run-as-user': 'ubuntu',
    'ec2-volume-size': '100',
    'ec2-volume-type': 'gp3',
  });
  expect(inputs['pre-runner-script']).toMatch(/apt-get install -qy git docker\.io;.*\necho hi$/s);
});

test('`mode: stop` in start-runner is refused, because it would launch instances instead of ending them', () => {
  expect(migrate({ mode: 'stop' }).problems[0]).toContain('use the stop-runner action');
  expect(migrate({ mode: 'stop' }, 'stop').problems).toEqual([]);
});

test('Zones become subnets if they share an image and a region', () => {
  const zones = (extra: object) =>
    JSON.stringify([
      { imageId: 'ami-1', subnetId: 'subnet-1', securityGroupId: 'sg-1' },
      { imageId: 'ami-1', subnetId: 'subnet-2', securityGroupId: 'sg-1', ...extra },
    ]);
  expect(migrate({ 'availability-zones-config': zones({}) }).inputs).toEqual({
    'ec2-image-id': 'ami-1',
    'subnet-id': 'subnet-1\nsubnet-2',
    'security-group-id': 'sg-1',
  });
  expect(migrate({ 'availability-zones-config': zones({ imageId: 'ami-2' }) }).problems[0]).toMatch(/several images/);
  expect(migrate({ 'availability-zones-config': zones({ region: 'eu-west-1' }) }).problems[0]).toMatch(/region/);
});

test.each([
  [{ packages: 'git' }, /package names/],
  [{ packages: '["a; rm -rf /"]' }, /package names/],
  [{ 'block-device-mappings': '[{}, {}]' }, /only one EBS volume/],
  [
    { 'block-device-mappings': '[{"DeviceName":"/dev/sdf","Ebs":{"VolumeSize":100}}]' },
    /^\S+: \/dev\/sdf: only one EBS/,
  ],
  [{ 'block-device-mappings': '[{"DeviceName":"/dev/xvdba","Ebs":{"VolumeSize":100}}]' }, /only one EBS volume/],
  [{ 'availability-zones-config': '{' }, /JSON list/],
])('%j is refused', (given, why) => {
  expect(migrate(given as unknown as Record<string, string>).problems[0]).toMatch(why);
});

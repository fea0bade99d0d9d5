import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { migrateInputs } from '../../../../src/core/inputs/migration.js';

function migrate(given: Record<string, string>, action: 'start' | 'stop' = 'start') {
  const raw = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, { text }]));
  const { raw: now, notices, problems } = migrateInputs(raw, action);
  return { inputs: Object.fromEntries(Object.entries(now).map(([name, { text }]) => [name, text])), notices, problems };
}

test('A workflow of ec2-github-runner keeps working, with a notice for each input that is read differently', () => {
  const { inputs, notices, problems } = migrate({
    mode: 'start',
    'github-token': 't',
    'startup-quiet-period-seconds': '30',
    'run-runner-as-service': 'false',
    'run-runner-as-user': 'ubuntu',
    'block-device-mappings': '[{"DeviceName":"/dev/sda1","Ebs":{"VolumeSize":100,"VolumeType":"gp3"}}]',
    packages: '["git","docker.io"]',
    'pre-runner-script': 'echo hi',
    'metadata-options': '',
  });
  expect(problems).toEqual([]);
  expect(notices).toEqual([
    expect.stringMatching(/^`mode` is ignored: .*one job.*`count: N`.*\(fill-pool\)\.$/),
    '`startup-quiet-period-seconds` is ignored: nothing waits a fixed time; it only extends `startup-timeout-minutes`.',
    '`run-runner-as-user` is read as `run-as-user: ubuntu`.',
    '`block-device-mappings` is read as `ec2-volume-size: 100`, `ec2-volume-type: gp3`.',
    '`packages` is read as a part of `pre-runner-script`.',
  ]);
  expect(inputs).toEqual({
    'github-token': 't',
    'run-as-user': 'ubuntu',
    'ec2-volume-size': '100',
    'ec2-volume-type': 'gp3',
    'pre-runner-script': expect.stringMatching(/apt-get install -qy git docker\.io;.*\necho hi$/s),
  });
});

test.each(['install', 'update'])('`packages` are never missing in silence: `apt-get %s` fails', (failing) => {
  const { inputs } = migrate({ packages: '["jq=1.7.1-3~ubuntu1"]', 'pre-runner-script': 'echo ready' });
  const apt = `apt-get() { echo "$1 $3"; [[ $1 != ${failing} ]]; }`;
  const { stdout } = spawnSync('bash', ['-ec', `${apt}\n${inputs['pre-runner-script']}`], { encoding: 'utf8' });
  // As with cloud-init, the lists of an earlier boot may be enough.
  const ready = failing === 'install' ? '' : 'ready\n';
  expect(stdout).toBe(`update \ninstall jq=1.7.1-3~ubuntu1\n${ready}`);
});

describe('`mode` of the other action', () => {
  test.each([
    [
      'stop',
      'start',
      '`mode` is "stop"; allowed here: `start` or nothing. To stop runners, use the stop-runner action: `uses: …/stop-runner`.',
    ],
    [
      'cleanup',
      'start',
      '`mode` is "cleanup"; allowed here: `start` or nothing. To cleanup runners, use the reap-runners action: `uses: …/reap-runners`.',
    ],
    [
      'start',
      'stop',
      '`mode` is "start"; allowed here: `stop` or nothing. To start runners, use the start-runner action: `uses: …/start-runner`.',
    ],
    ['on', 'start', '`mode` is "on"; allowed here: `start` or nothing.'],
  ] as const)('%s in an action that does the opposite is refused (%s)', (mode, action, problem) => {
    expect(migrate({ mode }, action).problems).toEqual([problem]);
  });

  test('of a stop is ignored there, and no other input of a stop is changed', () => {
    const { problems, inputs } = migrate({ mode: 'stop', 'ec2-instance-ids': '["i-1"]' }, 'stop');
    expect(problems).toEqual([]);
    expect(inputs).toEqual({ 'ec2-instance-ids': '["i-1"]' });
  });
});

describe('An input that can be kept is translated', () => {
  test.each<[given: Record<string, string>, inputs: Record<string, string>]>([
    [
      { 'volume-size': '100', 'volume-throughput': '250' },
      { 'ec2-volume-size': '100', 'ec2-volume-throughput': '250' },
    ],
    [{ 'encrypt-ebs': 'true' }, { 'ec2-volume-encrypted': 'true' }],
    [{ 'market-type': 'spot', 'spot-fallback': 'on-demand' }, { 'market-type': 'spot-then-on-demand' }],
    [{ 'market-type': 'spot', 'spot-fallback': 'fail' }, { 'market-type': 'spot' }],
    [{ 'spot-fallback': 'on-demand' }, {}],
    [{ architecture: 'arm64' }, { preset: 'arm64' }],
    [{ architecture: 'arm64', preset: 'team' }, { preset: 'team' }],
    [{ architecture: 'x64' }, {}],
    [
      {
        'ec2-image-owner': 'self',
        'ec2-image-filters': '[{"Name": "name", "Values": ["ci-amd64-*"]}, {"Name": "state", "Values": ["available"]}]',
      },
      { 'ec2-image-id': 'name:ci-amd64-*' },
    ],
    [{ 'ec2-image-filters': '[]', 'ec2-image-id': 'ami-1' }, { 'ec2-image-id': 'ami-1' }],
    [{ 'runner-group-id': '1' }, { 'runner-group': '1' }],
    [
      {
        'block-device-mapping':
          '[{"DeviceName":"/dev/sda1","Ebs":{"VolumeSize":34}},{"DeviceName":"/dev/sdb","VirtualName":"ephemeral0"}]',
      },
      { 'ec2-volume-size': '34' },
    ],
    [{ packages: '[]' }, {}],
  ])('%j', (given, inputs) => {
    const migrated = migrate(given);
    expect(migrated.problems).toEqual([]);
    expect(migrated.inputs).toEqual(inputs);
  });

  test('and says so where it wins over another input', () => {
    const { inputs, notices } = migrate({
      'ec2-volume-size': '30',
      'block-device-mappings': '[{"DeviceName":"/dev/sda1","Ebs":{"VolumeSize":100}}]',
    });
    expect(inputs).toEqual({ 'ec2-volume-size': '100' });
    expect(notices).toEqual(['`block-device-mappings` is read as `ec2-volume-size: 100` in place of 30.']);
  });

  test('but not over the input whose name it only repeats', () => {
    const { inputs, notices } = migrate({ 'volume-size': '30', 'ec2-volume-size': '100' });
    expect(inputs).toEqual({ 'ec2-volume-size': '100' });
    expect(notices).toEqual(['`volume-size` is ignored: `ec2-volume-size` is given as well.']);
  });
});

describe('An input that changes nothing dangerous is ignored', () => {
  test.each([
    ['debug', 'true'],
    ['reuse', 'stop'],
    ['allow-partial', 'true'],
    ['http-tokens', 'optional'],
    ['metadata-options', '{"HttpTokens": "optional", "HttpPutResponseHopLimit": 3}'],
    ['ec2-instance-id', 'i-0a1b'],
    ['max-age-minutes', '60'],
  ])('with a line: %s: %s', (name, text) => {
    expect(migrate({ [name]: text })).toEqual({
      inputs: {},
      problems: [],
      notices: [expect.stringMatching(new RegExp(`^\`${name}\` is ignored: .*\\.$`))],
    });
  });

  test.each([
    ['debug', 'false'],
    ['use-jit', 'true'],
    ['reuse', 'terminate'],
    ['cleanup-on-start-failure', 'true'],
    ['http-tokens', 'required'],
    ['eip-allocation-id', ' '],
    ['ec2-instance-ids', '[]'],
  ])('without a line if it says what happens anyway: %s: %s', (name, text) => {
    expect(migrate({ [name]: text })).toEqual({ inputs: {}, problems: [], notices: [] });
  });
});

describe('An input whose loss would change cost, network or security is refused with the line to write', () => {
  test.each([
    ['ec2-instance-count', '3', 'write `count: 3`'],
    ['iam-instance-profile', 'runner-profile', 'write `iam-role-name: runner-profile`'],
    ['ec2-device-name', '/dev/sdf', 'remove it, and `ec2-volume-size` sets the size of the root volume'],
    ['ec2-ami-id', 'ami-1', 'write `ec2-image-id: ami-1`'],
    ['startup-timeout-seconds', '400', 'write `startup-timeout-minutes: 7`'],
    ['max-lifetime-minutes', '0', 'write `max-lifetime-minutes: 7200` at most'],
    ['region', 'eu-west-1', 'give configure-aws-credentials `aws-region: eu-west-1`'],
    ['use-spot-instances', 'true', 'write `market-type: spot`'],
    ['spot-max-price', '0.05', 'remove it; EC2 never charges more for spot than the on-demand price'],
    ['eip-allocation-id', 'eipalloc-1', 'give the NAT gateway of the subnet that address (eipalloc-1)'],
    ['user-data-template', './t.sh', 'put the rest of the script into `pre-runner-script`'],
    ['associate-public-ip', 'true', 'the subnet decides about public addresses'],
    ['metadata-options', '{"HttpEndpoint": "disabled"}', 'remove HttpEndpoint'],
    ['iam-role', `a\nb`, 'write `iam-role-name: …`'],
    ['spot-fallback', 'yes', 'allowed: `on-demand` or `fail`'],
    ['architecture', 'riscv', 'allowed: x64 or arm64'],
    ['packages', 'git', 'not a JSON list of package names'],
    ['packages', '["a; rm -rf /"]', 'not a JSON list of package names'],
    ['block-device-mappings', '[{}, {}]', 'only one EBS volume'],
    ['block-device-mappings', '[{"DeviceName":"/dev/sdf","Ebs":{"VolumeSize":100}}]', '/dev/sdf: only one EBS volume'],
    ['block-device-mapping', '[{"DeviceName":"/dev/xvdba","Ebs":{"VolumeSize":100}}]', 'only one EBS volume'],
  ])('%s: %s', (name, text, line) => {
    const { problems } = migrate({ [name]: text });
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^\`${name}\``))]);
    expect(problems[0]).toContain(line);
  });

  test('also the root volume of a mapping that is refused for another volume', () => {
    const text =
      '[{"DeviceName":"/dev/sda1","Ebs":{"VolumeSize":34,"VolumeType":"gp2"}},{"DeviceName":"/dev/sdf","Ebs":{"VolumeSize":9}}]';
    expect(migrate({ 'block-device-mappings': text }).problems).toEqual([
      expect.stringMatching(
        /\/dev\/sdf: .* For the root volume write `ec2-volume-size: 34`, `ec2-volume-type: gp2`\.$/,
      ),
    ]);
  });

  test.each([
    ['123456789012', '[{"Name": "name", "Values": ["ci-amd64-*"]}]', 'write `ec2-image-id: name:ci-amd64-*`'],
    ['self', '[{"Name": "tag:Team", "Values": ["ml"]}]', 'write `ec2-image-id: name:…`'],
    [
      'self',
      '[{"Name": "name", "Values": ["ci-*"]}, {"Name": "tag:Team", "Values": ["ml"]}]',
      'write `ec2-image-id: name:ci-*`',
    ],
    [
      'amazon',
      '[{"Name": "name", "Values": ["al2023-ami-*-arm64"]}]',
      'write `ec2-image-id: resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64`',
    ],
    ['self', '{"Name": "name"}', 'not a JSON list of objects with Name and Values'],
  ])('images of %s by %s', (owner, filters, line) => {
    const { problems } = migrate({ 'ec2-image-owner': owner, 'ec2-image-filters': filters });
    expect(problems).toEqual([expect.stringContaining(line)]);
  });
});

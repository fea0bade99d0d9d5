import { describe, expect, test } from '@jest/globals';
import { inputs as definitions } from '../../../../actions/start-runner.inputs.js';
import { parseInputs } from '../../../../src/core/inputs/inputs.js';
import { migrateInputs } from '../../../../src/core/inputs/migration.js';

const base = {
  mode: 'start',
  'github-token': 'a-token',
  'ec2-image-id': 'ami-123',
  'ec2-instance-type': 't3.nano',
  'subnet-id': 'subnet-123',
  'security-group-id': 'sg-123',
};

function load(given: Readonly<Record<string, string>>) {
  const raw = Object.fromEntries(Object.entries({ ...base, ...given }).map(([name, text]) => [name, { text }]));
  const migrated = migrateInputs(raw, 'start');
  const { values, problems } = parseInputs(definitions, migrated.raw);
  return { values, problems: [...migrated.problems, ...problems] };
}

/** The inputs of a start as people wrote them in public, in shape: in workflows, READMEs of forks, guides and plans. */
describe('A public workflow starts', () => {
  test.each<[what: string, given: Readonly<Record<string, string>>, values: Readonly<Record<string, unknown>>]>([
    ['as in the first README', {}, { 'ec2-image-id': 'ami-123', 'market-type': 'on-demand' }],
    [
      'with folded tags and a role',
      {
        'iam-role-name': 'my-role-name',
        'aws-resource-tags':
          '[\n  {"Key": "Name", "Value": "ec2-github-runner"},\n  {"Key": "Repo", "Value": "octo/widgets"}\n]\n',
      },
      { 'iam-role-name': 'my-role-name', 'aws-resource-tags': { Name: 'ec2-github-runner', Repo: 'octo/widgets' } },
    ],
    [
      "with eight tags of the run's context, some of them numbers",
      {
        'aws-resource-tags':
          '[{"Key": "RunId", "Value": 7001}, {"Key": "RunNumber", "Value": 7}, {"Key": "Draft", "Value": true}]',
      },
      { 'aws-resource-tags': { RunId: '7001', RunNumber: '7', Draft: 'true' } },
    ],
    [
      'with types as JSON, for spot',
      { 'ec2-instance-type': '["c5.large", "c6i.large", "m6i.large"]', 'market-type': 'spot' },
      { 'ec2-instance-type': ['c5.large', 'c6i.large', 'm6i.large'], 'market-type': 'spot' },
    ],
    [
      'with two groups in one text',
      { 'security-group-id': 'sg-123,sg-456' },
      { 'security-group-id': ['sg-123', 'sg-456'] },
    ],
    [
      'with a key pair and mappings under the name of a fork',
      {
        'key-name': 'my-ssh-key',
        'block-device-mapper':
          '[\n{"DeviceName" : "/dev/sda1", "Ebs" : { "VolumeType": "gp2", "VolumeSize": 34 }},\n{"DeviceName" : "/dev/sdb", "VirtualName": "ephemeral0" }\n]',
      },
      { 'key-name': 'my-ssh-key', 'ec2-volume-size': 34, 'ec2-volume-type': 'gp2' },
    ],
    [
      'with a script whose lines are joined',
      {
        'pre-runner-script':
          'sudo yum update -y && \\\r\nsudo yum install docker -y && \\\r\nsudo systemctl enable docker',
      },
      {
        'pre-runner-script': 'sudo yum update -y && \\\nsudo yum install docker -y && \\\nsudo systemctl enable docker',
      },
    ],
    [
      'with zones from a variable of the repository',
      {
        'ec2-image-id': '',
        'subnet-id': '',
        'security-group-id': '',
        'availability-zones-config':
          '[{"imageId": "ami-123", "subnetId": "subnet-aaa", "securityGroupId": "sg-111"}, {"imageId": "ami-456", "subnetId": "subnet-bbb", "securityGroupId": "sg-222", "region": "us-west-2"}]',
      },
      {
        'availability-zones-config': [
          { image: 'ami-123', subnetId: 'subnet-aaa', securityGroupIds: ['sg-111'] },
          { image: 'ami-456', subnetId: 'subnet-bbb', securityGroupIds: ['sg-222'], region: 'us-west-2' },
        ],
      },
    ],
    [
      'just-in-time, with packages and metadata options',
      {
        'use-jit': 'true',
        'runner-group-id': '1',
        packages: '["git", "docker.io", "nodejs"]',
        'metadata-options':
          '{"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 2, "InstanceMetadataTags": "enabled"}',
      },
      { 'runner-group': '1', 'pre-runner-script': expect.stringContaining('git docker.io nodejs') },
    ],
    [
      'as a service of a user, after a quiet period',
      {
        'run-runner-as-service': 'true',
        'run-runner-as-user': 'ubuntu',
        'startup-quiet-period-seconds': '60',
        'startup-retry-interval-seconds': '15',
        'startup-timeout-minutes': '10',
      },
      { 'run-as-user': 'ubuntu', 'startup-timeout-minutes': 600_000 },
    ],
    [
      'on arm64 by a fork with an architecture, for Linux, without spot',
      {
        architecture: 'arm64',
        'ec2-os': 'linux',
        spot: 'false',
        'volume-device-name': '/dev/xvda',
        'volume-size': '50',
      },
      { preset: 'arm64', 'ec2-volume-size': 50 },
    ],
    [
      'with outputs of an empty step',
      { label: '', 'ec2-instance-id': '', 'iam-role-name': '', 'aws-resource-tags': '', 'pre-runner-script': '' },
      { label: undefined, 'aws-resource-tags': {} },
    ],
  ])('%s', (_what, given, values) => {
    const loaded = load(given);
    expect(loaded.problems).toEqual([]);
    expect(loaded.values).toMatchObject(values);
  });
});

describe('A public workflow that cannot be kept gets each line to write', () => {
  test.each<[what: string, given: Readonly<Record<string, string>>, problems: RegExp[]]>([
    [
      'of a fork with a root volume and spot',
      {
        'spot-instance': 'true',
        'root-volume-device': '/dev/xvda',
        'root-volume-type': 'gp3',
        'root-volume-size': '16',
      },
      [
        /^`spot-instance` .* `market-type: spot`/,
        /^`root-volume-type` .*`ec2-volume-type`/,
        /^`root-volume-size` .*`ec2-volume-size`/,
      ],
    ],
    ['of a fork with several instances', { 'ec2-instance-count': '4' }, [/write `count: 4`/]],
    ['with a strategy of another action', { 'spot-instance-strategy': 'BestEffort' }, [/`spot-then-on-demand`/]],
    [
      'of an action with other names',
      {
        'image-id': 'ami-0c55b159cbfafe1d0',
        'instance-type': 't3.large',
        'security-group': 'sg-1',
        labels: 'self-hosted,linux,x64,large',
        'aws-region': 'us-west-2',
      },
      [
        /`ec2-image-id: ami-0c55b159cbfafe1d0`/,
        /`ec2-instance-type: t3.large`/,
        /one label: write `label: NAME`/,
        /`aws-region: us-west-2`/,
        /`security-group` .*`security-group-id`/,
      ],
    ],
    [
      'with a file of user data',
      { 'user-data-path': 'ops/userdata.sh' },
      [/rest of the script into `pre-runner-script`/],
    ],
    ['with several subnets under a plural', { 'subnet-ids': 'subnet-1 subnet-2' }, [/did you mean `subnet-id`/]],
    [
      'with a public address',
      { 'assign-public-ip-to-instance': 'true' },
      [/the subnet decides about public addresses/],
    ],
  ])('%s', (_what, given, problems) => {
    expect(load(given).problems).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});

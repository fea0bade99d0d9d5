import { describe, expect, test } from '@jest/globals';
import { translateMappings } from '../../../../src/core/inputs/block-device-mappings.js';

/** The forms in which public workflows set a root volume for ec2-github-runner. */
describe('The settings of a root volume are translated', () => {
  test.each<[given: unknown, inputs: Record<string, string>]>([
    [
      [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 100, VolumeType: 'gp3' } }],
      { 'ec2-volume-size': '100', 'ec2-volume-type': 'gp3' },
    ],
    [[{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 50 } }], { 'ec2-volume-size': '50' }],
    [
      [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 200, VolumeType: 'gp3', DeleteOnTermination: true } }],
      { 'ec2-volume-size': '200', 'ec2-volume-type': 'gp3' },
    ],
    [
      [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 200, VolumeType: 'gp3', Iops: 16_000, Throughput: 1_000 } }],
      {
        'ec2-volume-size': '200',
        'ec2-volume-type': 'gp3',
        'ec2-volume-iops': '16000',
        'ec2-volume-throughput': '1000',
      },
    ],
    [[{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: '80' } }], { 'ec2-volume-size': '80' }],
    [
      [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30, VolumeType: 'gp2', Encrypted: true } }],
      { 'ec2-volume-size': '30', 'ec2-volume-type': 'gp2', 'ec2-volume-encrypted': 'true' },
    ],
    [
      [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 30, Encrypted: true, KmsKeyId: 'alias/ci' } }],
      { 'ec2-volume-size': '30', 'ec2-volume-encrypted': 'true', 'ec2-volume-kms-key-id': 'alias/ci' },
    ],
    [
      [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 30, VolumeInitializationRate: 300 } }],
      { 'ec2-volume-size': '30', 'volume-initialization-rate': '300' },
    ],
    [
      [
        { DeviceName: '/dev/sda1', Ebs: { VolumeType: 'gp2', VolumeSize: 34 } },
        { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' },
        { DeviceName: '/dev/sdc', VirtualName: 'ephemeral1' },
      ],
      { 'ec2-volume-size': '34', 'ec2-volume-type': 'gp2' },
    ],
    [
      [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 8, Iops: null, DeleteOnTermination: 'true' } }],
      { 'ec2-volume-size': '8' },
    ],
    [[{ DeviceName: '/dev/sda1', Ebs: null }], {}],
  ])('%j', (given, inputs) => {
    expect(translateMappings(JSON.stringify(given, null, 2))).toEqual(inputs);
  });
});

describe('An unsupported mapping is refused by name', () => {
  test.each<[given: unknown, problems: RegExp[]]>([
    [
      [{ DeviceName: '/dev/sda1', Ebs: { VolumeSiz: 100 } }],
      [/\/dev\/sda1, Ebs: VolumeSiz is not supported; did you mean VolumeSize\? Allowed: VolumeSize, VolumeType, Iops/],
    ],
    [[{ DeviceName: '/dev/sda1', Ebs: { volumeSize: 100 } }], [/did you mean VolumeSize\?/]],
    [[{ DeviceName: '/dev/sda1', Ebs: { SnapshotId: 'snap-1' } }], [/SnapshotId is not supported/]],
    [[{ DeviceName: '/dev/sda1', Ebs: { OutpostArn: 'arn:' } }], [/OutpostArn is not supported/]],
    [[{ DeviceName: '/dev/sda1', Ebs: { DeleteOnTermination: false } }], [/DeleteOnTermination is not true/]],
    [[{ DeviceName: '/dev/sda1', EBS: {} }], [/\/dev\/sda1: EBS is not supported; did you mean Ebs\?/]],
    [[{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: { GiB: 1 } } }], [/VolumeSize is not a text or number/]],
    [[{ DeviceName: '/dev/sda1', Ebs: [] }], [/Ebs is not an object/]],
    [[{ DeviceName: '/dev/sda1', NoDevice: '' }], [/NoDevice is not supported/]],
    [
      [
        { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 50 } },
        { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 200, DeleteOnTermination: false } },
      ],
      [/\/dev\/sdf, Ebs: DeleteOnTermination/, /^\/dev\/sdf: only one EBS volume, the root, can be set here/],
    ],
    [{ DeviceName: '/dev/sda1' }, [/not a JSON list/]],
    ['/dev/sda1', [/not a JSON list/]],
  ])('%j', (given, problems) => {
    expect(translateMappings(JSON.stringify(given))).toEqual(problems.map((one) => expect.stringMatching(one)));
  });

  test('as is a text that is not JSON', () => {
    expect(translateMappings('[{DeviceName: /dev/sda1}]')).toEqual([expect.stringContaining('not a JSON list')]);
  });
});

import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { expect } from '@jest/globals';
import {
  errorOf,
  launchOf,
  listInstances,
  type Ec2ApiCase,
  type Ec2ApiCatalog,
  type ImageSettings,
} from './ec2-api.world.js';

type Changes = Partial<RunInstancesCommandInput>;

/** A launch that EC2 refuses: what is wrong with it, the changes that make it so, EC2's code and part of its message. */
type Row = readonly [what: string, changes: Changes | ((catalog: Ec2ApiCatalog) => Changes), code: string, RegExp];

/** `BlockDeviceMappings` with these settings for the root device. */
function root(Ebs: object, DeviceName = '/dev/sda1'): Changes {
  return { BlockDeviceMappings: [{ DeviceName, Ebs }] };
}

function spot(SpotOptions: object): Changes {
  return { InstanceMarketOptions: { MarketType: 'spot', SpotOptions } };
}

function tagging(
  ResourceType: 'instance' | 'volume' | 'spot-instances-request',
  ...pairs: [string, string][]
): Changes {
  return { TagSpecifications: [{ ResourceType, Tags: pairs.map(([Key, Value]) => ({ Key, Value })) }] };
}

const IOPS_PER_GIB = { VolumeSize: 50, VolumeType: 'gp3', Iops: 25_001 };
/** Each key is one more tag. */
const TOO_MANY_TAGS = Array.from({ length: 51 }, (_, index): [string, string] => [`key-${index}`, '']);

// prettier-ignore
const rows: readonly Row[] = [
  ['an image id of another form', { ImageId: 'ubuntu' }, 'InvalidAMIID.Malformed', /"ubuntu" \(expecting "ami-\.\.\."\)/],
  ['an image that does not exist', { ImageId: 'ami-0ffffffffffffffff' }, 'InvalidAMIID.NotFound', /'\[ami-0f+\]' does not exist/],
  ['a subnet that does not exist', { SubnetId: 'subnet-0ffffffffffffffff' }, 'InvalidSubnetID.NotFound', /does not exist/],
  ['a group that does not exist', { SecurityGroupIds: ['sg-0ffffffffffffffff'] }, 'InvalidGroup.NotFound', /does not exist/],
  ['user data that is not base64', { UserData: '#!/bin/bash' }, 'InvalidUserData.Malformed', /BASE64/],
];

/** moto, the other implementation, checks none of these or answers with other words. */
// prettier-ignore
const strictRows: readonly Row[] = [
  ['no image', { ImageId: undefined }, 'MissingParameter', /must contain the parameter ImageId/],
  ['a type that does not exist', { InstanceType: 't3.nowhere' as never }, 'InvalidParameterValue', /Invalid value 't3.nowhere'/],
  ['a type of another architecture', { InstanceType: 't4g.xlarge' }, 'InvalidParameterValue', /'arm64'.*'x86_64'/],
  ['a group id of another form', { SecurityGroupIds: ['runners'] }, 'InvalidGroupId.Malformed', /"runners"/],
  ['a group of another network', ({ otherGroup }) => ({ SecurityGroupIds: [otherGroup] }), 'InvalidParameter', /different networks/],
  ['a key pair that does not exist', { KeyName: 'mine' }, 'InvalidKeyPair.NotFound', /key pair 'mine' does not exist/],
  ['a profile that does not exist', { IamInstanceProfile: { Name: 'x' } }, 'InvalidParameterValue', /Invalid IAM Instance Profile/],
  ['a count of 0', { MinCount: 0 }, 'InvalidParameterValue', /minCount/],
  ['an inverted count', { MinCount: 2, MaxCount: 1 }, 'InvalidParameterValue', /maxCount/],
  ['more than 16 KB of user data', { UserData: Buffer.alloc(16_385).toString('base64') }, 'InvalidParameterValue', /16384/],
  ['a client token of 65 characters', { ClientToken: 'x'.repeat(65) }, 'InvalidParameterValue', /64 ASCII/],
  ['a root smaller than its snapshot', ({ image }) => root({ VolumeSize: image.rootVolumeGiB - 1 }), 'InvalidBlockDeviceMapping', /\d+GB is smaller.*expect size >= \d+GB/],
  ['a volume without a size', root({}, '/dev/sdf'), 'InvalidBlockDeviceMapping', /size must be provided/],
  ['iops for gp2', root({ VolumeType: 'gp2', Iops: 3000 }), 'InvalidParameterCombination', /iops.*gp2/],
  ['io2 without iops', root({ VolumeType: 'io2' }), 'MissingParameter', /iops/],
  ['throughput for io2', root({ VolumeType: 'io2', Iops: 3000, Throughput: 200 }), 'InvalidParameterCombination', /gp3/],
  ['100 iops for gp3', root({ VolumeType: 'gp3', Iops: 100 }), 'InvalidParameterValue', /3000 to 80000/],
  ['more throughput than its iops allow', root({ VolumeType: 'gp3', Iops: 3000, Throughput: 1000 }), 'InvalidParameterValue', /ratio of 0\.33 is too high/],
  ['more iops than a gp3 volume of its size has', root(IOPS_PER_GIB), 'InvalidParameterValue', /500 IOPS per GiB/],
  ['more iops than an io1 volume of its size has', root({ ...IOPS_PER_GIB, VolumeType: 'io1', Iops: 2_501 }), 'InvalidParameterValue', /50 IOPS per GiB/],
  ['more iops than an io2 volume of its size has', root({ ...IOPS_PER_GIB, VolumeType: 'io2', Iops: 50_001 }), 'InvalidParameterValue', /1000 IOPS per GiB/],
  ['a magnetic volume of 1,025 GiB', root({ VolumeType: 'standard', VolumeSize: 1_025 }), 'InvalidParameterValue', /1 to 1024/],
  ['st1 as root', root({ VolumeType: 'st1', VolumeSize: 125 }), 'InvalidParameterValue', /root device/],
  ['a key without encryption', root({ KmsKeyId: 'alias/ci' }), 'InvalidParameterDependency', /KmsKeyId.*Encrypted/],
  ['an initialization rate of 301', root({ VolumeInitializationRate: 301 }), 'InvalidParameterValue', /100 to 300/],
  ['a reserved tag', tagging('instance', ['aws:x', '1']), 'InvalidParameterValue', /reserved for internal use/],
  ['a tag twice', tagging('instance', ['a', '1'], ['a', '2']), 'InvalidParameterValue', /Duplicate tag key 'a'/],
  ['a tag key of 129 characters', tagging('instance', ['k'.repeat(129), '']), 'InvalidParameterValue', /128/],
  ['a tag value of 257 characters', tagging('volume', ['k', 'v'.repeat(257)]), 'InvalidParameterValue', /256/],
  ['51 tags', tagging('instance', ...TOO_MANY_TAGS), 'TagLimitExceeded', /maximum number of Tags/],
  ['tags of a spot request on demand', tagging('spot-instances-request', ['a', '1']), 'InvalidParameterCombination', /no Spot/],
  ['a one-time spot request that stops', spot({ InstanceInterruptionBehavior: 'stop' }), 'InvalidParameterCombination', /one-time/],
];

function toCases(list: readonly Row[]): [string, Ec2ApiCase][] {
  return list.map(([what, changes, code, message]) => [
    `a launch with ${what} is refused`,
    {
      async run(world) {
        const input = typeof changes === 'function' ? changes(world.catalog) : changes;
        const error = await errorOf(world.ec2.send(launchOf(world, input)));
        expect(error).toMatchObject({ name: code, message: expect.stringMatching(message) });
        expect(await listInstances(world)).toEqual([]);
      },
    },
  ]);
}

interface Unfit {
  readonly what: string;
  readonly settings: Omit<ImageSettings, 'name'>;
  readonly type: 't2.xlarge' | 't3.xlarge' | 't4g.xlarge';
  readonly code: string;
  readonly message: RegExp;
}

const INVALID = 'InvalidParameterValue';
// prettier-ignore
const unfit: readonly Unfit[] = [
  { what: 'a UEFI image on a Xen type', settings: { bootMode: 'uefi' }, type: 't2.xlarge', code: INVALID, message: /t2\.xlarge .* boot mode of UEFI/ },
  { what: 'a BIOS image on arm64', settings: { bootMode: 'legacy-bios', architecture: 'arm64' }, type: 't4g.xlarge', code: INVALID, message: /BIOS/ },
  { what: 'an image without ENA on a Nitro type', settings: { enaSupport: false }, type: 't3.xlarge', code: 'InvalidParameterCombination', message: /ENA\) is required for the 't3/ },
  { what: 'an image with a TPM on a Xen type', settings: { tpmSupport: 'v2.0', bootMode: 'uefi-preferred' }, type: 't2.xlarge', code: INVALID, message: /TPM/ },
];

const unfitCases = unfit.map(({ what, settings, type, code, message }): [string, Ec2ApiCase] => [
  `a launch of ${what} is refused`,
  {
    async run(world) {
      const ImageId = await world.makeImage({ name: 'unfit', ...settings });
      const error = await errorOf(world.ec2.send(launchOf(world, { ImageId, InstanceType: type })));
      expect(error).toMatchObject({ name: code, message: expect.stringMatching(message) });
    },
  },
]);

const requestId: Ec2ApiCase = {
  async run(world) {
    const error = await errorOf(world.ec2.send(launchOf(world, { ImageId: 'ubuntu' })));
    expect(error.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  },
};

/** Launches that every implementation refuses. */
export const REFUSAL_CASES: Readonly<Record<string, Ec2ApiCase>> = Object.fromEntries(toCases(rows));

/** Launches that EC2 refuses and moto does not, or in other words. */
export const STRICT_CASES: Readonly<Record<string, Ec2ApiCase>> = Object.fromEntries([
  ...toCases(strictRows),
  ...unfitCases,
  ['an error carries the id of its request', requestId],
]);

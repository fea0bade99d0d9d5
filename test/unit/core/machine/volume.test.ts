import { describe, expect, test } from '@jest/globals';
import type { VolumeRequest } from '../../../../src/core/machine/request.js';
import {
  findMisfits,
  findRootVolumeProblems,
  fitFurtherVolumes,
  fitVolume,
} from '../../../../src/core/machine/volume.js';
import type { Image } from '../../../../src/core/ports/catalog.js';
import { AMD64_IMAGE, FAKE_IMAGES } from '../../../worlds/fake-catalog.js';

const image: Image = FAKE_IMAGES.find(({ id }) => id === AMD64_IMAGE)!;
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

function volume(settings: Partial<VolumeRequest>): VolumeRequest {
  return { sizeIsDefault: false, type: 'gp3', ...settings };
}

describe('A volume that EBS would refuse is reported before anything is created', () => {
  test.each<[settings: Partial<VolumeRequest>, sizeGiB: number | undefined, says: RegExp]>([
    [{ iops: 2_999 }, 100, /`ec2-volume-iops` is 2999; allowed with `ec2-volume-type: gp3`: 3000 to 80000\./],
    [{ iops: 80_001 }, 1_000, /3000 to 80000/],
    [{ iops: 25_001 }, 50, /is 25001; allowed with `ec2-volume-type: gp3` and 50 GiB: at most 25000 \(500 a GiB\)/],
    [
      { throughputMiBps: 751 },
      undefined,
      /the 3000 iops that gp3 has by itself: at most 750 .*`ec2-volume-iops` to 3004/,
    ],
    [{ throughputMiBps: 2_000, iops: 7_999 }, 100, /`ec2-volume-iops: 7999`: at most 1999 .* to 8000 or more/],
    [{ throughputMiBps: 250, type: 'io2', iops: 100 }, 50, /`ec2-volume-type: gp3` only, not with io2/],
    [{ iops: 3_000, type: 'gp2' }, 50, /gp3, io1 or io2, not with gp2/],
    [{ iops: 100, type: 'standard' }, 50, /not with standard/],
    [{ type: 'io1' }, 50, /`ec2-volume-iops` is empty; `ec2-volume-type: io1` needs it/],
    [{ type: 'io2' }, undefined, /`ec2-volume-type: io2` needs it/],
    [{ type: 'io1', iops: 2_501 }, 50, /50 GiB: at most 2500 \(50 a GiB\)/],
    [{ type: 'io1', iops: 64_001 }, 16_000, /100 to 64000/],
    [{ type: 'io2', iops: 8_001 }, 8, /8 GiB: at most 8000 \(1000 a GiB\)/],
    [{ type: 'io2', iops: 256_001 }, 1_000, /100 to 256000/],
    [{ type: 'gp2' }, 16_385, /`ec2-volume-size` is 16385; allowed with `ec2-volume-type: gp2`: 1 to 16384 \(GiB\)/],
    [{ type: 'io1', iops: 100 }, 3, /io1`: 4 to 16384/],
    [{ type: 'io2', iops: 100 }, 3, /io2`: 4 to 65536/],
    [{ type: 'standard' }, 1_025, /standard`: 1 to 1024/],
    [{ kmsKeyId: 'alias/ci' }, 50, /`ec2-volume-kms-key-id` is set without `ec2-volume-encrypted: true`/],
    [{ kmsKeyId: 'alias/ci', encrypted: false }, 50, /without `ec2-volume-encrypted: true`/],
  ])('%j, %s GiB', (settings, sizeGiB, says) => {
    expect(findRootVolumeProblems(volume(settings), sizeGiB)).toEqual([expect.stringMatching(says)]);
  });

  test('with all of its problems', () => {
    expect(findRootVolumeProblems(volume({ type: 'gp2', iops: 100, throughputMiBps: 500 }), 20_000)).toHaveLength(3);
  });
});

test.each<[settings: Partial<VolumeRequest>, sizeGiB: number | undefined]>([
  [{}, 65_536],
  [{ iops: 3_000 }, 1],
  [{ iops: 80_000 }, 160],
  [{ iops: 80_000 }, undefined],
  [{ throughputMiBps: 750 }, 8],
  [{ throughputMiBps: 2_000, iops: 8_000 }, 16],
  [{ type: 'io1', iops: 200 }, 4],
  [{ type: 'io2', iops: 256_000 }, 256],
  [{ type: 'standard' }, 1_024],
  [{ encrypted: true }, 50],
  [{ encrypted: true, kmsKeyId: KEY }, 50],
])('%j, %s GiB, is accepted', (settings, sizeGiB) => {
  expect(findRootVolumeProblems(volume(settings), sizeGiB)).toEqual([]);
});

describe('When the image is known', () => {
  test('its size replaces a default size', () => {
    const settings = volume({ sizeGiB: 50, sizeIsDefault: true, iops: 50_000 });
    expect(findMisfits(settings, image, 'us-east-1')).toEqual([expect.stringContaining('50 GiB: at most 25000')]);
    expect(findMisfits(settings, { ...image, rootVolumeGiB: 100 }, 'us-east-1')).toEqual([]);
  });

  test('an image that is too large for the volume type is refused', () => {
    const large = { ...image, rootVolumeGiB: 2_000 };
    const settings = volume({ sizeIsDefault: true, type: 'standard' });
    expect(findMisfits(settings, large, 'us-east-1')).toEqual([expect.stringContaining('is 2000; allowed')]);
  });

  test.each([KEY, KEY.replace(/key\/.*/, 'alias/ci')])('a key of another region is refused: %s', (kmsKeyId) => {
    const settings = volume({ encrypted: true, kmsKeyId });
    expect(findMisfits(settings, image, 'us-east-1')).toEqual([]);
    expect(findMisfits(settings, image, 'eu-west-1')).toEqual([
      expect.stringContaining('is a key of us-east-1, but a volume is needed in eu-west-1'),
    ]);
    expect(findMisfits(volume({ encrypted: true, kmsKeyId: 'alias/ci' }), image, 'eu-west-1')).toEqual([]);
  });

  test('all of its volumes are encrypted, and otherwise unchanged', () => {
    const data = { deviceName: '/dev/sdf', sizeGiB: 200, type: 'st1' };
    const withData = { ...image, furtherVolumes: [data] };
    const settings = volume({ encrypted: true, kmsKeyId: 'alias/ci' });
    const encryption = { encrypted: true, kmsKeyId: 'alias/ci' };
    expect(fitVolume(settings, withData)).toEqual({ deviceName: '/dev/sda1', sizeGiB: 50, type: 'gp3', ...encryption });
    expect(fitFurtherVolumes(settings, withData)).toEqual([{ ...data, ...encryption }]);
    expect(fitFurtherVolumes(volume({ encrypted: false }), withData)).toEqual([data]);
  });
});

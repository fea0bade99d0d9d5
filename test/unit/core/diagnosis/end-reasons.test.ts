import { expect, test } from '@jest/globals';
import { adviseOnPowerOff } from '../../../../src/core/diagnosis/end-reasons.js';
import { READ_CONSOLE } from '../../../../src/core/kernel/advice.js';

/** Reasons as `ami/boot/data-volume.sh` and the agent write them, with a word of the advice. */
const reasons: Readonly<Record<string, RegExp>> = {
  'spot interruption': /market-type/,
  'kept for 600 s after a job that failed': /keep-on-failure-minutes/,
  'data volume: vol-0a1b was not attached within 298 s': /attachment/,
  'data volume: /dev/nvme1n1 (vol-0a1b) is not blank and has no file system that is supported (ext4, xfs): it holds btrfs':
    /Only a blank volume is formatted/,
  'data volume: the file system on /dev/nvme1n1 (vol-0a1b) is damaged: e2fsck -p ended with 4': /e2fsck -f/,
  'data volume: several devices have the label ci-x: /dev/nvme1n1 /dev/nvme2n1': /change its label/,
  'data volume: Docker does not work with its data on /dev/nvme1n1 (vol-0a1b): Cannot connect': /newer Docker/,
  'data volume: this image has no mkfs.ext4': /e2fsprogs/,
  'data volume: /var/lib/docker is a mount point already': /another `mount`/,
};

test.each(Object.entries(reasons))('what to do about "%s"', (reason, advice) => {
  expect(adviseOnPowerOff(reason)).toMatch(advice);
});

test('another end of a data volume is explained by the console', () => {
  expect(adviseOnPowerOff('data volume: mount: /data: wrong fs type')).toBe(READ_CONSOLE);
});

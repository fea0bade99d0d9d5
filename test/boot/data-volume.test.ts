import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LoopVolume, VOLUME } from './loop-volume.js';

/** The real programs of ext4 and xfs, on a loop device. */
let volume: LoopVolume;
beforeEach(() => void (volume = new LoopVolume(320)));
afterEach(() => volume.dispose());

const write = (text: string) => writeFileSync(join(volume.mount, 'note'), text, { flush: true });
const read = () => readFileSync(join(volume.mount, 'note'), 'utf8');
const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8' });
const found = (what: string) => ({ code: 0, said: `${volume.device} /data: ${what}` });

describe('a volume', () => {
  test('that is blank gets an ext4, whose tables are not written at once, and which is kept', () => {
    expect(volume.open()).toEqual(found('blank, formatted'));
    expect(run('findmnt', '--noheadings', '--output', 'FSTYPE,LABEL,OPTIONS', volume.mount)).toMatch(
      /^ext4 +ci-0123456789abc .*noinit_itable/,
    );
    expect(statSync(volume.mount).uid).toBe(Number(run('id', '-u', 'nobody')));
    expect(run('dumpe2fs', volume.device)).toContain('INODE_UNINIT');
    write('kept');
    expect(volume.close()).toEqual({ code: 0, said: '/data unmounted' });
    expect(readdirSync(volume.mount)).toEqual([]);
    expect(volume.open()).toEqual(found('clean'));
    expect(read()).toBe('kept');
  });

  test('can be closed twice, and opened once', () => {
    volume.open();
    expect(volume.open()).toEqual({ code: 1, said: '/data is a mount point already' });
    expect(volume.close().code).toBe(0);
    expect(volume.close()).toEqual({ code: 0, said: '/data unmounted' });
  });

  test.each(['ext4', 'xfs'])('with %s that was not unmounted is recovered, and reported', (kind) => {
    if (kind === 'xfs') run('mkfs.xfs', '-q', volume.device);
    volume.open();
    write('written before the loss of power');
    volume.replaceByCopyOfNow();
    expect(volume.open()).toEqual(found('recovered after a dirty unmount'));
    expect(read()).toBe('written before the loss of power');
    expect(volume.close().code).toBe(0);
    expect(volume.open()).toEqual(found('clean'));
  });

  test('that is a copy is found by its label', () => {
    volume.open();
    write('copied');
    volume.replaceByCopyOfNow();
    expect(volume.openCopy()).toEqual(found('recovered after a dirty unmount'));
    expect(read()).toBe('copied');
  });

  test('that became larger grows, or is used as it is', () => {
    volume.open();
    volume.close();
    volume.resize(640);
    const { code, said } = volume.open();
    expect(code).toBe(0);
    expect(said).toMatch(/: clean, (grown|not grown: resize2fs: Permission denied to resize filesystem)$/);
  });

  test('with xfs that became larger grows', () => {
    run('mkfs.xfs', '-q', volume.device);
    volume.resize(640);
    expect(volume.open()).toEqual(found('clean, grown'));
  });
});

describe('never formats', () => {
  const bytes = (at: number, ...values: number[]) => {
    const file = openSync(volume.device, 'r+');
    writeSync(file, new Uint8Array(values), 0, values.length, at);
    closeSync(file);
  };
  const plants: Readonly<Record<string, () => unknown>> = {
    'a swap': () => run('mkswap', volume.device),
    'a partition table': () => {
      bytes(0x1be, 0, 0, 2, 0, 0x83, 0, 8, 0, 0, 8, 0, 0, 0, 0x20, 0, 0);
      bytes(0x1fe, 0x55, 0xaa);
    },
    'bytes of something at its beginning': () => bytes(5000, 1),
    'bytes of something at its end': () => bytes(320 * 1024 * 1024 - 9000, 1),
    'an ext2': () => run('mkfs.ext2', '-q', volume.device),
  };
  test.each(Object.entries(plants))('%s', (_, plant) => {
    plant();
    const before = run('md5sum', volume.device);
    const { code, said } = volume.open();
    expect(code).toBe(1);
    expect(said).toMatch(`${volume.device} (${VOLUME}) is not blank and has no file system that is supported`);
    expect(run('md5sum', volume.device)).toBe(before);
  });
});

/** Programs that use the volume, by what they do. */
const users: Readonly<Record<string, readonly string[]>> = {
  'in its folder': ['--wd=.', 'sleep', '600'],
  'from a mount namespace of its own': ['--mount', '--propagation=private', '--wd=/', 'sleep', '600'],
};
test.each(Object.entries(users))('a program that keeps the volume in use %s is ended, and named', async (_, args) => {
  volume.open();
  const child = spawn('unshare', args, { cwd: volume.mount });
  try {
    const ended = once(child, 'exit');
    while (readFileSync(`/proc/${child.pid}/comm`, 'utf8') !== 'sleep\n') await setTimeout(5);
    expect(volume.close()).toEqual({ code: 0, said: `/data unmounted after ending sleep (${child.pid})` });
    await ended;
  } finally {
    child.kill('SIGKILL');
  }
});

test('a volume that is not attached is named', () => {
  volume.detach();
  expect(volume.open(1)).toEqual({ code: 1, said: `${VOLUME} was not attached within 1 s` });
  volume.attach();
});

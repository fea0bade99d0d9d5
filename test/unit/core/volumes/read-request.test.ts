import { describe, expect, test } from '@jest/globals';
import { readDataVolume, type ReadContext } from '../../../../src/core/volumes/read-request.js';

const CONTEXT: ReadContext = { runnerHome: '/opt/actions-runner', machines: 1, usesPool: false, kmsKeyId: undefined };
const OK = { name: 'docker', mount: '/var/lib/docker', 'size-gib': 200 };

const read = (document: unknown, context: Partial<ReadContext> = {}) =>
  readDataVolume(document, { ...CONTEXT, ...context });

test('A name, a mount and a size are enough', () => {
  expect(read(OK)).toEqual({
    name: 'docker',
    mount: '/var/lib/docker',
    sizeGiB: 200,
    type: 'gp3',
    whenAttached: 'refuse',
    mode: 'use',
    takesSnapshot: false,
    keepSnapshots: 3,
    keepDays: 14,
  });
});

test('Everything that is given is read, also as the lines of a presets file', () => {
  const all = {
    ...OK,
    type: 'io2',
    iops: 4_000,
    'when-attached': 'wait',
    snapshot: 'on-success',
    'keep-snapshots': 5,
    'keep-days': 30,
  };
  const lines = Object.entries(all).map(([key, value]) => `${key}=${value}`);
  const request = read(all, { kmsKeyId: 'alias/ci' });
  expect(request).toMatchObject({
    type: 'io2',
    iops: 4_000,
    whenAttached: 'wait',
    takesSnapshot: true,
    keepSnapshots: 5,
    keepDays: 30,
    kmsKeyId: 'alias/ci',
  });
  expect(read(lines.join('\n'), { kmsKeyId: 'alias/ci' })).toEqual(request);
});

test('An id takes the place of a name', () => {
  expect(read({ id: 'vol-0a1b2c3d4e5f60718', mount: '/mnt/data' })).toMatchObject({ id: 'vol-0a1b2c3d4e5f60718' });
});

describe('A mount is refused', () => {
  test.each([
    ['/', 'the root'],
    ['/proc/x', 'in /proc'],
    ['/sys', 'in /sys'],
    ['/dev/shm', 'in /dev'],
    ['/run', 'in /run'],
    ['/var/run/docker', 'in /var/run'],
    ['/boot', 'in /boot'],
    ['/etc/docker', 'in /etc'],
    ['/usr/local', 'in /usr'],
    ['/bin', 'in /bin'],
    ['/sbin', 'in /sbin'],
    ['/lib', 'in /lib'],
    ['/lib64/x', 'in /lib64'],
    ['/tmp', 'in /tmp'],
    ['/var', 'holds more than'],
    ['/var/lib', 'holds more than'],
    ['/opt', 'holds more than'],
    ['/home', 'holds more than'],
    ['/opt/ci-actions/x', 'holds more than'],
    ['/opt/actions-runner', 'where the runner is'],
    ['/opt/actions-runner/_work', 'where the runner is'],
    ['/opt/runner-2/actions-runner', 'where the runner is'],
    ['/mnt/../etc', 'not normalized'],
    ['/mnt/./a', 'not normalized'],
    ['/mnt//a', 'not normalized'],
    ['/mnt/a//', 'not normalized'],
    ['/var/log', 'in /var/log'],
    ['/var/lib/dpkg', 'in /var/lib/dpkg'],
    ['/var/lib/systemd/x', 'in /var/lib/systemd'],
    ['/var/lib/cloud/data', 'in /var/lib/cloud'],
    ['/snap', 'in /snap'],
    ['mnt', ''],
    ['/mnt/a b', ''],
    ['/mnt/a\nb', ''],
  ])('%j', (mount, why) => {
    expect(read({ ...OK, mount })).toEqual([
      expect.stringMatching(new RegExp(`^\`data-volume\`: \`mount\` is .*${why}`)),
    ]);
  });

  test.each([
    '/var/lib/docker',
    '/mnt/data',
    '/home/user/.cache',
    '/data',
    '/opt/cache',
    '/srv/a',
    '/library',
    '/root/.cache',
  ])('and %s is not', (mount) => {
    expect(read({ ...OK, mount })).toMatchObject({ mount });
  });

  test('and a slash at the end is left out', () => {
    expect(read({ ...OK, mount: '/var/lib/docker/' })).toMatchObject({ mount: '/var/lib/docker' });
  });

  test('where the user has put the runner', () => {
    expect(read({ ...OK, mount: '/srv/runner/_work' }, { runnerHome: '/srv/runner' })).toHaveLength(1);
  });
});

test('A key that an expression leaves empty is not given', () => {
  const document = { ...OK, snapshot: null, 'when-attached': '', 'keep-days': null };
  expect(read(document)).toEqual(read(OK));
  expect(read({ name: null, mount: '' })).toEqual([
    expect.stringContaining('`name` and `id` are missing'),
    expect.stringContaining('`mount` is missing'),
  ]);
});

describe('A problem is reported', () => {
  test.each([
    [{ ...OK, name: undefined }, '`name` is'],
    [{ mount: '/mnt/a' }, '`name` and `id` are missing'],
    [{ ...OK, id: 'vol-0a1b2c3d4e5f60718' }, '`name` and `id` are both set'],
    [{ name: 'docker' }, '`mount` is missing'],
    [{ ...OK, name: 'vol-docker' }, '`name` is "vol-docker"'],
    [{ ...OK, name: 'a b' }, '`name` is "a b"'],
    [{ ...OK, id: 'docker', name: undefined }, '`id` is "docker"'],
    [{ ...OK, 'size-gib': 0 }, '`size-gib` is 0; allowed: a whole number from 1 to 65536'],
    [{ ...OK, 'size-gib': 1.5 }, '`size-gib` is 1.5'],
    [{ ...OK, 'size-gib': [1] }, '`size-gib` is [1]'],
    [{ ...OK, type: 'standard' }, '`type` is "standard"; allowed: `gp3`'],
    [{ ...OK, type: 'st1', 'size-gib': 100 }, '`size-gib` is 100; allowed with `type: st1`: 125 to 16384'],
    [{ ...OK, type: 'io2' }, '`iops` is empty; `type: io2` needs it'],
    [{ ...OK, throughput: 1_000 }, '`throughput` is 1000'],
    [{ ...OK, 'size-gb': 3 }, '`size-gb` is not known; did you mean `size-gib`?'],
    [{ ...OK, 'when-attached': 'steal' }, '`when-attached` is "steal"; allowed: `refuse`, `detach`, `wait`'],
    [{ ...OK, mode: 'copy', snapshot: 'on-success' }, '`snapshot` is set with `mode: copy`'],
    [{ ...OK, mode: 'copy', 'when-attached': 'wait' }, '`when-attached` is set with `mode: copy`'],
    [{ ...OK, 'keep-snapshots': 2 }, '`keep-snapshots` is set without `snapshot: on-success`'],
    [{ ...OK, 'keep-days': 0 }, '`keep-days` is 0'],
    ['docker', 'is "docker", which is no map'],
    [['docker'], 'which is no map'],
    [null, 'is null, which is no map'],
  ])('%j', (document, says) => {
    const problems = read(document) as readonly string[];
    expect(problems.join('\n')).toContain(says);
  });

  test('for several machines, and with a pool', () => {
    expect(read(OK, { machines: 2 })).toEqual([expect.stringContaining('allowed with several machines: `mode: copy`')]);
    expect(read({ ...OK, mode: 'copy' }, { machines: 2 })).toMatchObject({ mode: 'copy' });
    expect(read(OK, { usesPool: true })).toEqual([expect.stringContaining('together with `pool`')]);
  });

  test('with all others at once', () => {
    expect(read({ mount: '/proc', 'size-gib': 'big', type: 'gp9', when: 'now' })).toHaveLength(5);
  });
});

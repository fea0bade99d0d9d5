import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import { install, noJob, scenario, signal, type Machine } from './boot-machine.js';
import { DEVICE, withVolume } from './boot-volume-programs.js';

const calls = async (machine: Machine) => (await machine.read('calls')).trimEnd().split('\n');
const detail = async (machine: Machine, phase: string) =>
  new RegExp(`phase=${phase} \\S+ \\S+ (.*)`).exec(await machine.read('console'))?.[1]?.replaceAll(machine.root, '');
const MOUNT = 'mount -t ext4 -o noinit_itable';

describe('a data volume', () => {
  scenario(
    'that is blank is formatted, mounted before the runner and unmounted after it',
    withVolume(),
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('runner exited');
      const phases = ['agent', 'payload', 'volume', 'runner-start', 'listening', 'job', 'runner-exit', 'volume-closed'];
      expect(await machine.phases()).toEqual([...phases, 'power-off']);
      expect(await detail(machine, 'volume')).toBe(`${DEVICE} /data: blank, formatted`);
      expect(await detail(machine, 'volume-closed')).toBe('/data unmounted');
      expect(await calls(machine)).toEqual([
        `blkid -p -o export ${DEVICE}`,
        `mkfs.ext4 -q -m 0 -L ci-0123456789abc -E lazy_itable_init=1,lazy_journal_init=1,nodiscard ${DEVICE}`,
        `${MOUNT} ${DEVICE} /data`,
        'chown root: /data',
        'umount -R /data',
      ]);
      expect(await machine.read('stderr')).toBe('');
    },
  );

  const used = { [DEVICE]: 'data', holds: 'TYPE=ext4\n' };
  scenario('with a file system keeps it, and its owner', withVolume({ world: used }), async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await detail(machine, 'volume')).toBe(`${DEVICE} /data: clean`);
    expect((await calls(machine)).join('\n')).not.toMatch(/mkfs|chown|resize2fs/);
  });

  const dirty = { ...used, dirty: '' };
  scenario(
    'that was not unmounted is recovered, which the console reports',
    withVolume({ world: dirty }),
    async (machine) => {
      await machine.reasonOfPowerOff();
      expect(await detail(machine, 'volume')).toBe(`${DEVICE} /data: recovered after a dirty unmount`);
      expect(await calls(machine)).toContain(`e2fsck -p ${DEVICE}`);
    },
  );

  scenario('that became larger grows', withVolume({ world: { ...used, blocks: '131072' } }), async (machine) => {
    await machine.reasonOfPowerOff();
    expect(await detail(machine, 'volume')).toBe(`${DEVICE} /data: clean, grown`);
  });

  const damaged = { world: { ...used, 'e2fsck-exits': '4' } };
  scenario('with a damaged file system is not used', withVolume(damaged), async (machine) => {
    const device = machine.root + DEVICE;
    expect(await machine.reasonOfPowerOff()).toBe(
      `data volume: the file system on ${device} (vol-0a1b2c3d4e5f60718) is damaged: e2fsck -p ended with 4`,
    );
    expect(await machine.phases()).toEqual(['agent', 'payload', 'power-off']);
  });

  const foreign = {
    'a partition table': [{ holds: 'PTTYPE=gpt\n' }, 'a partition table: gpt'],
    'another file system': [{ holds: 'TYPE=btrfs\n' }, 'btrfs'],
    'bytes that are no file system': [{ [DEVICE]: 'precious' }, 'data of an unknown kind'],
    'what blkid cannot read': [{ 'blkid-exits': '8' }, 'what blkid cannot identify: blkid: says why'],
  } as const;
  for (const [what, [world, holds]] of Object.entries(foreign)) {
    scenario(
      `with ${what} is neither formatted nor mounted`,
      withVolume({ world: { [DEVICE]: '', ...world } }),
      async (machine) => {
        expect(await machine.reasonOfPowerOff()).toBe(
          `data volume: ${machine.root}${DEVICE} (vol-0a1b2c3d4e5f60718) is not blank and has no file system that is supported (ext4, xfs): it holds ${holds}`,
        );
        expect((await calls(machine)).filter((call) => !call.startsWith('blkid'))).toEqual([]);
      },
    );
  }

  scenario(
    'is waited for, because it is attached while the machine boots',
    withVolume({ world: {} }),
    async (machine) => {
      await machine.untilConsole('phase=payload');
      await sleep(500);
      expect(await machine.phases()).toEqual(['agent', 'payload']);
      await install(join(machine.root, DEVICE), '');
      expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    },
  );

  const never = withVolume({ world: {}, seconds: { startup: 4 } });
  scenario('that is not attached in time is named', never, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toMatch(
      /^data volume: vol-0a1b2c3d4e5f60718 was not attached within [12] s$/,
    );
  });

  const serial = { 'sys/block/nvme1n1/device/serial': 'vol0a1b2c3d4e5f60718\n', 'dev/nvme1n1': '' };
  scenario(
    'is found by its serial number where udev does not know it',
    withVolume({ world: serial }),
    async (machine) => {
      await machine.reasonOfPowerOff();
      expect(await detail(machine, 'volume')).toBe('/dev/nvme1n1 /data: blank, formatted');
    },
  );
  const xen = { 'sys/block/xvda/size': '', 'sys/block/xvda/xvda1/size': '', 'sys/block/xvdf/size': '', 'dev/xvdf': '' };
  scenario('is the only unused disk of a Xen instance', withVolume({ world: xen }), async (machine) => {
    await machine.reasonOfPowerOff();
    expect(await detail(machine, 'volume')).toBe('/dev/xvdf /data: blank, formatted');
  });

  const labeled = { world: { labeled: '/dev/nvme2n1\n', 'dev/nvme2n1': '', holds: 'TYPE=ext4\n' } };
  scenario(
    'that is a copy is found by its label',
    withVolume({ value: 'label:ci-x /data', ...labeled }),
    async (machine) => {
      await machine.reasonOfPowerOff();
      expect(await detail(machine, 'volume')).toBe('/dev/nvme2n1 /data: clean');
      expect(await calls(machine)).toContain('blkid -c /dev/null -o device -t LABEL=ci-x');
    },
  );
  const twins = { world: { labeled: '/dev/nvme2n1\n/dev/nvme3n1\n' } };
  scenario(
    'that is a copy is not confused with another',
    withVolume({ value: 'label:ci-x /data', ...twins }),
    async (machine) => {
      expect((await machine.reasonOfPowerOff()).replaceAll(machine.root, '')).toBe(
        'data volume: several devices have the label ci-x: /dev/nvme2n1 /dev/nvme3n1',
      );
    },
  );
});

describe("with Docker's data on the volume", () => {
  const value = 'vol-0a1b2c3d4e5f60718 /var/lib/docker ci-0123456789abc';
  const world = { [DEVICE]: '', 'runs-docker': '', 'has-containerd': '' };
  scenario(
    'Docker is stopped with its socket, before the mount and before the unmount',
    withVolume({ value, docker: true, world }),
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('runner exited');
      const units = 'containerd.service docker.socket docker.service';
      const order = (await calls(machine)).filter((call) => /^(systemctl st|u?mount|docker)/.test(call));
      expect(order).toEqual([
        `systemctl stop ${units}`,
        `${MOUNT} ${DEVICE} /var/lib/docker`,
        'mount --bind /var/lib/docker/.ci-actions-containerd /var/lib/containerd',
        `systemctl start ${units}`,
        'docker info',
        `systemctl stop --no-block ${units}`,
        'umount -R /var/lib/containerd',
        'umount -R /var/lib/docker',
      ]);
      expect(await machine.phases()).toContain('volume-closed');
    },
  );

  const broken = withVolume({ value, docker: true, world: { ...world, 'docker-exits': '1' } });
  scenario('the machine ends if Docker does not work there, and closes the volume', broken, async (machine) => {
    expect((await machine.reasonOfPowerOff()).replaceAll(machine.root, '')).toBe(
      `data volume: Docker does not work with its data on ${DEVICE} (vol-0a1b2c3d4e5f60718): docker: says why`,
    );
    expect((await machine.phases()).slice(-2)).toEqual(['volume-closed', 'power-off']);
  });

  scenario('elsewhere Docker is left alone', withVolume({ docker: true, world }), async (machine) => {
    await machine.reasonOfPowerOff();
    expect((await calls(machine)).join('\n')).not.toMatch(/systemctl st/);
  });
});

describe('the end of a machine with a volume', () => {
  scenario('closes it on a signal, after the runner', withVolume({ runner: noJob }), async (machine) => {
    await machine.untilConsole('phase=listening');
    signal(machine.pid, 'SIGTERM');
    expect(await machine.reasonOfPowerOff()).toBe('stopped by a signal');
    expect((await machine.phases()).slice(-3)).toEqual(['runner-exit', 'volume-closed', 'power-off']);
  });

  const held = withVolume({ world: { [DEVICE]: '', held: '' } });
  scenario('reports a volume that stays in use', held, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await detail(machine, 'volume-dirty')).toBe('/data is in use');
    expect(await machine.phases()).not.toContain('volume-closed');
  });

  const elsewhere = withVolume({ runner: noJob });
  scenario('reports a volume that is unmounted but still in use elsewhere', elsewhere, async (machine) => {
    await machine.untilConsole('phase=listening');
    await rm(join(machine.root, 'mounted'));
    signal(machine.pid, 'SIGTERM');
    await machine.reasonOfPowerOff();
    expect(await detail(machine, 'volume-dirty')).toBe('/data is in use');
  });

  scenario('without a volume runs none of these programs', withVolume({ value: null }), async (machine) => {
    await machine.reasonOfPowerOff();
    expect((await machine.read('calls')).replace(/^chown .*\n/, '')).toBe('');
  });
});

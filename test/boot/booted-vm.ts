import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readlinkSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { macOf } from '../../sandbox/imds.js';
import { BootedMachine } from './booted-machine.js';

/**
 * A virtual machine: the tree's own kernel, a processor that QEMU emulates, a DMI table that says EC2. Measured from
 * the kernel's first line on the serial console.
 */
export class BootedVm extends BootedMachine {
  protected override readonly cable = 'tap';

  protected override askToShutDown(): void {
    this.holder?.stdin?.write('system_powerdown\n'); // The power button, to QEMU's monitor.
  }

  protected override async switchOn(tap: string): Promise<void> {
    const disk = this.makeDisk();
    const qemu = spawn('qemu-system-x86_64', this.describe(disk, tap), { stdio: ['pipe', 'ignore', 'pipe'] });
    this.holder = qemu;
    let complaint = '';
    qemu.stderr.on('data', (text) => (complaint += String(text)));
    const watch = setInterval(() => this.noteStart() && clearInterval(watch), 20);
    try {
      await new Promise<void>((resolve, reject) => {
        qemu.once('error', reject);
        qemu.once('exit', (code) => (code ? reject(new Error(`QEMU: ${code} ${complaint}`)) : resolve()));
      });
    } finally {
      clearInterval(watch);
      rmSync(disk);
    }
  }

  /** A file system, of what the tree and the path have put together. */
  private makeDisk(): string {
    const disk = join(this.folder, 'disk.img');
    // The stand-in runner brings no Node.js of its own.
    const node = readlinkSync(join(this.root, 'opt/actions-runner/externals/node24/bin/node'));
    mkdirSync(dirname(join(this.root, node)), { recursive: true });
    cpSync(node, join(this.root, node), { dereference: true });
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', this.root, disk, DISK_SIZE]);
    return disk;
  }

  private describe(disk: string, tap: string): string[] {
    const uuid = `ec2${this.instance.id.replace(/^i-/, '').padEnd(29, '0')}`;
    const dashed = uuid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const words = [
      '-accel tcg,thread=multi -cpu max -smp 2 -m 2048',
      '-nodefaults -no-user-config -display none -no-reboot -monitor stdio -device virtio-rng-pci',
      `-netdev tap,id=net,ifname=${tap},script=no,downscript=no`,
      `-device virtio-net-pci,netdev=net,romfile=,mac=${macOf(this.instance)} -serial chardev:console`,
    ];
    const options = {
      kernel: join(this.root, 'vmlinuz'),
      initrd: join(this.root, 'initrd.img'),
      append: 'root=/dev/vda rw console=ttyS0 earlyprintk=ttyS0',
      drive: `file=${disk},format=raw,if=virtio,cache=unsafe`,
      chardev: `file,id=console,path=${this.console},append=on`,
    };
    const tables = [
      'type=0,vendor=Amazon EC2',
      `type=1,manufacturer=Amazon EC2,product=t3.xlarge,uuid=${dashed},serial=${dashed}`,
      'type=3,manufacturer=Amazon EC2,asset=Amazon EC2',
    ];
    return [
      ...words.join(' ').split(' '),
      ...Object.entries(options).flatMap(([name, value]) => [`-${name}`, value]),
      ...tables.flatMap((table) => ['-smbios', table]),
    ];
  }

  private noteStart(): boolean {
    if (!this.readConsole().includes('Linux version')) return false;
    this.startedAt = Date.now();
    return true;
  }
}

/** Sparse: what isn't written takes no room. */
const DISK_SIZE = '8G';

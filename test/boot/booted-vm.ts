import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, cpSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { macOf } from '../../sandbox/machine/metadata.js';
import { BootedMachine } from './booted-machine.js';

/** QEMU's options for the processor. A host that is itself a guest may not allow QEMU to set `arch-capabilities`. */
const PROCESSORS = {
  kvm: '-accel kvm -cpu host,arch-capabilities=off',
  emulated: '-accel tcg,thread=multi -cpu max',
};

/**
 * KVM if this machine can use it. A /dev/kvm on a processor without virtualization works in software: it starts a machine,
 * but the machine's kernel hung in its first seconds.
 */
function findProcessor(): keyof typeof PROCESSORS {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return /^flags.* (vmx|svm)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8')) ? 'kvm' : 'emulated';
  } catch {
    return 'emulated';
  }
}

/** A sentence for readers of a machine's times. */
export function tellProcessor(): string {
  return `The processor is ${findProcessor() === 'kvm' ? "this machine's, by KVM" : 'emulated: no KVM here'}.`;
}

/**
 * A virtual machine with the tree's own kernel and the DMI table of EC2. Without KVM, QEMU emulates the processor. Measured
 * from the kernel's first line on the serial console.
 */
export class BootedVm extends BootedMachine {
  protected override readonly cable = 'tap';
  /** The length of the console after earlier boots. */
  private silence = 0;

  protected override askToShutDown(): void {
    this.holder?.stdin?.write('system_powerdown\n'); // Presses the power button, through QEMU's monitor.
  }

  protected override async switchOn(tap: string): Promise<void> {
    this.silence = this.readConsole().length;
    const disk = this.openDisk();
    const qemu = spawn('qemu-system-x86_64', this.describe(disk.drive, tap), { stdio: ['pipe', 'ignore', 'pipe'] });
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
      disk.close();
    }
  }

  /** @returns QEMU's name for the disk, and a function to call when the machine is off */
  protected openDisk(): { readonly drive: string; readonly close: () => void } {
    const disk = join(this.folder, 'disk.img');
    makeImage(this.root, disk);
    return { drive: `file=${disk},format=raw`, close: () => rmSync(disk) };
  }

  private describe(drive: string, tap: string): string[] {
    const uuid = `ec2${this.instance.id.replace(/^i-/, '').padEnd(29, '0')}`;
    const dashed = uuid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const words = [
      `${PROCESSORS[findProcessor()]} -smp 2 -m 2048`,
      '-nodefaults -no-user-config -display none -no-reboot -monitor stdio -device virtio-rng-pci',
      `-netdev tap,id=net,ifname=${tap},script=no,downscript=no`,
      `-device virtio-net-pci,netdev=net,romfile=,mac=${macOf(this.instance)} -serial chardev:console`,
    ];
    const options = {
      kernel: join(this.options.tree, 'vmlinuz'),
      initrd: join(this.options.tree, 'initrd.img'),
      append: 'root=/dev/vda rw console=ttyS0 earlyprintk=ttyS0',
      drive: `${drive},if=virtio,cache=unsafe`,
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
    if (!this.readConsole().includes('Linux version', this.silence)) return false;
    this.startedAt = Date.now();
    return true;
  }
}

/** Creates a disk with a file system from the assembled tree. */
export function makeImage(root: string, image: string): void {
  // GitHub's runner contains Node.js. The stand-in only links to the one of this machine.
  const node = join(root, 'opt/actions-runner/externals/node24/bin/node');
  const theirs = readlinkSync(node);
  rmSync(node);
  cpSync(theirs, node, { dereference: true });
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', root, image, DISK_SIZE]);
}

/** A sparse file: unwritten parts take no space. */
const DISK_SIZE = '8G';

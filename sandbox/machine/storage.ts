import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  closeSync,
  readSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Storage, VolumeRecord } from '../ec2/world/volume-records.js';

const GIB = 1024 ** 3;
/** What a device holds of its file system. See `stand-in-volume/`. */
const HEADER_BYTES = 4096;

/**
 * The content of EBS volumes and snapshots. Each is a folder with `device`, a sparse file of the volume's size, and
 * `files`, the content of its file system. Several machines see the same folder, one after another.
 */
export class FolderStorage implements Storage {
  constructor(private readonly directory: string) {}

  /** The folder of a volume or a snapshot. */
  folderOf(id: string): string {
    return join(this.directory, id);
  }

  copy(from: string, to: string): void {
    const [source, target] = [this.folderOf(from), this.folderOf(to)];
    if (!existsSync(source)) return;
    mkdirSync(target, { recursive: true });
    copyHeader(join(source, 'device'), join(target, 'device'));
    if (!existsSync(join(source, 'files'))) return;
    cpSync(join(source, 'files'), join(target, 'files'), { recursive: true, verbatimSymlinks: true });
  }

  remove(id: string): void {
    rmSync(this.folderOf(id), { recursive: true, force: true });
  }

  /** The device of a volume, which it grows to the volume's size. */
  prepare({ id, sizeGiB }: VolumeRecord): string {
    const device = join(this.folderOf(id), 'device');
    mkdirSync(this.folderOf(id), { recursive: true });
    if (!existsSync(device)) writeFileSync(device, '');
    truncateSync(device, sizeGiB * GIB);
    return device;
  }
}

/** The rest of a device is empty, and may be large. */
function copyHeader(from: string, to: string): void {
  if (!existsSync(from)) return;
  const bytes = Buffer.alloc(HEADER_BYTES);
  const [source, target] = [openSync(from, 'r'), openSync(to, 'w')];
  writeSync(target, bytes, 0, readSync(source, bytes, 0, HEADER_BYTES, 0));
  closeSync(source);
  closeSync(target);
}

/** The volumes that a machine sees in its `/dev`, as Nitro shows them, or Xen. */
export class Devices {
  private readonly names = new Map<string, string>();

  constructor(
    private readonly root: string,
    private readonly storage: FolderStorage,
    private readonly isXen: boolean,
  ) {}

  /** Also for a volume that is attached already, and has grown. */
  add(volume: VolumeRecord): void {
    const device = this.storage.prepare(volume);
    if (this.names.has(volume.id)) return;
    const name = this.isXen ? `xvd${volume.attachment?.device.at(-1)}` : this.nextName();
    this.names.set(volume.id, name);
    for (const folder of ['dev/.volumes', `sys/block/${name}/device`, ...(this.isXen ? [] : ['dev/disk/by-id'])]) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    // The link to the content comes first, because programs wait for the device.
    symlinkSync(this.storage.folderOf(volume.id), join(this.root, 'dev/.volumes', name));
    linkSync(device, join(this.root, 'dev', name));
    if (this.isXen) return;
    writeFileSync(join(this.root, 'sys/block', name, 'device/serial'), `${serialOf(volume.id)}\n`);
    symlinkSync(`../../${name}`, this.pathById(volume.id));
  }

  remove(volumeId: string): void {
    const name = this.names.get(volumeId);
    if (name === undefined) return;
    this.names.delete(volumeId);
    const places = [`dev/${name}`, `dev/.volumes/${name}`, `sys/block/${name}`].map((place) => join(this.root, place));
    for (const path of [this.pathById(volumeId), ...places]) rmSync(path, { recursive: true, force: true });
  }

  isMounted(volumeId: string): boolean {
    const name = this.names.get(volumeId);
    return name !== undefined && existsSync(join(this.root, 'run/sandbox/mounts', name));
  }

  private nextName(): string {
    const taken = new Set(this.names.values());
    for (let number = 1; ; number += 1) if (!taken.has(`nvme${number}n1`)) return `nvme${number}n1`;
  }

  private pathById(volumeId: string): string {
    return join(this.root, 'dev/disk/by-id', `nvme-Amazon_Elastic_Block_Store_${serialOf(volumeId)}`);
  }
}

/** Source: EBS user guide, "Map Amazon EBS volumes to NVMe device names": the volume's id without its hyphen. */
function serialOf(volumeId: string): string {
  return volumeId.replace('-', '');
}

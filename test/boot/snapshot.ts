import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeImage } from './booted-vm.js';

/** The block that EBS fetches at a first read, in bytes. Source: EBS direct APIs, `ListSnapshotBlocks`. */
const CLUSTER = 512 * 1024;

/**
 * A disk image behind a server that delays every read, as S3 delays EBS. Up to 16 reads wait at once. A volume of it fetches
 * a cluster at the first read and keeps it, in files only: nothing is cached in a kernel.
 */
export class Snapshot {
  private readonly image: string;
  private readonly empty: string;
  private readonly log: string;
  private readonly socket: string;
  private server: ChildProcess | undefined;
  /** The length of the log of earlier reads. */
  private forgotten = 0;

  /** @param directory holds all files; on a file system with sparse files */
  constructor(private readonly directory: string) {
    this.image = join(directory, 'snapshot.img');
    this.empty = join(directory, 'empty.qcow2');
    this.log = join(directory, 'reads.log');
    this.socket = join(directory, 'snapshot.sock');
  }

  /** Takes the snapshot of a tree, which it does not change. */
  async take(tree: string): Promise<void> {
    const [root, upper, work] = [
      join(this.directory, 'root'),
      join(this.directory, 'changes'),
      join(this.directory, 'work'),
    ];
    for (const folder of [root, upper, work]) mkdirSync(folder);
    const layers = `lowerdir=${tree},upperdir=${upper},workdir=${work}`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
    try {
      makeImage(root, this.image);
    } finally {
      execFileSync('umount', [root]);
    }
    await this.serve(0);
    const create = `create -q -f qcow2 -o cluster_size=${CLUSTER} -F raw -b nbd+unix:///?socket=${this.socket}`;
    execFileSync('qemu-img', [...create.split(' '), this.empty]);
    // A snapshot has no blocks where nothing was written, so there is nothing to fetch.
    const zeros = this.holes().flatMap(([from, length]) => ['-c', `write -z ${from} ${length}`]);
    execFileSync('qemu-io', ['-f', 'qcow2', ...zeros, this.empty], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Sets how much longer each read takes from now on, in ms. No machine may be on. */
  async serve(delayMs: number): Promise<void> {
    await this.close();
    writeFileSync(this.log, '');
    this.forgotten = 0;
    const server = ['--foreground', '--exit-with-parent', '--readonly', '--threads=16', `--unix=${this.socket}`];
    const filters = ['--filter=log', '--filter=delay'];
    const plugin = ['file', this.image, `logfile=${this.log}`, `rdelay=${delayMs}ms`];
    this.server = spawn('nbdkit', [...server, ...filters, ...plugin], { stdio: ['ignore', 'inherit', 'inherit'] });
    for (let tries = 0; !existsSync(this.socket); tries++) {
      if (tries > 500) throw new Error('nbdkit does not listen.');
      await sleep(10);
    }
  }

  /** Creates a volume of the snapshot in this file, unless it exists. @returns QEMU's name for it */
  attach(volume: string): string {
    if (!existsSync(volume)) execFileSync('cp', ['--sparse=always', this.empty, volume]);
    return `file=${volume},format=qcow2,copy-on-read=on`;
  }

  /** How many clusters of a volume were read for the first time since `forgetReads`. */
  countFetched(): number {
    const reads = readFileSync(this.log, 'utf8')
      .slice(this.forgotten)
      .matchAll(/ Read .*offset=0x([0-9a-f]+) count=0x([0-9a-f]+)/g);
    const clusters = new Set<number>();
    for (const [, offset = '', count = ''] of reads) {
      const [from, length] = [parseInt(offset, 16), parseInt(count, 16)];
      for (let at = Math.floor(from / CLUSTER); at * CLUSTER < from + length; at++) clusters.add(at);
    }
    return clusters.size;
  }

  /** Resets the count of reads. */
  forgetReads(): void {
    this.forgotten = readFileSync(this.log, 'utf8').length;
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server) {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await gone;
    }
    this.server = undefined;
    rmSync(this.socket, { force: true });
  }

  /** Whole clusters without data, as [offset, length], in bytes. */
  private holes(): [number, number][] {
    const map = execFileSync('qemu-img', ['map', '--output=json', '-f', 'raw', this.image], { encoding: 'utf8' });
    const extents = JSON.parse(map) as { start: number; length: number; data: boolean }[];
    return extents
      .filter(({ data }) => !data)
      .flatMap(({ start, length }) => {
        const from = Math.ceil(start / CLUSTER) * CLUSTER;
        const to = Math.floor((start + length) / CLUSTER) * CLUSTER;
        const parts: [number, number][] = [];
        for (let at = from; at < to; at += PART) parts.push([at, Math.min(PART, to - at)]);
        return parts;
      });
  }
}

/** QEMU accepts requests of less than 2 GiB. */
const PART = 1024 ** 3;

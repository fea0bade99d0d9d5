import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../ami/boot/data-volume.sh', import.meta.url));

export const VOLUME = 'vol-0a1b2c3d4e5f60718';
export const LABEL = 'ci-0123456789abc';
const BY_ID = 'dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d4e5f60718';

export interface Outcome {
  readonly code: number | null;
  /** The last line of the output. */
  readonly said: string;
}

/** A volume that is a file behind a loop device, and a machine whose root is a folder. Needs root. */
export class LoopVolume {
  readonly root = mkdtempSync(join(tmpdir(), 'ci-actions-volume-'));
  readonly mount = join(this.root, 'data');
  private file: string;
  private copies = 0;
  private loop: string | undefined;

  constructor(mib: number) {
    mkdirSync(join(this.root, 'dev/disk/by-id'), { recursive: true });
    this.file = join(this.root, 'volume.img');
    closeSync(openSync(this.file, 'w'));
    this.resize(mib);
    this.attach();
  }

  get device(): string {
    if (this.loop === undefined) throw new Error('The volume is not attached.');
    return this.loop;
  }

  open(seconds = 20): Outcome {
    return this.run('open', VOLUME, '/data', LABEL, String(seconds), 'nobody');
  }

  openCopy(seconds = 20): Outcome {
    return this.run('open', `label:${LABEL}`, '/data', '', String(seconds), 'nobody');
  }

  close(): Outcome {
    return this.run('close', '/data', this.device);
  }

  /** As a snapshot taken at this moment, or as after a loss of power: what has not been written yet is missing. */
  replaceByCopyOfNow(): void {
    execFileSync('sync', ['--file-system', this.mount]);
    const copy = join(this.root, `copy-${++this.copies}.img`);
    cpSync(this.file, copy);
    this.close();
    this.detach();
    this.file = copy;
    this.attach();
  }

  resize(mib: number): void {
    truncateSync(this.file, mib * 1024 * 1024);
    if (this.loop !== undefined) execFileSync('losetup', ['--set-capacity', this.loop]);
  }

  attach(): void {
    this.loop = execFileSync('losetup', ['--find', '--show', this.file], { encoding: 'utf8' }).trim();
    symlinkSync(this.loop, join(this.root, BY_ID));
  }

  detach(): void {
    execFileSync('losetup', ['--detach', this.device]);
    rmSync(join(this.root, BY_ID));
    this.loop = undefined;
  }

  dispose(): void {
    spawnSync('umount', ['--recursive', this.mount], { stdio: 'ignore' });
    if (this.loop !== undefined) this.detach();
    rmSync(this.root, { recursive: true });
  }

  private run(...args: readonly string[]): Outcome {
    const environment = { ...process.env, CI_ACTIONS_ROOT: this.root };
    const { status, stdout } = spawnSync(PROGRAM, args, { env: environment, encoding: 'utf8' });
    return { code: status, said: stdout.trimEnd().split('\n').at(-1) ?? '' };
  }
}

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startIsolatedEngine } from '../../worlds/docker/start-engine.js';
import type { DockerEnvironment } from './docker.js';

/** An engine that a test may break. */
export interface OwnEngine {
  readonly env: DockerEnvironment;
  /** Ends it as a crash does. Its containers may go on. */
  kill(): void;
  /** Starts it again with the same data. */
  restart(): void;
  /** Starts the stand-in registry where this engine reaches it. @returns its address */
  startRegistry(layerBytes: number): Promise<string>;
  close(): void;
}

/** @param diskMiB the size of the disk with its images and containers. Default: the host's disk */
export function startOwnEngine(diskMiB?: number): OwnEngine {
  const parent = mkdtempSync(join(tmpdir(), 'own-engine-'));
  const folder = join(parent, 'engine');
  if (diskMiB !== undefined) mountDisk(join(folder, 'data'), { file: join(parent, 'disk'), mib: diskMiB });
  const variables = startIsolatedEngine(folder);
  const pid = (): number => Number(readFileSync(join(folder, 'dockerd.pid'), 'utf8'));
  const ends: (() => void)[] = [];
  return {
    env: { PATH: process.env['PATH'] ?? '', ...variables },
    kill: () => process.kill(pid(), 'SIGKILL'),
    restart: () => void startIsolatedEngine(folder),
    async startRegistry(layerBytes) {
      const main = fileURLToPath(new URL('registry-main.ts', import.meta.url));
      const inside = ['--target', String(pid()), '--net'];
      const busybox = fileURLToPath(new URL('../../../.peers/docker/busybox', import.meta.url));
      execFileSync('nsenter', [...inside, busybox, 'ip', 'link', 'set', 'lo', 'up']);
      const args = [...inside, process.execPath, '--import', 'tsx', main, String(layerBytes)];
      const child = spawn('nsenter', args, {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      ends.push(() => child.kill());
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      return line;
    },
    close() {
      for (const end of ends) end();
    },
  };
}

function mountDisk(place: string, { file, mib }: { readonly file: string; readonly mib: number }): void {
  mkdirSync(place, { recursive: true });
  execFileSync('truncate', ['--size', `${mib}M`, file]);
  execFileSync('mkfs.ext4', ['-q', file]);
  execFileSync('mount', ['-o', 'loop', file, place]);
}

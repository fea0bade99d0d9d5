import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstanceRecord } from '../ec2/world/records.js';

/** The content of this suite's images, as folders of this machine. */
export interface Baked {
  /** Holds `agent.sh`. */
  readonly agent: string;
  /** Holds `run.sh`. */
  readonly runner: string;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const VOLUME_PROGRAM = here('../stand-in-volume/volume-program.sh');

export const BAKED: Baked = { agent: here('../../ami/boot'), runner: here('../stand-in-runner') };

/** Paths on an instance's disk, which is a folder. */
export interface Disk {
  readonly root: string;
  /** The serial console. */
  readonly console: string;
  /** Exists once a program has requested a power-off. */
  readonly powerOffRequest: string;
  /** First in every program's PATH. */
  readonly shims: string;
}

/** An image of this suite has a tag with the version of its runner. */
export function isOurs(instance: InstanceRecord): boolean {
  return instance.image.tags.has('ci-actions:runner-version');
}

/** Creates the disk from the instance's image, unless it exists from an earlier boot. */
export function prepareDisk(root: string, instance: InstanceRecord, baked: Baked): Disk {
  const disk = {
    root,
    console: join(root, 'console.log'),
    powerOffRequest: join(root, 'power/off'),
    shims: join(root, 'usr/local/sbin'),
  };
  rmSync(disk.powerOffRequest, { force: true });
  unplug(root);
  if (existsSync(root)) return disk;
  for (const folder of ['opt', 'root', 'dev', 'run', 'tmp', 'power', 'usr/local/sbin', 'var/lib']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  // `run-as-user` may be any user, and its programs must be able to request a power-off.
  for (const folder of ['tmp', 'power']) chmodSync(join(root, folder), 0o1777);
  writeFileSync(disk.console, `[    0.000000] Linux on ${instance.type.name}, ${instance.id} (sandbox)\n`);
  writeShims(disk);
  if (isOurs(instance)) bake(root, baked);
  return disk;
}

/** A machine that boots has mounted nothing yet. Its volumes are attached anew. */
function unplug(root: string): void {
  const mounts = join(root, 'run/sandbox/mounts');
  for (const name of existsSync(mounts) ? readdirSync(mounts) : []) {
    const target = readFileSync(join(mounts, name), 'utf8').trimEnd();
    rmSync(target, { force: true });
    renameSync(join(root, 'run/sandbox/hidden', name), target);
    rmSync(join(mounts, name));
  }
  for (const folder of ['dev', 'sys']) rmSync(join(root, folder), { recursive: true, force: true });
}

function bake(root: string, baked: Baked): void {
  mkdirSync(join(root, 'opt/ci-actions'));
  for (const name of readdirSync(baked.agent).filter((name) => /\.(sh|mjs)$/.test(name))) {
    cpSync(join(baked.agent, name), join(root, 'opt/ci-actions', name));
    chmodSync(join(root, 'opt/ci-actions', name), 0o755);
  }
  cpSync(baked.runner, join(root, 'opt/actions-runner'), { recursive: true });
  // The runner's own Node, which its package has, and which the agent uses as well.
  const folder = join(root, 'opt/actions-runner/externals/node24/bin');
  if (existsSync(join(folder, 'node'))) return;
  mkdirSync(folder, { recursive: true });
  symlinkSync(process.execPath, join(folder, 'node'));
}

/** The programs for data volumes. */
const VOLUME_PROGRAMS = 'blkid blockdev dumpe2fs e2fsck mkfs.ext4 mount mountpoint resize2fs umount'.split(' ');

const POWER_COMMANDS = ['poweroff', 'shutdown', 'halt', 'reboot'];

/**
 * Instances share this machine, so a power-off of an instance must never reach the machine itself. The stand-in runner
 * gets Node as a shim, because other programs beside this process's Node (docker, as apt installs it) are not part of the
 * image.
 */
function writeShims(disk: Disk): void {
  symlinkSync(process.execPath, join(disk.shims, 'node'));
  for (const name of VOLUME_PROGRAMS) symlinkSync(VOLUME_PROGRAM, join(disk.shims, name));
  const request = `: >'${disk.powerOffRequest}'`;
  for (const name of POWER_COMMANDS) writeProgram(join(disk.shims, name), ['#!/bin/sh', request]);
  writeProgram(join(disk.shims, 'systemctl'), [
    '#!/bin/sh',
    'for word; do',
    `  case $word in ${POWER_COMMANDS.join('|')}) ${request}; exit 0 ;; esac`,
    'done',
    'echo "System has not been booted with systemd as init system (PID 1). Can\'t operate." >&2',
    'exit 1',
  ]);
}

function writeProgram(path: string, lines: readonly string[]): void {
  writeFileSync(path, `${lines.join('\n')}\n`);
  chmodSync(path, 0o755);
}

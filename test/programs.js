import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installNode24 } from '../scripts/node24/install.mjs';

/**
 * The programs that core, contract and process tests may find on PATH, beside `node`: bash and what any Linux machine
 * has. docker, tox, aws, gh and the like are not among them, so that no test passes or fails by what is installed.
 */
const PROGRAMS = `
  awk base64 basename bash cat chgrp chmod chown chroot cmp comm cp curl cut date dd df diff dirname du echo env expr false
  find flock fold getent git grep groups gunzip gzip head hostname id install kill ln ls mkdir mkfifo mktemp mount mv nice nohup
  nproc od openssl paste pgrep pkill printf ps pwd readlink realpath rm rmdir runuser sed seq setpriv setsid sh sha256sum sleep sort
  split stat stty su sudo sync tail tar tee test timeout touch tr true tty umount uname uniq wc whoami xargs`;

/** Links those programs into a folder, from these folders. */
export function linkPrograms(folder, places) {
  for (const name of PROGRAMS.trim().split(/\s+/)) {
    const found = [...places, '/usr/bin', '/bin'].map((place) => join(place, name)).find((path) => existsSync(path));
    if (found) symlinkSync(found, join(folder, name));
  }
}

/** jest's `globalSetup`: PATH of this process and of its workers becomes one folder with links to those programs. */
export default function limitPath() {
  installNode24(); // While npm can be found.
  const folder = mkdtempSync(join(tmpdir(), 'ci-actions-programs-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755); // Other users run programs of it, too.
  linkPrograms(
    folder,
    (process.env.PATH ?? '').split(delimiter).filter((place) => place !== ''),
  );
  symlinkSync(process.execPath, join(folder, 'node'));
  process.env.PATH = folder;
}

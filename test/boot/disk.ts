import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Variables = Readonly<Record<string, string>>;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** The disk of a machine during provisioning: an overlay on a tree. */
export class Disk {
  private constructor(
    private readonly folder: string,
    readonly root: string,
    /** The changes to the tree. */
    readonly changes: string,
  ) {}

  /** The merged root, with the provisioning scripts in /provision. */
  static open(tree: string): Disk {
    const folder = mkdtempSync(join(tmpdir(), 'ci-actions-provision-'));
    const [root, changes, work] = ['root', 'changes', 'work'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [root, changes, work]) mkdirSync(path);
    execFileSync('mount', [
      '-t',
      'overlay',
      'overlay',
      '-o',
      `lowerdir=${tree},upperdir=${changes},workdir=${work}`,
      root,
    ]);
    mkdirSync(join(root, 'provision'));
    for (const part of ['provision', 'boot', 'versions.json'])
      cpSync(`ami/${part}`, join(root, 'provision', part), { recursive: true });
    return new Disk(folder, root, changes);
  }

  /** Runs a step as `tree.sh` does, in a container that shares this machine's network. */
  run(script: string, variables: Variables = {}, preset = 'amd64'): Ended {
    const passed = Object.entries(variables).map(([name, value]) => `--setenv=${name}=${value}`);
    const registries = Object.keys(process.env).filter((name) => /^(pip_|(https?|no)_proxy$)/i.test(name));
    const command = [
      'systemd-nspawn',
      '--quiet',
      '--register=no',
      '--keep-unit',
      '--pipe',
      '--resolv-conf=off',
      `--directory=${this.root}`,
      '--bind-ro=/etc/resolv.conf:/run/systemd/resolve/stub-resolv.conf',
      '--bind-ro=/etc/ssl/certs/ca-certificates.crt',
      ...registries.map((name) => `--setenv=${name}`),
      ...passed,
      `/provision/provision/${script}`,
      preset,
    ];
    const { status, stdout, stderr } = spawnSync('nsenter', ['--net=/run/netns/outside', ...command], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { code: status, output: `${stdout}${stderr}` };
  }

  close(): void {
    spawnSync('umount', ['--lazy', this.root]);
    rmSync(this.folder, { recursive: true });
  }
}

import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { InstanceRecord } from '../ec2/world/records.js';
import { isOurs, type Disk } from './disk.js';

/** The first program that runs on a machine. */
export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  /** The file for its output. */
  readonly output: string;
  /** True where the program's end powers the machine off, as `SuccessAction` and `FailureAction` of its unit do. */
  readonly isUnit: boolean;
}

/** The baked-in agent, or the script that cloud-init would run, if there is one. */
export function findProgram(instance: InstanceRecord, disk: Disk): Program | undefined {
  if (isOurs(instance)) {
    const path = join(disk.root, 'opt/ci-actions/agent.sh');
    return { path, args: ['run'], output: join(disk.root, 'journal.log'), isUnit: true };
  }
  const path = writeUserData(instance, disk);
  return path === undefined ? undefined : { path, args: [], output: disk.console, isUnit: false };
}

/** Writes the script that cloud-init would run: user data, gzipped or not, that begins with `#!`. Once per instance. */
function writeUserData(instance: InstanceRecord, disk: Disk): string | undefined {
  const folder = join(disk.root, 'var/lib/cloud/instance/scripts');
  const script = existsSync(folder) ? 'not the first boot, no user data is run' : readScript(instance.userData);
  if (typeof script === 'string') {
    appendFileSync(disk.console, `cloud-init: ${script}\n`);
    return undefined;
  }
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'part-001');
  writeFileSync(path, script, { mode: 0o700 });
  return path;
}

/** The script, or the reason why there is none. */
function readScript(data: Buffer | undefined): Buffer | string {
  if (!data) return 'no user data';
  const script = data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data;
  return script.subarray(0, 2).toString('latin1') === '#!' ? script : 'user data is not a script';
}

/** Variables of this machine for proxies and package registries. Credentials of a job are not passed on. */
const INHERITED = [
  /^(https?|all|no)_proxy$/i,
  /^(pip|uv)_/i,
  /^npm_config_(registry|cafile|cache)$/i,
  /^(ssl_cert_file|ssl_cert_dir|requests_ca_bundle|node_extra_ca_certs)$/i,
];

export function makeEnvironment(disk: Disk): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => INHERITED.some((pattern) => pattern.test(name)));
  const path = [disk.shims, process.env['PATH'] ?? '/usr/bin:/bin'];
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    PATH: path.join(delimiter),
    HOME: join(disk.root, 'root'),
    TMPDIR: join(disk.root, 'tmp'),
    LANG: 'C.UTF-8',
    CI_ACTIONS_ROOT: disk.root,
    CI_ACTIONS_CONSOLE: disk.console,
    CI_ACTIONS_POWER_OFF: join(disk.shims, 'poweroff'),
  };
}

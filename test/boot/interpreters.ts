import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Creates stand-ins for the interpreters that uv downloads, `3.12` as 3.12.5, and the list by which uv finds them.
 *
 * @returns the URL of the list on the machine, for UV_PYTHON_DOWNLOADS_JSON_URL
 */
export function publishInterpreters(root: string, versions: readonly string[]): string {
  const folder = join(root, 'srv/downloads/pythons');
  mkdirSync(folder, { recursive: true });
  const list = versions.map((version) => {
    const [major, minor] = version.split('.').map(Number);
    const sha256 = packInterpreter(version, join(folder, `${version}.tar.gz`));
    const about = {
      name: 'cpython',
      arch: { family: 'x86_64', variant: null },
      os: 'linux',
      libc: 'gnu',
      variant: null,
    };
    const url = `file:///srv/downloads/pythons/${version}.tar.gz`;
    return [
      `cpython-${version}.5-linux-x86_64-gnu`,
      { ...about, major, minor, patch: 5, prerelease: '', url, sha256, build: '20260101' },
    ];
  });
  writeFileSync(join(folder, 'list.json'), JSON.stringify(Object.fromEntries(list)));
  return 'file:///srv/downloads/pythons/list.json';
}

/** The parts of an interpreter that uv reads: the program, its links, and the text of its configuration. */
function packInterpreter(version: string, file: string): string {
  const source = mkdtempSync(join(tmpdir(), 'interpreter-'));
  const [bin, lib] = [join(source, 'python/bin'), join(source, `python/lib/python${version}`)];
  for (const one of [bin, lib]) mkdirSync(one, { recursive: true });
  writeFileSync(join(bin, `python${version}`), `#!/bin/sh\necho Python ${version}.5\n`, { mode: 0o755 });
  for (const name of ['python', 'python3']) symlinkSync(`python${version}`, join(bin, name));
  const configuration = '# system configuration generated and used by the sysconfig module\nbuild_time_vars = {}\n';
  writeFileSync(join(lib, '_sysconfigdata__linux_x86_64-linux-gnu.py'), configuration);
  execFileSync('tar', ['-czf', file, '-C', source, 'python']);
  rmSync(source, { recursive: true });
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

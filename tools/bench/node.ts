import { execFileSync } from 'node:child_process';
import { findNode24 } from '../../test/node24/nodes.js';

/** What everything is measured under: Node 24, as on GitHub's runners; where it isn't installed, this process's own. */
export const measuredNode = findMeasuredNode();

/** `v24.1.0` */
export function readNodeVersion(): string {
  return execFileSync(measuredNode, ['--version'], { encoding: 'utf8' }).trim();
}

function findMeasuredNode(): string {
  try {
    return findNode24();
  } catch {
    return process.execPath;
  }
}

import { execFileSync } from 'node:child_process';
import { findNode24 } from '../../test/node24/nodes.js';

/** The Node for all measurements: Node 24, as on GitHub's runners; if it is not installed, this process's own. */
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

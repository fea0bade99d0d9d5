import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Bytes that a job downloads for `uses: …/start-runner@ref`: the repository's archive at that commit, as GitHub packs
 * it (`git archive`, so without what `.gitattributes` says `export-ignore` of, then gzip). GitHub's own compression
 * may differ by some per cent.
 *
 * @param treeish what is packed; default: the commit that is checked out
 */
export function measureDownload(treeish = 'HEAD'): number {
  const most = 1 << 30;
  return gzipSync(execFileSync('git', ['archive', '--format=tar', treeish], { cwd: root, maxBuffer: most })).length;
}

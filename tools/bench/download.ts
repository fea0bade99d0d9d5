import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The bytes that a job downloads for `uses: …/start-runner@ref`: the repository's archive at that commit, as GitHub packs
 * it (`git archive`, so without files marked `export-ignore` in `.gitattributes`, then gzip). GitHub's own compression
 * may differ by a few percent.
 *
 * @param treeish the revision to pack; default: the commit that is checked out
 */
export function measureDownload(treeish = 'HEAD'): number {
  const most = 1 << 30;
  return gzipSync(execFileSync('git', ['archive', '--format=tar', treeish], { cwd: root, maxBuffer: most })).length;
}

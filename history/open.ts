import type { HistoryAddress } from '../src/core/history/address.js';
import { createS3Place } from '../src/core/history/s3-place.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { HistoryPlace } from '../src/core/ports/history.js';
import type { Log } from '../src/core/ports/process.js';
import { clock } from '../src/host/clock.js';
import { createBranchPlace } from '../src/host/history-branch.js';
import { createFilePlace } from '../src/host/history-file.js';
import { loadProxy } from '../src/host/proxy.js';
import { connectStore } from '../src/s3/connect.js';

export interface OpenOptions {
  readonly repository: string | undefined;
  readonly log: Log;
}

/** What changes of a history need of the process. */
export const tools = { clock, random: Math.random };

/** @throws Failure `bad-input` without a repository; of credentials and region, for S3 */
export async function openPlace(address: HistoryAddress, { repository, log }: OpenOptions): Promise<HistoryPlace> {
  switch (address.kind) {
    case 'file':
      return createFilePlace(address.path);
    case 's3': {
      const { agents } = await loadProxy();
      return createS3Place(await connectStore(address.bucket, { clock, log, ...(agents && { agents }) }), address.key);
    }
    default: {
      const { GITHUB_REPOSITORY, GITHUB_SERVER_URL, GITHUB_TOKEN } = process.env;
      const known = repository ?? GITHUB_REPOSITORY;
      if (!known) {
        throw new Failure('bad-input', `It is not known of which repository ${address.branch} is a branch.`, {
          hint: 'Give `--repository OWNER/REPO`, or set GITHUB_REPOSITORY.',
        });
      }
      return createBranchPlace({
        ...address,
        serverUrl: GITHUB_SERVER_URL || 'https://github.com',
        repository: known,
        token: GITHUB_TOKEN || undefined,
      });
    }
  }
}

import { resolve } from 'node:path';
import type { HistoryAddress } from '../src/core/history/address.js';
import { appendRun, MOST_BYTES } from '../src/core/history/append.js';
import type { PastRun } from '../src/core/history/entry.js';
import { readHistory } from '../src/core/history/read-history.js';
import * as resultAdvice from '../src/core/kernel/result-advice.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { HistoryPlace } from '../src/core/ports/history.js';
import type { Log } from '../src/core/ports/process.js';
import { clock } from '../src/host/clock.js';
import type { RunContext } from '../src/host/context.js';
import { createBranchPlace, publishPictures, type Pictures } from '../src/host/history-branch.js';
import { createFilePlace } from '../src/host/history-file.js';
import { loadProxy } from '../src/host/proxy.js';

export interface HistoryScene {
  readonly context: RunContext;
  readonly token: string | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** @throws Failure of credentials and region, for S3 */
export async function openHistory(address: HistoryAddress, scene: HistoryScene): Promise<HistoryPlace> {
  const { context, token } = scene;
  switch (address.kind) {
    case 's3':
      return openObject(address, scene);
    case 'branch': {
      const { serverUrl, repository } = context;
      return createBranchPlace({ serverUrl, repository, token, ...address });
    }
    default:
      return createFilePlace(resolve(context.workspace, address.path));
  }
}

async function openObject(
  { bucket, key }: HistoryAddress & { readonly kind: 's3' },
  { log, signal }: HistoryScene,
): Promise<HistoryPlace> {
  const [{ connectStore }, { createS3Place }, { agents }] = await Promise.all([
    import('../src/s3/connect.js'),
    import('../src/core/history/s3-place.js'),
    loadProxy(),
  ]);
  return createS3Place(await connectStore(bucket, { clock, log, signal, ...(agents && { agents }) }), key);
}

/** @returns the address of each picture, if GitHub can show them: those beside a history in a branch */
export async function publish(
  address: HistoryAddress,
  pictures: Pictures,
  { context, token, log }: HistoryScene,
): Promise<((file: string) => string) | undefined> {
  if (address.kind !== 'branch') return undefined;
  try {
    const { serverUrl, repository } = context;
    return await publishPictures({ serverUrl, repository, token, ...address }, pictures);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.info(
      `The summary has charts in place of the plots, because the token may not write to the branch ${address.branch}.`,
    );
    log.debug(`${error.message} ${error.about.why ?? ''}`);
    return undefined;
  }
}

/**
 * @returns the bytes of the history; undefined if there is none yet
 * @throws Failure `history-unusable` for a file that is something else: nothing may be added to it
 */
export async function readPlace(place: HistoryPlace): Promise<Uint8Array | undefined> {
  const bytes = (await place.read(MOST_BYTES))?.bytes;
  if (bytes === undefined) return undefined;
  const { runs, damaged, newer } = readHistory(bytes, { runs: 1 });
  if (runs.length > 0 || newer > 0 || damaged === 0) return bytes;
  throw new Failure('history-unusable', `${place.name} is no history: none of its lines is one of a run.`, {
    hint: resultAdvice.MEND_HISTORY,
  });
}

/** @returns the history with the run */
export function addToPlace(place: HistoryPlace, run: PastRun): Promise<Uint8Array> {
  return appendRun(place, run, { clock, random: Math.random });
}

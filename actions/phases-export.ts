import type { ExportAddress, ExportDestination } from '../src/core/export/address.js';
import { lookAtBucket } from '../src/core/export/bucket.js';
import { exportArtifacts, type ExportPorts } from '../src/core/export/export.js';
import { describeExport, describeSearched, summarizeExport, summarizeSearched } from '../src/core/export/report.js';
import { searchFolder } from '../src/core/export/search-folder.js';
import type { Secret } from '../src/core/export/secret-forms.js';
import { Failure, type FailureCode } from '../src/core/kernel/failure.js';
import type { Log } from '../src/core/ports/process.js';
import type { Store } from '../src/core/ports/store.js';
import { openArtifactFolder } from '../src/host/artifact-folder.js';
import { clock } from '../src/host/clock.js';
import { writeOutputs } from '../src/host/outputs.js';
import { loadProxy } from '../src/host/proxy.js';
import { readStepSecrets } from '../src/host/step-secrets.js';
import { appendSummary } from '../src/host/summary.js';
import { connectStore } from '../src/s3/connect.js';

/** What leaves, and where to. */
export interface PhasesExport {
  readonly destination: ExportDestination;
  readonly allowsPublic: boolean;
  /** The folder, absolute. */
  readonly artifacts: string;
  /** Those of the inputs, and what the phases have masked. Those of the environment are added. */
  readonly secrets: readonly Secret[];
}

export interface Around {
  readonly log: Log;
  /** Ends the export. Another one goes on from there. */
  readonly signal: AbortSignal;
}

/** S3 did not answer, so the bucket may be as good as any. */
const UNANSWERED: readonly FailureCode[] = ['aws-throttled', 'aws-unreachable'];

/**
 * Looks at the bucket before the phases run: a test of hours must not end with a bucket that does not exist.
 *
 * @throws Failure `bucket-missing`, `bucket-public`, and those of credentials and permissions
 */
export async function checkBucket(
  where: { readonly address: ExportAddress; readonly allowsPublic: boolean },
  { log, signal }: Around,
): Promise<void> {
  try {
    const store = await openStore(where.address.bucket, { log, signal });
    // The export itself warns of a public bucket.
    await lookAtBucket(where, store, { warning: () => undefined });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (!UNANSWERED.includes(error.code)) {
      throw new Failure(error.code, error.message, { ...error.about, why: 'No phase was run.' });
    }
    log.warning(`${error.message} The phases run nevertheless. The export after them tries again.`);
  }
}

/** Exports the artifacts, and writes the outputs and the summary. @throws Failure; the reason of the signal */
export async function exportPhases(given: PhasesExport, around: Around): Promise<void> {
  const whole = { ...given, secrets: [...given.secrets, ...readStepSecrets()] };
  await around.log.group('Export', () => Promise.race([leave(whole, around), waitForEnd(around.signal)]));
}

function leave(given: PhasesExport, around: Around): Promise<void> {
  const { destination } = given;
  return destination === 'artifact' ? search(given, around) : upload(destination, given, around);
}

/** Ends a canceled step at once, in the middle of a request. @throws the reason of the signal */
function waitForEnd(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

async function search({ secrets, artifacts }: PhasesExport, { log, signal }: Around): Promise<void> {
  const searched = await searchFolder(secrets, { folder: openArtifactFolder(artifacts), signal });
  // Set last: whatever fails before, nothing is uploaded.
  writeOutputs({ upload: artifacts });
  log.info(describeSearched(searched));
  appendSummary(summarizeSearched(searched, artifacts), log);
}

/**
 * Searches a folder that a later step will upload, also for the secrets of the environment.
 *
 * @throws Failure `secret-in-artifacts`, `export-incomplete`
 */
export async function refuseSecrets({
  artifacts,
  secrets,
}: Pick<PhasesExport, 'artifacts' | 'secrets'>): Promise<void> {
  await searchFolder([...secrets, ...readStepSecrets()], { folder: openArtifactFolder(artifacts) });
}

async function upload(
  address: ExportAddress,
  { allowsPublic, secrets, artifacts }: PhasesExport,
  { log, signal }: Around,
): Promise<void> {
  const beganAt = clock.now();
  const ports: ExportPorts = {
    openStore: (bucket) => openStore(bucket, { log, signal }),
    folder: openArtifactFolder(artifacts),
    log,
    signal,
  };
  const result = await exportArtifacts({ address, allowsPublic, secrets }, ports);
  writeOutputs({ 'export-url': result.url });
  log.info(describeExport(result, clock.now() - beganAt));
  appendSummary(summarizeExport(result), log);
}

async function openStore(bucket: string, { log, signal }: Around): Promise<Store> {
  const { agents } = await loadProxy();
  return connectStore(bucket, { clock, log, signal, ...(agents && { agents }) });
}

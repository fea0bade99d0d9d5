import type { Secret } from '../src/core/export/secret-forms.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { Log } from '../src/core/ports/process.js';
import { delayAbort } from '../src/host/delay-abort.js';
import { locateArtifacts } from '../src/host/locate-artifacts.js';
import { createMaskFile, readMaskFile, removeMaskFile, type MaskFile } from '../src/host/masks.js';
import { nonce } from '../src/host/nonce.js';
import type { PhasesState } from '../src/host/phases-state.js';
import type { Around } from './phases-export.js';
import { attempt } from './phases-host.js';
import type { GivenPhases } from './phases-request.js';

/** GitHub kills a canceled step after 10 s. The search of the artifacts for a later step may take what is left of them. */
const CANCELLED_MS = 9_000;

/** Looks at the destination before the phases run. @throws Failure if no export could succeed */
export async function checkDestination(given: GivenPhases, around: Around): Promise<void> {
  const { destination, allowsPublic } = given;
  if (destination === undefined || destination === 'artifact') return;
  const { checkBucket } = await import('./phases-export.js');
  await checkBucket({ address: destination, allowsPublic }, around);
}

/** The export that follows the phases, and what they mask until then. Does nothing if the input `export` is empty. */
export class PendingExport {
  private readonly masked: Secret[] = [];
  private file: MaskFile | undefined;
  /** Aborted when a canceled step is about to be killed. */
  private readonly afterwards: AbortSignal;

  private constructor(
    private readonly given: GivenPhases & { readonly artifacts: string },
    /** The path of the file that keeps what the phases mask. */
    readonly masks: string | undefined,
    private readonly signal: AbortSignal,
  ) {
    this.afterwards = delayAbort(signal, CANCELLED_MS);
  }

  /** In the main step. @throws Failure `artifacts-unwritable` */
  static begin(given: GivenPhases, artifacts: string, signal: AbortSignal): PendingExport {
    const path = given.destination === undefined ? undefined : locateArtifacts(`masks-${nonce(8)}`);
    const pending = new PendingExport({ ...given, artifacts }, path, signal);
    if (path !== undefined) pending.file = attempt(path, () => createMaskFile(path));
    return pending;
  }

  /** In the post step. */
  static resume(given: GivenPhases, { artifacts, masks }: PhasesState, signal: AbortSignal): PendingExport {
    return new PendingExport({ ...given, artifacts }, masks, signal);
  }

  /** Whether the post step can do it, if the main step does not end. A later step's upload comes before the post step. */
  get isLeft(): boolean {
    return typeof this.given.destination === 'object';
  }

  /** Notes a text that a phase has masked. */
  mask(text: string): void {
    this.note(text);
    this.file?.add(text);
  }

  /** @returns why it failed; `undefined` if it did not. A canceled step leaves an export to S3 to the post step */
  async run(log: Log): Promise<unknown> {
    const { destination, secrets } = this.given;
    if (destination === undefined || (this.signal.aborted && this.isLeft)) return undefined;
    const signal = this.isLeft ? this.signal : this.afterwards;
    try {
      const { exportPhases } = await import('./phases-export.js');
      await exportPhases({ ...this.given, destination, secrets: [...secrets, ...this.masked] }, { log, signal });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** The same in the post step, after the main step was canceled or killed. */
  async runLate(log: Log): Promise<unknown> {
    if (!this.isLeft) return undefined;
    const known = this.masks === undefined ? undefined : readMaskFile(this.masks);
    if (known === undefined) return unknownMasks(this.given.artifacts);
    for (const text of known) this.note(text);
    return this.run(log);
  }

  /** Removes what it kept. */
  end(): void {
    if (this.masks !== undefined) removeMaskFile(this.masks);
  }

  private note(text: string): void {
    this.masked.push({ name: 'what a phase has masked (`::add-mask::`)', text });
  }
}

function unknownMasks(artifacts: string): Failure {
  const message = `${artifacts} was not exported: what the phases have masked is not known any more, so it cannot be searched for.`;
  return new Failure('export-incomplete', message, { hint: 'Re-run the job, which runs the phases again.' });
}

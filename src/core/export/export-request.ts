import type { ExportAddress } from './address.js';
import type { Secret } from './secret-forms.js';

/** What run-phases asks for. */
export interface ExportRequest {
  readonly address: ExportAddress;
  /** `export-public`: a bucket that everybody may read is accepted. */
  readonly allowsPublic: boolean;
  /** The values that were masked in the run. */
  readonly secrets: readonly Secret[];
}

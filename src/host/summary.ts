import { summary } from '@actions/core';
import type { Log } from '../core/ports.js';

/**
 * Appends Markdown to the job's summary, where there is one. A summary that cannot be written is a
 * warning and not a failure: the work it tells of has been done.
 */
export async function appendSummary(markdown: string, log: Log, env = process.env): Promise<void> {
  if (!env['GITHUB_STEP_SUMMARY']) return;
  try {
    await summary.addRaw(markdown, true).write();
  } catch (error) {
    log.warning(`The job summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

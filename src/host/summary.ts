import { statSync } from 'node:fs';
import { summary } from '@actions/core';
import { fitBytes } from '../core/kernel/markdown.js';
import type { Log } from '../core/ports/process.js';

/** What GitHub takes a step; it drops a larger summary whole. Source: docs, "Workflow commands for GitHub Actions". */
const MOST_BYTES = 1024 * 1024;

/**
 * Appends Markdown to the job's summary, where there is one. A summary that cannot be written is a
 * warning and not a failure: the work it tells of has been done. What does not fit into GitHub's limit is left out at the end.
 */
export async function appendSummary(markdown: string, log: Log, env = process.env): Promise<void> {
  const file = env['GITHUB_STEP_SUMMARY'];
  if (!file) return;
  try {
    const written = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    await summary.addRaw(fitBytes(markdown, MOST_BYTES - written - 1), true).write();
  } catch (error) {
    log.warning(`The job summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

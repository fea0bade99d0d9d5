import { appendFileSync, statSync } from 'node:fs';
import { fitBytes } from '../core/kernel/markdown.js';
import type { Log } from '../core/ports/process.js';

/**
 * The largest summary of a step. GitHub drops a larger one as a whole. Source: docs, "Workflow commands for GitHub
 * Actions".
 */
const MOST_BYTES = 1024 * 1024;

/**
 * Appends Markdown to the job summary, if GitHub provides one. Text beyond GitHub's limit is cut off. A summary that
 * cannot be written causes only a warning, because the work itself is done.
 */
export function appendSummary(markdown: string, log: Log, env = process.env): void {
  const file = env['GITHUB_STEP_SUMMARY'];
  if (!file) return;
  try {
    const { size } = statSync(file);
    appendFileSync(file, `${fitBytes(markdown, MOST_BYTES - size - 1)}\n`);
  } catch (error) {
    log.warning(`The job summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

import { fence } from './markdown.js';

/** What the summary of a failed step shows. `code` is a failure's code, or `bug`. */
export interface FailureReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details: readonly string[];
  /** The page about the code, if there is one. */
  readonly page?: string;
}

/**
 * The job summary of a failed step: what failed, what to do, the details, the code and the page about it. Markdown.
 *
 * @param heading another one for what failed beside the main reason
 */
export function summarizeFailure({ code, message, hint, details, page }: FailureReport, heading = 'Failed'): string {
  return [
    `### ${heading}: ${message}`,
    '',
    `**What to do:** ${hint}`,
    '',
    ...(details.length > 0 ? fence(details) : []),
    `Code: \`${code}\``,
    '',
    ...(page === undefined ? [] : [`More: ${page}`, '']),
  ].join('\n');
}

import { fence } from './markdown.js';

/** What the summary of a failed step shows. `code` is a failure's code, or `bug`. */
export interface FailureReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details: readonly string[];
}

/** The job summary of a failed step: what failed, what to do, the details and the code. Markdown. */
export function summarizeFailure({ code, message, hint, details }: FailureReport): string {
  return [
    `### Failed: ${message}`,
    '',
    `**What to do:** ${hint}`,
    '',
    ...(details.length > 0 ? fence(details) : []),
    `Code: \`${code}\``,
    '',
  ].join('\n');
}

/** An error of EC2 or SSM, or of the way to them. */
export interface AwsError {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly requestId?: string;
}

/** A successful response without the content that every success has. */
export class IncompleteResponse extends Error {
  override readonly name = 'IncompleteResponse';
}

/** Whether AWS sent this error, in a readable response. */
export function isServiceError(error: unknown): boolean {
  return error instanceof Error && '$fault' in error;
}

/** Reads AWS's code (`UnauthorizedOperation`), or Node's (`ECONNREFUSED`) when AWS sent no readable response. */
export function readError(error: unknown): AwsError {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const { $metadata, code } = error as { code?: unknown; $metadata?: { httpStatusCode?: number; requestId?: string } };
  // The SDK names an error response without a code `Unknown`. Gateways and proxies send such responses.
  const nameless = error.name === 'Unknown';
  const name = nameless ? `HTTP ${$metadata?.httpStatusCode}` : error.name;
  return {
    code: typeof code === 'string' && !isServiceError(error) ? code : name,
    message: nameless ? 'an error without a reason' : (error.message.split('\n')[0] ?? '') || String(code),
    ...($metadata?.httpStatusCode !== undefined && { status: $metadata.httpStatusCode }),
    ...($metadata?.requestId !== undefined && { requestId: $metadata.requestId }),
  };
}

/** Whether an unreadable response came. The SDK attaches it to the error, and does not retry. */
export function isUnreadable(error: unknown): boolean {
  return (
    error instanceof IncompleteResponse || (error instanceof Error && '$response' in error && !isServiceError(error))
  );
}

/** What EC2 or SSM said, or what kept them from saying anything. */
export interface AwsError {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly requestId?: string;
}

/** A success that lacks what every success has. */
export class GarbledAnswer extends Error {
  override readonly name = 'GarbledAnswer';
}

/** Whether AWS itself said this, in a form that could be read. */
export function isServiceError(error: unknown): boolean {
  return error instanceof Error && '$fault' in error;
}

/** AWS's code (`UnauthorizedOperation`), or Node's (`ECONNREFUSED`) where AWS did not speak. */
export function readError(error: unknown): AwsError {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const { $metadata, code } = error as { code?: unknown; $metadata?: { httpStatusCode?: number; requestId?: string } };
  // The SDK's word for an error answer without a code in it, as gateways and proxies give.
  const nameless = error.name === 'Unknown';
  const name = nameless ? `HTTP ${$metadata?.httpStatusCode}` : error.name;
  return {
    code: typeof code === 'string' && !isServiceError(error) ? code : name,
    message: nameless ? 'an error without a reason' : (error.message.split('\n')[0] ?? '') || String(code),
    ...($metadata?.httpStatusCode !== undefined && { status: $metadata.httpStatusCode }),
    ...($metadata?.requestId !== undefined && { requestId: $metadata.requestId }),
  };
}

/** Whether an answer came that could not be read: the SDK hangs it on the error. It does not try again after one. */
export function isGarbled(error: unknown): boolean {
  return error instanceof GarbledAnswer || (error instanceof Error && '$response' in error && !isServiceError(error));
}

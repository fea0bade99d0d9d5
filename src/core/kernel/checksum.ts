import { createHash } from 'node:crypto';

/** SHA-256 in base64, as S3 has it. */
export function toSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** S3's checksum of an object that was uploaded in parts, from the SHA-256 of each part in base64. */
export function composeChecksum(parts: readonly string[]): string {
  const digests = Buffer.concat(parts.map((one) => Buffer.from(one, 'base64')));
  return `${toSha256(digests)}-${parts.length}`;
}

import type { AwsCredentialIdentity } from '@aws-sdk/types';
import * as advice from '../core/kernel/advice.js';
import { Failure } from '../core/kernel/failure.js';

const PARTS = {
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  sessionToken: 'AWS_SESSION_TOKEN',
} as const;

/**
 * Removes the white space that secrets often have around them. Other characters that no credential contains would break
 * the header or the signature of a request.
 *
 * @throws Failure `aws-credentials-malformed` that names the part and never quotes it
 */
export function cleanCredentials<T extends AwsCredentialIdentity>(found: T): T {
  const clean: Partial<Record<keyof typeof PARTS, string>> = {};
  for (const part of Object.keys(PARTS) as (keyof typeof PARTS)[]) {
    const value = found[part]?.trim();
    if (!value) continue;
    if (!/^[\x21-\x7e]+$/.test(value)) throw malformed(PARTS[part]);
    clean[part] = value;
  }
  return { ...found, ...clean };
}

function malformed(name: string): Failure {
  return new Failure(
    'aws-credentials-malformed',
    `${name} is not usable: it contains blanks, line breaks or characters that no AWS credential has.`,
    { hint: advice.SAVE_AWS_SECRET_AGAIN },
  );
}

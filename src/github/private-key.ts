import { createPrivateKey, type KeyObject } from 'node:crypto';
import { Failure } from '../core/kernel/failure.js';

/**
 * Reads a GitHub App's private key, and returns it as PKCS#8 PEM, which the signing of tokens needs. Accepts PKCS#1, as
 * GitHub provides it, and PKCS#8. Line breaks may be written as `\n` or replaced by blanks, as many secret stores do.
 *
 * @throws Failure `bad-input` that names `app-private-key` and never quotes it
 */
export function readPrivateKey(text: string): string {
  const key = parse(restoreLines(text.replaceAll('\\n', '\n').trim()));
  if (key.asymmetricKeyType !== 'rsa') {
    throw malformed(`its type is ${key.asymmetricKeyType}, but GitHub's keys are RSA`);
  }
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Puts PEM's first and last line on separate lines, and removes white space from the base64 in between. */
function restoreLines(text: string): string {
  const [, first, body, last] =
    /^(-----BEGIN [A-Z ]+-----)([\sA-Za-z0-9+/=]+)(-----END [A-Z ]+-----)$/.exec(text) ?? [];
  return first === undefined
    ? text
    : `${first}\n${body?.replace(/\s+/g, '').replace(/(.{64})(?=.)/g, '$1\n')}\n${last}\n`;
}

function parse(pem: string): KeyObject {
  if (!pem.startsWith('-----BEGIN ')) throw malformed('it does not begin with a `-----BEGIN … PRIVATE KEY-----` line');
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw malformed('it cannot be read as PEM', error);
  }
}

function malformed(reason: string, cause?: unknown): Failure {
  return new Failure('bad-input', `\`app-private-key\` is not a private key: ${reason}.`, {
    hint: 'Set the secret to the whole .pem file that GitHub created for the App, including the first and last line.',
    cause,
  });
}

import { createPrivateKey, type KeyObject } from 'node:crypto';
import { Failure } from '../core/kernel/failure.js';

/**
 * A GitHub App's private key as PKCS#8 PEM, which is what signs its tokens. GitHub hands keys out as PKCS#1; both are
 * taken, also with line breaks written as `\n` or lost to blanks, as they come out of many secret stores.
 *
 * @throws Failure `bad-input` that names `app-private-key` and never quotes it.
 */
export function readPrivateKey(given: string): string {
  const key = parse(restoreLines(given.replaceAll('\\n', '\n').trim()));
  if (key.asymmetricKeyType !== 'rsa') {
    throw malformed(`it is of the kind ${key.asymmetricKeyType}, and GitHub's are RSA`);
  }
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** PEM's first and last line each on a line of its own, and no white space within the rest, which is base64. */
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
    hint: "Give the whole .pem file that GitHub made for the App, first and last line included, as the secret's value.",
    cause,
  });
}

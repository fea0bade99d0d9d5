import { describe, expect, test } from '@jest/globals';
import { findConnectionFault } from '../../../../src/core/kernel/connection-faults.js';
import { classify, isPermanent } from '../../../../src/ec2/classify.js';
import { translate } from '../../../../src/ec2/failures.js';
import { connectScripted, ScriptedGitHub } from '../../../worlds/scripted-github.js';

/** Every code of Node for a certificate: the list in its documentation, and Node's own codes. */
const CERTIFICATE_CODES = [
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CRL_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
  'UNSPECIFIED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_TLS_CERT_ALTNAME_FORMAT',
  'ERR_SSL_CERTIFICATE_VERIFY_FAILED',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
];

const nodeError = (code: string, message: string = code): Error => Object.assign(new Error(message), { code });
const tunnel = (rest: string): Error => nodeError('ECONNRESET', `tunneling socket could not be established, ${rest}`);

/** Sends a request through GitHub's adapter that fails with `reason` at every try. */
async function askGitHub(reason: Error): Promise<{ error: unknown; sent: number; waited: boolean }> {
  let sent = 0;
  const fetch = async (): Promise<never> => {
    sent++;
    throw new TypeError('fetch failed', { cause: reason });
  };
  const { github, clock } = await connectScripted(new ScriptedGitHub(), { fetch } as object);
  const before = clock.now();
  return {
    error: await github.listRunners().catch((thrown: unknown) => thrown),
    sent,
    waited: clock.now() > before,
  };
}

describe('A certificate that Node does not trust', () => {
  test.each(CERTIFICATE_CODES)('%s is the same failure for AWS and GitHub, and is not retried', async (code) => {
    const error = nodeError(code, 'no good');
    const aws = translate(error, 'ec2:DescribeInstances');
    expect(aws).toMatchObject({ code: 'certificate-untrusted', hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
    expect((aws as Error).message).toContain(`no good (${code})`);
    expect([classify(error).kind, isPermanent(error)]).toEqual(['fatal', true]);
    expect(await askGitHub(error)).toMatchObject({ error: { code: 'certificate-untrusted' }, sent: 1, waited: false });
  });

  test.each([
    ['CERT_HAS_EXPIRED', 'clock'],
    ['CERT_NOT_YET_VALID', 'clock'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'another server answered'],
  ])('%s has advice of its own: %s', (code, advice) => {
    expect(findConnectionFault(nodeError(code))?.hint).toContain(advice);
  });

  test("is recognized in the proxy agent's message, which has no code", () => {
    const error = tunnel('cause=self-signed certificate in certificate chain');
    expect(findConnectionFault(error)).toMatchObject({ code: 'certificate-untrusted', passes: false });
  });
});

describe('A proxy', () => {
  test.each([
    ['statusCode=407', 'proxy-refused', false],
    ['statusCode=403', 'proxy-refused', false],
    ['statusCode=400', 'proxy-refused', false],
    ['statusCode=502', 'proxy-unreachable', true],
    ['statusCode=504', 'proxy-unreachable', true],
    ['cause=connect ECONNREFUSED 10.0.0.1:3128', 'proxy-unreachable', true],
    ['cause=getaddrinfo ENOTFOUND foo', 'proxy-unreachable', true],
  ])('that answers %s is %s', async (words, code, passes) => {
    const error = tunnel(words);
    expect(findConnectionFault(error)).toMatchObject({ code, passes });
    expect(isPermanent(error)).toBe(!passes);
    expect(translate(error, 'ec2:DescribeInstances')).toMatchObject({ code });
    const asked = await askGitHub(error);
    expect(asked).toMatchObject({ error: { code } });
    expect(asked.sent > 1).toBe(passes);
  });
});

describe('A request that does not arrive', () => {
  test.each(['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN', 'ERR_UNESCAPED_CHARACTERS', 'ERR_INVALID_URL'])(
    'because of %s is reported as a setting, not as a bug',
    async (code) => {
      const error = Object.assign(new TypeError('Invalid character in header content'), { code });
      expect(translate(error, 'ec2:RunInstances')).toMatchObject({ code: 'setting-unusable' });
      expect(await askGitHub(error)).toMatchObject({ error: { code: 'setting-unusable' }, sent: 1 });
    },
  );

  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EPROTO',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('because of %s is retried, since that may pass', async (code) => {
    expect(findConnectionFault(nodeError(code))).toBeUndefined();
    expect(classify(nodeError(code)).kind).toBe('unanswered');
    expect((await askGitHub(nodeError(code))).sent).toBeGreaterThan(1);
  });

  test('because of a bug stays a bug', () => {
    const bug = new TypeError('x is not a function');
    expect(findConnectionFault(bug)).toBeUndefined();
    expect(findConnectionFault('ERR_INVALID_CHAR')).toBeUndefined();
    expect(translate(bug, 'ec2:RunInstances')).toBe(bug);
  });
});

import * as advice from './advice.js';
import { Failure, type FailureCode } from './failure.js';

/** Why a request did not arrive, if the reason is a setting, a secret or the network of the user. */
export interface ConnectionFault {
  readonly code: FailureCode;
  /** The reason, as part of a sentence. */
  readonly reason: string;
  readonly hint: string;
  /** Whether sending the request again may help. */
  readonly passes: boolean;
}

/**
 * Error codes of a certificate that did not pass verification: OpenSSL's X509_V_ERR_* names without that prefix, Node's
 * ERR_TLS_CERT_*, and Node's UNSPECIFIED for an error without a name.
 * Source: Node's documentation, "X509 certificate error codes"; openssl/x509_vfy.h.
 */
const CERTIFICATE =
  /^(UNABLE_TO_(GET|DECRYPT|DECODE|VERIFY)_|(DEPTH_ZERO_)?SELF_SIGNED_CERT|(CERT|CRL|CA|EE|AKID|KEYUSAGE|SUBJECT_ISSUER)_|ERROR_IN_C|ERR_TLS_CERT_|ERR_SSL_.*(CERTIFICATE|UNKNOWN_CA)|INVALID_(CA|PURPOSE)$|(PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|UNHANDLED_CRITICAL_EXTENSION|UNSPECIFIED)$)/;
const DATE_CODES = /EXPIRED|NOT_YET_VALID|NOT_(BEFORE|AFTER)|_UPDATE_FIELD/;
const NAME_CODES = /ALTNAME|HOSTNAME/;
/** Node's codes for a character that is not allowed in a header, path or address. */
const UNSENDABLE =
  /^ERR_(INVALID_(CHAR|HTTP_TOKEN|URL|PROTOCOL|DOMAIN_NAME)|UNESCAPED_CHARACTERS|HTTP_INVALID_HEADER_VALUE|SOCKET_BAD_PORT)$/;
/** The error code for a proxy variable that cannot be used. The error's message names the variable. */
export const PROXY_VARIABLE = 'ERR_PROXY_VARIABLE';
/**
 * The message of the toolkit's proxy agent when the proxy opened no tunnel, with the proxy's status or Node's reason.
 */
const TUNNEL = /^tunneling socket could not be established, (?:statusCode=(\d+)|cause=(.*))/s;

/** Looks for a fault of the connection along the error's causes; `undefined` for every other error. */
export function findConnectionFault(error: unknown): ConnectionFault | undefined {
  for (let link = error, depth = 0; link instanceof Error && depth < 8; link = link.cause, depth++) {
    const fault = toFault(link.message, 'code' in link ? String(link.code) : '');
    if (fault) return fault;
  }
  return undefined;
}

/**
 * The fault as a `Failure`. The failure has no `cause`, because the AWS SDK retries errors that have a broken
 * connection as their cause.
 *
 * @param intro what could not be done, such as `AWS could not be asked`
 */
export function toConnectionFailure(error: unknown, intro: string): Failure | undefined {
  if (error instanceof Failure) return error;
  const fault = findConnectionFault(error);
  return fault && new Failure(fault.code, `${intro}: ${fault.reason}.`, { hint: fault.hint });
}

function toFault(message: string, code: string): ConnectionFault | undefined {
  const tunnel = TUNNEL.exec(message);
  if (tunnel?.[1]) return refusedByProxy(Number(tunnel[1]));
  const reason = (tunnel?.[2] ?? message).replace(/[.\s]+$/, '');
  if (CERTIFICATE.test(code) || (tunnel && /certificate/i.test(reason))) return untrusted(reason, code);
  if (tunnel) return behindProxy(`the proxy cannot be reached (${reason})`);
  if (code === PROXY_VARIABLE) {
    return { code: 'proxy-unusable', reason, hint: advice.SET_PROXY, passes: false };
  }
  return UNSENDABLE.test(code) ? unsendable(reason, code) : undefined;
}

function untrusted(reason: string, code: string): ConnectionFault {
  const first = DATE_CODES.test(code)
    ? `${advice.CHECK_CLOCK} `
    : NAME_CODES.test(code)
      ? 'Check GITHUB_API_URL, AWS_ENDPOINT_URL and the network: another server answered. '
      : '';
  const hint = `${first}${advice.TRUST_OWN_CA}`;
  return {
    code: 'certificate-untrusted',
    reason: `the certificate of the server or proxy is not trusted: ${reason.split('\n')[0]} (${code})`,
    hint,
    passes: false,
  };
}

function refusedByProxy(status: number): ConnectionFault {
  if (status >= 500) return behindProxy(`the proxy answered ${status} to the request for a tunnel`);
  const hint = status === 407 || status === 401 ? advice.GIVE_PROXY_PASSWORD : advice.ALLOW_AT_PROXY;
  return {
    code: 'proxy-refused',
    reason: `the proxy of HTTPS_PROXY or HTTP_PROXY refused with ${status}`,
    hint,
    passes: false,
  };
}

function behindProxy(reason: string): ConnectionFault {
  return { code: 'proxy-unreachable', reason, hint: advice.CHECK_PROXY, passes: true };
}

function unsendable(reason: string, code: string): ConnectionFault {
  const hint = advice.CHECK_SETTINGS;
  return {
    code: 'setting-unusable',
    reason: `a setting or secret cannot be sent: ${reason} (${code})`,
    hint,
    passes: false,
  };
}

import * as advice from '../core/kernel/advice.js';
import { wordsOf, type CallName, type HttpError } from './http-error.js';

const DISABLED = "Allow self-hosted runners in the organization's or enterprise's settings: Actions, General, Runners.";

/**
 * Hints by a part of GitHub's own message. The permission that a call needs is a useful hint only when the permission
 * is the cause, or when the cause is unknown.
 */
const BY_MESSAGE: readonly (readonly [message: RegExp, hint: string])[] = [
  [
    /IP (allow list|address is not)/i,
    "Add this machine's public address to the IP allow list, or run this job where an allowed one is used.",
  ],
  [
    /forbids access via .*lifetime/i,
    'Give the token a shorter lifetime at the address that GitHub names, or use a GitHub App.',
  ],
  [/forbids access via .*\(classic\)/i, 'Give a fine-grained token, or use a GitHub App.'],
  [/forbids access via/i, 'Use a GitHub App, or ask an owner to allow such tokens.'],
  [
    /SAML enforcement/i,
    'Authorize the token for the organization: https://github.com/settings/tokens, "Configure SSO".',
  ],
  [/OAuth App access/i, 'An owner has to approve the OAuth app that made the token; or give another token.'],
  [/pending approval|be(en)? approved/i, 'An owner has to approve the token.'],
  [/installation has been suspended/i, "An owner has to unsuspend the App's installation."],
  [/archived/i, 'What is archived takes no runners: unarchive it.'],
  [
    /access blocked|account (was|is|has been) (suspended|flagged|locked)|billing|trade control|terms of service/i,
    'GitHub itself has blocked the account or repository: contact https://support.github.com.',
  ],
  [/upgrade to GitHub/i, "Upgrade the account's plan, or do without."],
  [
    /max limit of \d+ runners/i,
    'Remove offline runners of that group (reap-runners does), or set another `runner-group`.',
  ],
  [/runners? (are|is|have been) (disabled|not )/i, DISABLED],
  [/reserved for GitHub-hosted/i, 'Set another `runner-group`, or leave it empty.'],
  [/claim \('(exp|iat)'\)/i, advice.CHECK_CLOCK],
  [/claim \('iss'\)|integration not found|json web token|not be decoded/i, advice.CHECK_APP_KEY],
  [/requires authentication/i, advice.CHECK_SECRET_EXISTS],
];

/** The hint for an error response: by its cause when GitHub's message names one, otherwise by its status. */
export function advise(error: HttpError, call: CallName): string {
  return adviseByCause(error, call) ?? adviseByStatus(error, call);
}

function adviseByCause(error: HttpError, call: CallName): string | undefined {
  const { data, headers = {} } = error.response ?? {};
  const words = wordsOf(error);
  const sso = /url=(\S+)/.exec(String(headers['x-github-sso'] ?? ''))?.[1];
  if (sso) return `The organization uses SAML single sign-on: authorize the token for it at ${sso}`;
  const row = BY_MESSAGE.find(([message]) => message.test(words));
  if (row) return row[1];
  if (error.status === 403 && words === '' && /runners/.test(call.endpoint)) {
    return `Self-hosted runners are switched off for the repository, as a rule. ${DISABLED} If they are not, the token needs ${call.permission}.`;
  }
  const isForeign = typeof data === 'string' && headers['x-github-request-id'] === undefined;
  return isForeign && error.status === 403
    ? 'This is no answer of GitHub: a proxy or firewall on the way gave it. Have the host allowed there.'
    : undefined;
}

function adviseByStatus(error: HttpError, call: CallName): string {
  if (error.status === 401) return adviseUnauthorized(call);
  if (error.status === 403) return adviseForbidden(error, call);
  if (error.status === 404) return `${advice.CHECK_NAMES_IN_PATH} It needs ${needs(call)}`;
  return advice.CORRECT_GITHUB_REQUEST;
}

function adviseUnauthorized(call: CallName): string {
  if (call.asApp) return `${advice.CHECK_APP_KEY} ${advice.CHECK_CLOCK}`;
  return `The token is mistyped, expired or revoked. Give one with ${needs(call)}`;
}

function adviseForbidden(error: HttpError, call: CallName): string {
  const headers = error.response?.headers ?? {};
  const accepted = headers['x-accepted-github-permissions'];
  const scopes = headers['x-oauth-scopes'];
  return [
    `The token needs ${needs(call)}`,
    ...(accepted ? [`GitHub accepts here: ${accepted}.`] : []),
    ...(scopes === undefined ? [] : [`This classic token's scopes are: ${scopes === '' ? 'none' : scopes}.`]),
  ].join(' ');
}

function needs(call: CallName): string {
  return `${call.permission}. ${advice.GITHUB_TOKEN_CANNOT}`;
}

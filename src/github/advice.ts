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
    "Add this machine's public address to the IP allow list, or run this job on a machine with an allowed address.",
  ],
  [
    /forbids access via .*lifetime/i,
    'Shorten the lifetime of the token on the page that GitHub names, or use a GitHub App.',
  ],
  [/forbids access via .*\(classic\)/i, 'Use a fine-grained token or a GitHub App.'],
  [/forbids access via/i, 'Use a GitHub App, or ask an owner to allow such tokens.'],
  [
    /SAML enforcement/i,
    'Authorize the token for the organization: https://github.com/settings/tokens, "Configure SSO".',
  ],
  [/OAuth App access/i, 'Ask an owner to approve the OAuth app that created the token, or use another token.'],
  [/pending approval|be(en)? approved/i, 'Ask an owner to approve the token.'],
  [/installation has been suspended/i, "Ask an owner to unsuspend the App's installation."],
  [
    /issue is locked|conversation is locked/i,
    'Unlock the conversation of the pull request, then write the comment again.',
  ],
  [/archived/i, 'Unarchive the repository: an archived one cannot have runners.'],
  [
    /access blocked|account (was|is|has been) (suspended|flagged|locked)|billing|trade control|terms of service/i,
    'GitHub has blocked the account or repository: contact https://support.github.com.',
  ],
  [/upgrade to GitHub/i, "Upgrade the account's plan, or do without the feature."],
  [
    /max limit of \d+ runners/i,
    'Remove offline runners of that group (reap-runners does this), or set another `runner-group`.',
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
    return `Usually self-hosted runners are disabled for the repository. ${DISABLED} If they are allowed, the token needs ${call.permission}.`;
  }
  const isForeign = typeof data === 'string' && headers['x-github-request-id'] === undefined;
  return isForeign && error.status === 403
    ? 'The answer is not from GitHub but from a proxy or firewall in between. Have the host allowed there.'
    : undefined;
}

function adviseByStatus(error: HttpError, call: CallName): string {
  if (error.status === 401) return adviseUnauthorized(call);
  if (error.status === 403) return adviseForbidden(error, call);
  if (error.status === 404) return `${advice.CHECK_NAMES_IN_PATH} The token needs ${needs(call)}`;
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
  return `${call.permission}. ${call.grant ?? advice.GITHUB_TOKEN_CANNOT}`;
}

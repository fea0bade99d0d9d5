import * as advice from '../core/kernel/advice.js';
import type { CallName, HttpError } from './refusals.js';

const DISABLED = "Allow self-hosted runners in the organization's or enterprise's settings: Actions, General, Runners.";

/**
 * What to do about refusals whose words say why, by a part of GitHub's own message. The permission that a call needs
 * is advice only where that is the reason, or the reason is not known.
 */
const BY_CAUSE: readonly (readonly [said: RegExp, hint: string])[] = [
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

/** What to do; `undefined`: the cause is not known, and the status is all there is to go by. */
export function adviseOnCause(error: HttpError, words: string, call: CallName): string | undefined {
  const { data, headers = {} } = error.response ?? {};
  const sso = /url=(\S+)/.exec(String(headers['x-github-sso'] ?? ''))?.[1];
  if (sso) return `The organization uses SAML single sign-on: authorize the token for it at ${sso}`;
  const row = BY_CAUSE.find(([said]) => said.test(words));
  if (row) return row[1];
  if (error.status === 403 && words === '' && /runners/.test(call.endpoint)) {
    return `Self-hosted runners are switched off for the repository, as a rule. ${DISABLED} If they are not, the token needs ${call.permission}.`;
  }
  const isForeign = typeof data === 'string' && headers['x-github-request-id'] === undefined;
  return isForeign && error.status === 403
    ? 'This is no answer of GitHub: a proxy or firewall on the way gave it. Have the host allowed there.'
    : undefined;
}

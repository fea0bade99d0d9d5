import type { CallName, HttpError } from './refusals.js';

/**
 * What to do about refusals whose words say why, by a part of GitHub's own message. The permission that a call needs
 * is advice only where that is the reason, or the reason is not known.
 */
const BY_CAUSE: readonly (readonly [said: RegExp, hint: string])[] = [
  [
    /IP allow list|IP address is not permitted/i,
    "Add this machine's public address to the organization's IP allow list, or run this job where an allowed address is used: GitHub-hosted runners have changing ones.",
  ],
  [
    /forbids access via .*lifetime/i,
    'Give the token a shorter lifetime at the address that GitHub names, or use a GitHub App.',
  ],
  [
    /forbids access via .*\(classic\)/i,
    'Give a fine-grained token of this organization, or use a GitHub App (`app-id`, `app-private-key`).',
  ],
  [/forbids access via/i, 'Use a GitHub App (`app-id`, `app-private-key`), or ask an owner to allow such tokens.'],
  [
    /SAML enforcement/i,
    'Authorize the token for the organization: https://github.com/settings/tokens, "Configure SSO"; a GitHub App needs no such thing.',
  ],
  [
    /OAuth App access restrictions/i,
    'An owner has to approve the OAuth app that made the token; or give a personal access token or a GitHub App.',
  ],
  [
    /installation has been suspended/i,
    "An owner has to unsuspend the App's installation: the organization's settings, GitHub Apps, Configure.",
  ],
  [
    /archived/i,
    'The repository or organization is archived, which allows no runners. Unarchive it, or run from another.',
  ],
  [
    /access blocked|account (was|is|has been) (suspended|flagged|locked)|billing|trade control|terms of service/i,
    'GitHub has blocked the account, organization or repository itself; no setting of this action helps. Contact https://support.github.com.',
  ],
  [/upgrade to GitHub|plan (that )?supports/i, "The account's plan lacks this. Use what the plan has, or upgrade it."],
  [
    /pending approval|must be approved|not been approved/i,
    'An owner has to approve the token: the organization’s settings, Personal access tokens, Pending requests.',
  ],
  [
    /max limit of \d+ runners/i,
    'Remove offline runners of that group (reap-runners does), or use another `runner-group`.',
  ],
  [
    /self-hosted runners? (are|is|have been) (disabled|not (allowed|enabled|permitted))|runners? (are|is) disabled/i,
    "Self-hosted runners are switched off here: allow them in the organization's or enterprise's settings, Actions, General, Runners.",
  ],
  [/reserved for GitHub-hosted/i, 'Set `runner-group` to a group for self-hosted runners, or leave it empty.'],
  [
    /claim \('(exp|iat)'\)/i,
    "The clock of the machine that runs this step is wrong: GitHub takes an App's key only within minutes. Set it, for example by NTP.",
  ],
  [
    /claim \('iss'\)|integration not found|json web token|could not be decoded/i,
    'Check that `app-id` and `app-private-key` belong to the same GitHub App of this server, and that the key was not deleted there.',
  ],
  [
    /requires authentication/i,
    'GitHub got no token that it could read. Check that the secret exists where this workflow runs.',
  ],
];

const DISABLED =
  "GitHub gives no reason. It answers so where self-hosted runners are switched off for the repository: look at the organization's or enterprise's settings, Actions, General, Runners. ";

/** What to do; `undefined`: the cause is not known, and the status is all there is to go by. */
export function adviseOnCause(error: HttpError, words: string, call: CallName): string | undefined {
  const { data, headers = {} } = error.response ?? {};
  const sso = /url=(\S+)/.exec(String(headers['x-github-sso'] ?? ''))?.[1];
  if (sso) return `The organization uses SAML single sign-on: authorize the token for it at ${sso}`;
  const row = BY_CAUSE.find(([said]) => said.test(words));
  if (row) return row[1];
  if (error.status === 403 && words === '' && /runners/.test(call.endpoint)) {
    return `${DISABLED}If they are not, the token needs ${call.permission}.`;
  }
  const isForeign = typeof data === 'string' && headers['x-github-request-id'] === undefined;
  return isForeign && error.status === 403
    ? 'This is no answer of GitHub’s: a proxy or firewall on the way gave it. Have the host allowed there, or list it in NO_PROXY.'
    : undefined;
}

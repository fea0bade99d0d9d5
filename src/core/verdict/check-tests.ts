import type { Variables } from '../inputs/environment-variables.js';

/** How the jobs are let in to AWS. */
export interface AwsAccess {
  readonly role: boolean;
  readonly key: boolean;
  readonly secretKey: boolean;
  /** The event gives no secrets: a pull request from a fork. */
  readonly withoutSecrets: boolean;
}

/** @returns problems in the words of bad input */
export function checkAccess({ role, key, secretKey, withoutSecrets }: AwsAccess): string[] {
  if (role && (key || secretKey)) {
    return [
      'Both a role and AWS keys are given; allowed: `role-to-assume` for OpenID Connect (or the variable AWS_ROLE), or the secrets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    ];
  }
  if (key !== secretKey)
    return [`AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: only the ${key ? 'first' : 'second'} is given.`];
  if (role || key) return [];
  const why = withoutSecrets
    ? 'This is a pull request from a fork, to which GitHub gives no secrets: a member tests it by the comment `/test`, or set `runs-on` to a hosted machine.'
    : 'Allowed: `role-to-assume` (or the variable AWS_ROLE), the secrets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or `runs-on` to do without EC2.';
  return [`There is no way in to AWS: neither a role nor keys are given. ${why}`];
}

/** @returns why the tests have to be skipped; '' when they need not be */
export function findMissingSecrets(required: readonly string[], given: Variables | undefined): string {
  const missing = required.filter((name) => given?.[name] === undefined);
  if (missing.length === 0) return '';
  return `${missing.length === 1 ? 'The secret' : 'The secrets'} ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.`;
}

/** What upload-artifact refuses in a name. Source: "Invalid characters" in actions/toolkit, package artifact. */
const FORBIDDEN_IN_ARTIFACTS = /[":<>|*?\\/\r\n]+/g;

/** A name that no other call has: a run may call a workflow several times, with inputs that no name could hold. */
export function composeArtifactName(title: string, nonce: string): string {
  return `${title.replace(FORBIDDEN_IN_ARTIFACTS, '-').replace(/\s+/g, ' ').trim()} ${nonce.slice(0, 8)}`;
}

/** Start-up, check-out and upload go beyond the tests' own time limit. */
const LIFETIME_MARGIN_MINUTES = 30;
/** start-runner's own limit. */
const LONGEST_LIFETIME_MINUTES = 7_200;

export function composeLifetime(timeoutMinutes: number): number {
  return Math.min(timeoutMinutes + LIFETIME_MARGIN_MINUTES, LONGEST_LIFETIME_MINUTES);
}

export function summarizeSkip(reason: string): string {
  return `### Skipped\n\n${reason} Nothing was tested, and no machine was started.\n`;
}

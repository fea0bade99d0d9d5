import type { Variables } from '../inputs/environment-variables.js';

/** How the jobs authenticate to AWS. */
export interface AwsAccess {
  readonly role: boolean;
  readonly key: boolean;
  readonly secretKey: boolean;
  /** The event is a pull request from a fork, which gets no secrets. */
  readonly withoutSecrets: boolean;
}

/** Checks that the jobs have exactly one way to authenticate to AWS. @returns problems, each as one sentence */
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
  return [`There are no credentials for AWS: neither a role nor keys are given. ${why}`];
}

/** @returns why the tests are skipped; '' when every required secret is set */
export function findMissingSecrets(required: readonly string[], given: Variables | undefined): string {
  const missing = required.filter((name) => given?.[name] === undefined);
  if (missing.length === 0) return '';
  return `${missing.length === 1 ? 'The secret' : 'The secrets'} ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.`;
}

export function summarizeSkip(reason: string): string {
  return `### Skipped\n\n${reason} Nothing was tested, and no machine was started.\n`;
}

/** Refuses a repository of another owner, because no one here may have read its code. @returns problems */
export function checkOwner(
  { repository, allowForks }: { readonly repository: string | undefined; readonly allowForks: boolean },
  run: { readonly owner: string; readonly repository: string },
): string[] {
  const owner = repository?.split('/')[0]?.toLowerCase() ?? run.owner.toLowerCase();
  if (allowForks || owner === run.owner.toLowerCase()) return [];
  return [
    `\`repository\` is "${repository}", of another owner than ${run.repository}; allowed: repositories of ${run.owner}, or \`allow-forks: true\` after reading that code.`,
  ];
}

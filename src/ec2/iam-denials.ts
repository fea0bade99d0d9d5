import * as advice from '../core/kernel/advice.js';
import { Failure } from '../core/kernel/failure.js';
import type { AwsError } from './errors.js';

export function isIamDenial(code: string): boolean {
  return /^(UnauthorizedOperation|AccessDenied(Exception)?|TagPolicyViolation)$/.test(code);
}

/** Inputs that may make the request meet the condition of a policy, by the kind of the denied resource. */
const INPUTS: Readonly<Record<string, string>> = {
  instance: '`aws-resource-tags`, `ec2-instance-type`, `market-type`',
  volume: '`aws-resource-tags`, `ec2-volume-encrypted`, `ec2-volume-type`',
  'network-interface': '`aws-resource-tags`, which the network interface gets as well',
  'spot-instances-request': '`aws-resource-tags`, `market-type`',
  image: '`ec2-image-id`',
  subnet: '`subnet-id`',
  'security-group': '`security-group-id`',
  'key-pair': '`key-name`',
  role: '`iam-role-name`',
};

const EXPLICIT = /with an explicit deny in (an? [\w -]+?(?:policy|boundary))(?:: (arn:[^\s,]*[^\s,.]))?(?=[\s,.]|$)/;
/** The kind of policy that does not allow the action. Several kinds of policy must all allow it. */
const IMPLICIT = /because no ([\w -]+?(?:policy|boundary)) allows/;

/**
 * The `Failure` for a denied request. It names the policy that denies the request, or the missing permission, because a
 * launch needs more permissions than `ec2:RunInstances`.
 */
export function toIamFailure(aws: AwsError, { action, cause }: { action: string; cause: unknown }): Failure {
  const [sentence = '', encoded] = aws.message.split(/\s*Encoded authorization failure message:\s*/);
  const permission = /not authorized to perform:? ([\w-]+:\w+)/.exec(sentence)?.[1] ?? action;
  const resource = /on resource:? (\S*[^\s.,])/.exec(sentence)?.[1];
  const details = [sentence, ...(encoded ? [`aws sts decode-authorization-message --encoded-message ${encoded}`] : [])];
  const { message, hint } = describeDenial(aws.code, sentence, { permission, resource });
  const requestId = aws.requestId === undefined ? {} : { requestId: aws.requestId };
  return new Failure('aws-not-authorized', message, { hint, cause, details, ...requestId });
}

function describeDenial(
  code: string,
  sentence: string,
  { permission, resource }: { permission: string; resource: string | undefined },
): { message: string; hint: string } {
  if (code === 'TagPolicyViolation') {
    return {
      message: `A tag policy of the organization refuses a tag: ${sentence}`,
      hint: 'Correct the tag in `aws-resource-tags`, in the spelling and with a value that the tag policy allows.',
    };
  }
  const kind = /^arn:[^/]*:([\w-]+)\//.exec(resource ?? '')?.[1] ?? '';
  const what = `${permission}${resource ? ` on ${resource}` : ''}`;
  const [, policy, arn] = EXPLICIT.exec(sentence) ?? [];
  if (policy) {
    const inputs = INPUTS[kind] ? ` Inputs for that: ${INPUTS[kind]}.` : '';
    return {
      message: `An explicit deny in ${policy}${arn ? ` (${arn})` : ''} forbids ${what}.`,
      hint: `${advice.MEET_EXPLICIT_DENY}${inputs}`,
    };
  }
  const message = `The AWS credentials lack the permission ${what}.`;
  const [, lacking = 'identity-based policy'] = IMPLICIT.exec(sentence) ?? [];
  if (lacking !== 'identity-based policy') {
    return {
      message,
      hint: `Allow ${permission} in the ${lacking} as well: it must also allow what the policy of the role allows.`,
    };
  }
  const outdated =
    permission === 'ec2:CreateTags' && kind === 'network-interface'
      ? 'A policy written before network interfaces were tagged lacks this permission.'
      : '';
  const hint = `${advice.allowPermission(permission)} ${outdated}`;
  return { message, hint: hint.trim() };
}

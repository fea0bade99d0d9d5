import * as advice from '../core/kernel/advice.js';
import { Failure } from '../core/kernel/failure.js';
import type { AwsError } from './errors.js';

export function isDenied(code: string): boolean {
  return /^(UnauthorizedOperation|AccessDenied(Exception)?|TagPolicyViolation)$/.test(code);
}

/** The inputs by which a request may meet what a policy demands, by the kind of resource that was denied. */
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
/** Of the kinds of policy that must all allow something, the one that does not. */
const IMPLICIT = /because no ([\w -]+?(?:policy|boundary)) allows/;

/** Names the permission that is missing, as starting an instance needs more than `ec2:RunInstances`; or the policy that denies it. */
export function denied(aws: AwsError, { action, cause }: { action: string; cause: unknown }): Failure {
  const [sentence = '', encoded] = aws.message.split(/\s*Encoded authorization failure message:\s*/);
  const permission = /not authorized to perform:? ([\w-]+:\w+)/.exec(sentence)?.[1] ?? action;
  const resource = /on resource:? (\S*[^\s.,])/.exec(sentence)?.[1];
  const details = [sentence, ...(encoded ? [`aws sts decode-authorization-message --encoded-message ${encoded}`] : [])];
  const { message, hint } = explain(aws.code, sentence, { permission, resource });
  const requestId = aws.requestId === undefined ? {} : { requestId: aws.requestId };
  return new Failure('aws-not-authorized', message, { hint, cause, details, ...requestId });
}

function explain(
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
  const [, silent = 'identity-based policy'] = IMPLICIT.exec(sentence) ?? [];
  if (silent !== 'identity-based policy') {
    return {
      message,
      hint: `Allow ${permission} in the ${silent} as well: it must allow what the role's own policy allows.`,
    };
  }
  const news =
    permission === 'ec2:CreateTags' && kind === 'network-interface'
      ? 'A policy from before network interfaces were tagged lacks it.'
      : '';
  const hint = `${advice.allowPermission(permission)} ${news}`;
  return { message, hint: hint.trim() };
}

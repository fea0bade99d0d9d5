import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { describe, expect, test } from '@jest/globals';
import type { Failure } from '../../src/core/kernel/failure.js';
import type { Refusal } from '../../src/core/ports/ec2.js';
import { translate } from '../../src/ec2/failures.js';
import { classifyRefusal } from '../../src/ec2/refusals.js';

const WHO =
  'You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform:';
const arn = (kind: string) => `arn:aws:ec2:us-east-1:123456789012:${kind}/*`;

/** A plan's type is t2.xlarge. */
describe('The scope of an error of RunInstances', () => {
  test.each<[scope: Refusal['scope'] | undefined, code: string, message?: string]>([
    ['market', 'AuthFailure.ServiceLinkedRoleCreationNotPermitted'],
    [
      'market',
      'UnauthorizedOperation',
      `${WHO} ec2:RunInstances on resource: ${arn('spot-instances-request')} because`,
    ],
    ['type', 'InvalidParameterValue', 'The t2.xlarge instance type does not support an AMI with a boot mode of UEFI.'],
    [
      'type',
      'InvalidParameterCombination',
      "Enhanced networking with the Elastic Network Adapter (ENA) is required for the 't2.xlarge' instance type.",
    ],
    ['type', 'InvalidParameterCombination', 'The specified instance type is not eligible for Free Tier.'],
    ['type', 'InvalidParameterValue', "Invalid value 't2.xlarge' for InstanceType."],
    ['type', 'InvalidParameterCombination', "Non-Windows instances with a virtualization type of 'hvm': t2.xlarge"],
    ['type', 'UnsupportedOperation', 'The AMI does not support this.'],
    ['type', 'InvalidInstanceType'],
    ['type', 'InvalidInstanceType.NotFound'],
    ['type', 'EncryptedVolumesNotSupported'],
    ['type', 'InstanceCreditSpecification.NotSupported'],
    ['type', 'VcpuLimitExceeded'],
    ['type', 'UnauthorizedOperation', `${WHO} ec2:RunInstances on resource: ${arn('instance')} because no`],
    [
      'plan',
      'Unsupported',
      'Your requested instance type (t2.xlarge) is not supported in your requested Availability Zone',
    ],
    ['plan', 'InsufficientInstanceCapacity'],
    ['subnet', 'InvalidSubnetID.NotFound'],
    ['subnet', 'InsufficientFreeAddressesInSubnet'],
    ['subnet', 'VolumeTypeNotAvailableInZone'],
    [
      'subnet',
      'UnauthorizedOperation',
      `${WHO} ec2:RunInstances on resource: arn:aws:ec2:us-east-1:123456789012:subnet/subnet-0a with an explicit deny`,
    ],
    ['region', 'AuthFailure', 'AWS was not able to validate the provided access credentials'],
    ['region', 'OptInRequired'],
    ['region', 'PendingVerification'],
    ['region', 'UnauthorizedOperation', 'You are not authorized to perform this operation.'],
    ['region', 'UnauthorizedOperation', `${WHO} ec2:RunInstances on resource: ${arn('network-interface')} with an`],
    ['region', 'UnauthorizedOperation', `${WHO} ec2:CreateTags on resource: ${arn('instance')} because no`],
    ['region', 'UnauthorizedOperation', `${WHO} iam:PassRole on resource: arn:aws:iam::123456789012:role/x because no`],
    ['region', 'InvalidAMIID.NotFound'],
    ['region', 'InvalidGroup.NotFound'],
    ['region', 'InvalidKeyPair.NotFound'],
    ['region', 'InvalidBlockDeviceMapping'],
    ['region', 'VolumeLimitExceeded'],
    ['region', 'MaxIOPSLimitExceeded'],
    ['region', 'NetworkInterfaceLimitExceeded'],
    ['region', 'VPCIdNotSpecified'],
    ['region', 'TagPolicyViolation'],
    [undefined, 'InvalidParameterValue', 'Value (ci) for parameter iamInstanceProfile.name is invalid.'],
    [undefined, 'InvalidUserData.Malformed'],
    [undefined, 'IdempotentParameterMismatch'],
    [undefined, 'Blocked'],
    [undefined, 'RequestExpired'],
    [undefined, 'SignatureDoesNotMatch'],
    [undefined, 'RequestLimitExceeded'],
    [undefined, 'InternalError'],
  ])('%s: %s %s', (scope, code, message = code) => {
    const plan = { instanceType: 't2.xlarge', market: 'spot' } as const;
    expect(classifyRefusal(awsError(code, message), plan)?.scope).toBe(scope);
  });
});

describe('A denied call', () => {
  test('names the missing permission and leaves the encoded message out of the sentence', () => {
    const message =
      'You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/ci/run is not ' +
      'authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/runner because no identity-based ' +
      'policy allows the iam:PassRole action. Encoded authorization failure message: q1w2e3r4';
    const failure = translate(awsError('UnauthorizedOperation', message), 'ec2:RunInstances') as Failure;
    expect(failure.code).toBe('aws-not-authorized');
    expect(failure.message).toBe(
      'The AWS credentials lack the permission iam:PassRole on arn:aws:iam::123456789012:role/runner.',
    );
    expect(failure.hint).toContain('Allow iam:PassRole');
    expect(failure.about.details).toEqual([
      expect.stringMatching(/^You are not authorized .* action\.$/),
      'aws sts decode-authorization-message --encoded-message q1w2e3r4',
    ]);
  });

  test("has the operation's permission if AWS does not name the missing one", () => {
    const error = awsError('UnauthorizedOperation', 'You are not authorized.');
    const failure = translate(error, 'ec2:DescribeImages') as Failure;
    expect(failure.message).toBe('The AWS credentials lack the permission ec2:DescribeImages.');
  });

  test.each<[policy: string, named: string]>([
    ['a service control policy', 'a service control policy'],
    ['a resource control policy', 'a resource control policy'],
    ['an identity-based policy', 'an identity-based policy'],
    ['a permissions boundary', 'a permissions boundary'],
    ['a session policy', 'a session policy'],
    ['a VPC endpoint policy', 'a VPC endpoint policy'],
    ['a resource-based policy', 'a resource-based policy'],
    [
      'a service control policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1',
      'a service control policy (arn:aws:organizations::1:policy/o-1/service_control_policy/p-1)',
    ],
  ])('with an explicit deny in %s names the policy and does not advise to allow it', (policy, named) => {
    const message = `${WHO} ec2:RunInstances on resource: ${arn('network-interface')} with an explicit deny in ${policy}. Encoded authorization failure message: q1w2`;
    const failure = deny(message);
    expect(failure.message).toBe(
      `An explicit deny in ${named} forbids ec2:RunInstances on ${arn('network-interface')}.`,
    );
    expect(failure.hint).toMatch(/^No other policy outweighs a deny: .*`aws-resource-tags`/);
    expect(failure.hint).not.toMatch(/Allow/);
    expect(failure.about.details).toContain('aws sts decode-authorization-message --encoded-message q1w2');
  });

  test.each([
    ['instance', /`ec2-instance-type`/],
    ['volume', /`ec2-volume-encrypted`/],
    ['spot-instances-request', /`market-type`/],
    ['subnet', /`subnet-id`/],
    ['security-group', /`security-group-id`/],
  ])('on %s with an explicit deny names the inputs that may help', (kind, inputs) => {
    const resource = `arn:aws:ec2:us-east-1:123456789012:${kind}/x-1`;
    const message = `${WHO} ec2:RunInstances on resource: ${resource} with an explicit deny in a service control policy`;
    expect(deny(message).hint).toMatch(inputs);
  });

  test.each(['permissions boundary', 'session policy', 'service control policy', 'VPC endpoint policy'])(
    "that no %s allows does not point at the role's own policy",
    (policy) => {
      const message = `${WHO} ec2:RunInstances on resource: ${arn('instance')} because no ${policy} allows the ec2:RunInstances action`;
      expect(deny(message).hint).toContain(`Allow ec2:RunInstances in the ${policy} as well`);
    },
  );

  test('for the tags of network interfaces says that the permission is new', () => {
    const message = `${WHO} ec2:CreateTags on resource: ${arn('network-interface')} because no identity-based policy allows the ec2:CreateTags action`;
    const failure = deny(message);
    expect(failure.message).toBe(
      `The AWS credentials lack the permission ec2:CreateTags on ${arn('network-interface')}.`,
    );
    expect(failure.hint).toMatch(
      /^Allow ec2:CreateTags in .* written before network interfaces were tagged lacks this permission\.$/,
    );
  });

  test('of a tag policy names the tag', () => {
    const message = "The tag policy does not allow the specified value for the following tag key: 'CostCenter'.";
    const failure = translate(awsError('TagPolicyViolation', message), 'ec2:RunInstances') as Failure;
    expect(failure).toMatchObject({ code: 'aws-not-authorized', message: expect.stringContaining("'CostCenter'") });
    expect(failure.hint).toContain('`aws-resource-tags`');
  });
});

function deny(message: string): Failure {
  return translate(awsError('UnauthorizedOperation', message), 'ec2:RunInstances') as Failure;
}

function awsError(name: string, message: string): EC2ServiceException {
  const $metadata = { httpStatusCode: 400, requestId: 'request-1' };
  return new EC2ServiceException({ name, message, $fault: 'client', $metadata });
}

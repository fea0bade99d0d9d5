import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../src/core/kernel/failure.js';
import { classify, type ErrorClass } from '../../src/ec2/classify.js';
import { IncompleteResponse } from '../../src/ec2/errors.js';
import { translate } from '../../src/ec2/failures.js';
import { adviseOnQuota } from '../../src/ec2/quotas.js';

type Scope = Extract<ErrorClass, { kind: 'refused' }>['refusal'];

describe('For a launch, the EC2 error', () => {
  const CAPACITY: Scope = { scope: 'plan', kind: 'capacity' };
  const UNSUPPORTED: Scope = { scope: 'plan', kind: 'unsupported' };
  const QUOTA: Scope = { scope: 'type', kind: 'quota' };

  test.each<[code: string, status: number, refusal: Scope]>([
    ['InsufficientInstanceCapacity', 500, CAPACITY],
    ['InsufficientHostCapacity', 500, CAPACITY],
    ['InsufficientCapacityOnHost', 400, CAPACITY],
    ['UnfulfillableCapacity', 500, CAPACITY],
    ['SpotMaxPriceTooLow', 400, CAPACITY],
    ['InsufficientFreeAddressesInSubnet', 400, { scope: 'subnet', kind: 'capacity' }],
    ['InsufficientReservedInstanceCapacity', 500, CAPACITY],
    ['Unsupported', 400, UNSUPPORTED],
    ['VolumeTypeNotAvailableInZone', 400, { scope: 'subnet', kind: 'unsupported' }],
    ['VcpuLimitExceeded', 400, QUOTA],
    ['InstanceLimitExceeded', 400, QUOTA],
    ['MaxSpotInstanceCountExceeded', 400, QUOTA],
    ['MaxSpotFleetRequestCountExceeded', 400, { scope: 'market', kind: 'quota' }],
  ])('%s (HTTP %i) lets another plan be tried: %j', (code, status, refusal) => {
    expect(classify(awsError(code, { status }))).toEqual({ kind: 'refused', refusal });
  });

  test.each<[code: string, status: number, kind: ErrorClass['kind']]>([
    ['RequestLimitExceeded', 503, 'throttled'],
    ['Throttling', 400, 'throttled'],
    ['EC2ThrottledException', 400, 'throttled'],
    ['Unknown', 429, 'throttled'],
    ['InternalError', 500, 'unanswered'],
    ['Unavailable', 503, 'unanswered'],
    ['Unknown', 502, 'unanswered'],
    ['UnauthorizedOperation', 403, 'fatal'],
    ['AuthFailure', 401, 'fatal'],
    ['InvalidAMIID.NotFound', 400, 'fatal'],
    ['InvalidParameterValue', 400, 'fatal'],
    ['IdempotentParameterMismatch', 400, 'fatal'],
    ['UnsupportedOperation', 400, 'fatal'],
  ])('%s (HTTP %i) is %s', (code, status, kind) => {
    expect(classify(awsError(code, { status })).kind).toBe(kind);
  });

  test.each<[what: string, error: Error]>([
    ['a refused connection', nodeError('ECONNREFUSED')],
    ['a broken connection', Object.assign(nodeError('ECONNRESET'), { name: 'TimeoutError' })],
    ['a name that does not resolve', nodeError('EAI_AGAIN')],
    ['an answer that is not XML', Object.assign(new Error('parse error'), { $response: {} })],
    ['an answer without its list', new IncompleteResponse('no list')],
  ])('%s is unanswered', (_, error) => {
    expect(classify(error).kind).toBe('unanswered');
  });

  test('of a bug in ci-actions is fatal and stays unchanged', () => {
    const bug = new TypeError('x is not a function');
    expect(classify(bug).kind).toBe('fatal');
    expect(translate(bug, 'ec2:RunInstances')).toBe(bug);
  });
});

describe('As a failure, the EC2 error', () => {
  test.each<[code: string, failure: Failure['code'], hint: RegExp]>([
    ['AuthFailure', 'aws-not-authorized', /configure-aws-credentials/],
    ['ExpiredToken', 'aws-not-authorized', /expired/],
    ['AuthFailure.ServiceLinkedRoleCreationNotPermitted', 'aws-not-authorized', /create-service-linked-role/],
    ['InvalidAMIID.NotFound', 'image-not-found', /ec2-image-id/],
    ['InvalidAMIID.Unavailable', 'image-unusable', /available/],
    ['InvalidSubnetID.NotFound', 'network-mismatch', /subnet-id/],
    ['InvalidGroup.NotFound', 'network-mismatch', /security-group-id/],
    ['VPCIdNotSpecified', 'network-mismatch', /default VPC/],
    ['VolumeLimitExceeded', 'quota-exceeded', /Service Quotas/],
    ['InvalidParameterValue', 'aws-rejected', /AWS's own/],
    ['RequestLimitExceeded', 'aws-throttled', /request limit/],
    ['InternalError', 'aws-unreachable', /run the job again/],
    ['InsufficientInstanceCapacity', 'no-capacity', /more instance types/],
  ])('%s becomes %s', (code, failure, hint) => {
    const error = awsError(code, { status: code === 'InternalError' ? 500 : 400, message: 'In the words of AWS' });
    const translated = translate(error, 'ec2:RunInstances') as Failure;
    expect(translated).toBeInstanceOf(Failure);
    expect(translated.code).toBe(failure);
    expect(translated.message).toContain(`In the words of AWS (${code} to ec2:RunInstances)`);
    expect(translated.hint).toMatch(hint);
    expect(translated.about.requestId).toBe('request-1');
    expect(translated.cause).toBe(error);
  });

  test("for another account's image differs from the error for unknown credentials", () => {
    const error = awsError('AuthFailure', {
      status: 403,
      message: 'Not authorized for images: [ami-0c1a64a64a64a6401]',
    });
    const failure = translate(error, 'ec2:DescribeImages') as Failure;
    expect(failure.code).toBe('image-not-found');
    expect(failure.message).toMatch(/^This account may not use the image: Not authorized for images/);
    expect(failure.hint).toMatch(/share the AMI.*`ec2-image-id`/);
  });

  test('for credentials in one region mentions that the region may not be enabled', () => {
    const error = awsError('AuthFailure', { status: 401, message: 'AWS was not able to validate the credentials' });
    expect((translate(error, 'ec2:DescribeSubnets') as Failure).hint).toContain(
      'a region that the account has not enabled',
    );
  });

  test('with the error page of a gateway is described by its status', () => {
    const failure = translate(awsError('Unknown', { status: 502, message: 'Unknown' }), 'ec2:RunInstances') as Failure;
    expect(failure.message).toContain('HTTP 502 to ec2:RunInstances');
  });

  test('for missing credentials has a hint at configure-aws-credentials and OIDC', () => {
    const error = Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' });
    const failure = translate(error, 'ec2:DescribeImages') as Failure;
    expect(failure.code).toBe('aws-no-credentials');
    expect(failure.hint).toMatch(/aws-actions\/configure-aws-credentials.*id-token: write/);
  });
});

describe('Advice on quotas', () => {
  test.each([
    ['t3.xlarge', 'on-demand', 'L-1216C47A'],
    ['m8g.xlarge', 'spot', 'L-34B43A08'],
    ['a1.xlarge', 'on-demand', 'L-1216C47A'],
    ['g4dn.xlarge', 'on-demand', 'L-DB2E81BA'],
    ['g6.xlarge', 'spot', 'L-3819A6DF'],
    ['p5.48xlarge', 'on-demand', 'L-417A185B'],
    ['im4gn.xlarge', 'on-demand', 'L-1216C47A'],
    ['inf2.xlarge', 'on-demand', 'L-1945791B'],
    ['trn1.2xlarge', 'spot', 'L-6B0D517C'],
  ] as const)('%s %s: %s', (instanceType, market, code) => {
    const advice = adviseOnQuota({ instanceType, market }, 'eu-west-1');
    expect(advice).toContain(`https://eu-west-1.console.aws.amazon.com/servicequotas/home/services/ec2/quotas/${code}`);
  });

  test('for a family without a known quota names no quota code', () => {
    expect(adviseOnQuota({ instanceType: 'u-6tb1.metal', market: 'on-demand' }, 'eu-west-1')).toMatch(/Service Quotas/);
  });
});

function awsError(name: string, about: { status: number; message?: string }): EC2ServiceException {
  return new EC2ServiceException({
    name,
    message: about.message ?? name,
    $fault: about.status >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode: about.status, requestId: 'request-1' },
  });
}

function nodeError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

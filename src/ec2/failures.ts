import * as advice from '../core/kernel/advice.js';
import { toConnectionFailure } from '../core/kernel/connection-faults.js';
import { Failure, type FailureCode } from '../core/kernel/failure.js';
import { renderTried } from '../core/kernel/patience.js';
import { classify, type ErrorClass } from './classify.js';
import { isServiceError, readError, type AwsError } from './errors.js';
import { isIamDenial, toIamFailure } from './iam-denials.js';

interface KnownError {
  readonly failure: FailureCode;
  /** The beginning of the message. */
  readonly message: string;
  readonly hint: string;
}

const CREDENTIALS_REJECTED: KnownError = {
  failure: 'aws-not-authorized',
  message: 'AWS does not accept the credentials',
  hint: advice.CHECK_AWS_CREDENTIALS,
};
/**
 * EC2 returns this code for unknown credentials, for regions that are not enabled, and for images of other accounts.
 */
const AUTH_FAILURE: KnownError = {
  ...CREDENTIALS_REJECTED,
  hint: `${CREDENTIALS_REJECTED.hint} AWS answers the same in a region that the account has not enabled.`,
};
const IMAGE_NOT_SHARED: KnownError = {
  failure: 'image-not-found',
  message: 'This account may not use the image',
  hint: 'Have its owner share the AMI with this account, or name another one in `ec2-image-id`.',
};
const NETWORK: KnownError = {
  failure: 'network-mismatch',
  message: 'EC2 does not accept the subnet or security group',
  hint: advice.CHECK_NETWORK,
};
const VOLUME_QUOTA: KnownError = {
  failure: 'quota-exceeded',
  message: 'The EBS quota of the account does not allow the root volume',
  hint: advice.RAISE_EBS_QUOTA,
};

/**
 * Errors that need a clearer message than AWS's. A key is a code; a key that ends in a dot is the beginning of codes.
 */
const KNOWN_ERRORS: Readonly<Record<string, KnownError>> = {
  AuthFailure: AUTH_FAILURE,
  InvalidClientTokenId: CREDENTIALS_REJECTED,
  UnrecognizedClientException: CREDENTIALS_REJECTED,
  SignatureDoesNotMatch: CREDENTIALS_REJECTED,
  InvalidSignatureException: CREDENTIALS_REJECTED,
  MissingAuthenticationToken: CREDENTIALS_REJECTED,
  ExpiredToken: CREDENTIALS_REJECTED,
  ExpiredTokenException: CREDENTIALS_REJECTED,
  RequestExpired: CREDENTIALS_REJECTED,
  'AuthFailure.ServiceLinkedRoleCreationNotPermitted': {
    failure: 'aws-not-authorized',
    message:
      'The account has never used spot instances, and the credentials may not create the role that EC2 needs for them',
    hint: 'Let an administrator run once: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com',
  },
  OptInRequired: {
    failure: 'aws-not-authorized',
    message: 'The account has not opted in to this region or image',
    hint: "Enable the region for the account, or accept the image's terms in AWS Marketplace.",
  },
  PendingVerification: {
    failure: 'aws-not-authorized',
    message: 'AWS is still verifying the account for this region',
    hint: 'Wait for the e-mail from AWS about the end of the verification, or contact AWS Support.',
  },
  Blocked: { failure: 'aws-not-authorized', message: 'AWS has blocked the account', hint: 'Contact AWS Support.' },
  'InvalidAMIID.': {
    failure: 'image-not-found',
    message: 'EC2 has no such image in this region',
    hint: 'Check `ec2-image-id`: an AMI exists in one region only, and a private one must be shared with this account.',
  },
  'InvalidAMIID.Unavailable': {
    failure: 'image-unusable',
    message: 'The image is not available',
    hint: advice.WAIT_FOR_IMAGE,
  },
  InvalidSubnet: NETWORK,
  'InvalidSubnet.': NETWORK,
  'InvalidSubnetID.': NETWORK,
  'InvalidGroup.': NETWORK,
  'InvalidGroupId.': NETWORK,
  'InvalidSecurityGroupID.': NETWORK,
  VPCIdNotSpecified: NETWORK,
  VolumeLimitExceeded: VOLUME_QUOTA,
  MaxIOPSLimitExceeded: VOLUME_QUOTA,
  IdempotentParameterMismatch: {
    failure: 'aws-rejected',
    message: 'EC2 has seen this client token with a different request',
    hint: 'This is a defect of the suite: please report it with the request id.',
  },
};

/** Messages for all other errors, by their class. */
const BY_CLASS: Readonly<Record<ErrorClass['kind'], KnownError>> = {
  refused: {
    failure: 'no-capacity',
    message: 'EC2 cannot start this plan now',
    hint: `${advice.OFFER_MORE_PLANS} Or try again later.`,
  },
  throttled: {
    failure: 'aws-throttled',
    message: 'AWS throttles the request',
    hint: advice.SEND_AWS_FEWER_REQUESTS,
  },
  unanswered: {
    failure: 'aws-unreachable',
    message: 'AWS gave no usable answer',
    hint: advice.CHECK_WAY_TO_AWS,
  },
  fatal: {
    failure: 'aws-rejected',
    message: 'AWS rejects the request',
    hint: advice.CORRECT_AWS_REQUEST,
  },
};

/**
 * Turns every error of AWS, or of the way to AWS, into a `Failure`. Any other error is a bug and is returned unchanged.
 *
 * @param action the IAM action of the call, such as `ec2:RunInstances`
 * @param triedMs how long the call was tried
 */
export function translate(error: unknown, action: string, triedMs = 0): unknown {
  if (error instanceof Failure) return error;
  if (isCredentialsError(error)) return noCredentials(error);
  const unsent = isServiceError(error)
    ? undefined
    : toConnectionFailure(error, `AWS could not be asked ${action}${renderTried(triedMs)}`);
  if (unsent) return unsent;
  const aws = readError(error);
  if (isIamDenial(aws.code)) return toIamFailure(aws, { action, cause: error });
  const { kind } = classify(error);
  if (kind === 'fatal' && !isServiceError(error)) return error;
  const { failure, message, hint } = findKnownError(aws) ?? BY_CLASS[kind];
  return new Failure(
    failure,
    `${message}${renderTried(triedMs)}: ${aws.message} (${aws.code} to ${action}).`,
    toDetails(aws, { hint, cause: error }),
  );
}

/** The code of the AWS error that caused a failure. */
export function codeBehind(failure: unknown): string {
  return readError(failure instanceof Failure ? failure.cause : failure).code;
}

export function noCredentials(error: unknown): Failure {
  const unsent = toConnectionFailure(error, 'AWS could not be asked for credentials');
  if (unsent) return unsent;
  const { message } = readError(error);
  return new Failure('aws-no-credentials', `There are no usable AWS credentials: ${message}`, {
    hint: advice.CONFIGURE_AWS_CREDENTIALS,
    cause: error,
  });
}

function isCredentialsError(error: unknown): boolean {
  const { code } = readError(error);
  return code === 'CredentialsProviderError' || code === 'TokenProviderError';
}

function findKnownError({ code, message }: AwsError): KnownError | undefined {
  if (code === 'AuthFailure' && /not authorized for images?/i.test(message)) return IMAGE_NOT_SHARED;
  return KNOWN_ERRORS[code] ?? KNOWN_ERRORS[code.slice(0, code.indexOf('.') + 1)];
}

function toDetails(aws: AwsError, { hint, cause }: { hint: string; cause: unknown }): Failure['about'] {
  return { hint, cause, ...(aws.requestId !== undefined && { requestId: aws.requestId }) };
}

import type { LaunchTarget } from '../core/ports/ec2.js';
import { readError, REFUSALS, type RefusalClass } from './errors.js';
import { isDenied } from './denied.js';

/**
 * How far each code reaches that is no lack of capacity and that RunInstances can give, within a region. What is not here
 * holds for every plan. Source: EC2 developer guide, "Error codes for the Amazon EC2 API".
 */
const REACHES: readonly (readonly [RegExp, RefusalClass['scope']])[] = [
  [/^AuthFailure\.ServiceLinkedRole/, 'market'],
  [
    /^(InvalidInstanceType(\..*)?|UnsupportedOperation|UnsupportedTenancy|UnsupportedInstanceAttribute|EncryptedVolumesNotSupported|InstanceCreditSpecification\.NotSupported)$/,
    'type',
  ],
  [/^InvalidSubnet/, 'subnet'],
  // Images, groups, keys, disks and opting in are a region's own.
  [
    /^(AuthFailure|OptInRequired|PendingVerification|VPCIdNotSpecified|MissingInput|InvalidBlockDeviceMapping|InvalidAMIID\..*|Invalid(Security)?Group.*|InvalidKeyPair.*|InvalidKMSKey.*|InvalidSnapshot.*|UnknownVolumeType.*|VolumeLimitExceeded|MaxIOPSLimitExceeded|VolumeIOPSLimit|NetworkInterfaceLimitExceeded|SecurityGroupsPer\w+LimitExceeded)$/,
    'region',
  ],
];

/** Codes that say only in their message what they are about. */
const VAGUE = /^(InvalidParameter(Value|Combination)?|UnsupportedOperation)$/;

/** By what is denied on which kind of resource. A policy may name types on `instance/*`. */
const DENIED: Readonly<Record<string, RefusalClass['scope']>> = {
  'RunInstances instance': 'type',
  'RunInstances spot-instances-request': 'market',
  'RunInstances subnet': 'subnet',
};

/**
 * What a launch's error says about the other plans; `undefined` when it holds for all of them, in every region, or says
 * nothing at all. A wider reach than the true one loses plans that would do; a narrower one costs a request each.
 */
export function reachOf(error: unknown, plan: LaunchTarget): RefusalClass | undefined {
  const { code, message } = readError(error);
  if (REFUSALS[code]) return REFUSALS[code];
  if (isDenied(code)) {
    const [, action, kind] = /perform:? ec2:(\w+) on resource:? [^ /]*:([\w-]+)\//.exec(message) ?? [];
    return { scope: DENIED[`${action} ${kind}`] ?? 'region', kind: 'rejected' };
  }
  if (VAGUE.test(code) && (message.includes(plan.instanceType) || /instance ?type/i.test(message))) {
    return { scope: 'type', kind: 'unsupported' };
  }
  const scope = REACHES.find(([codes]) => codes.test(code))?.[1];
  return scope && { scope, kind: scope === 'type' ? 'unsupported' : 'rejected' };
}

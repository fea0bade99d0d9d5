import type { LaunchTarget, Refusal } from '../core/ports/ec2.js';
import { readError } from './errors.js';
import { isIamDenial } from './iam-denials.js';

/** Which plans a refusal rules out (`scope`), and why (`kind`). */
export type RefusalClass = Pick<Refusal, 'scope' | 'kind'>;

const NO_CAPACITY = { scope: 'plan', kind: 'capacity' } as const;
const NO_ROOM = { scope: 'subnet', kind: 'capacity' } as const;
const NOT_OFFERED = { scope: 'plan', kind: 'unsupported' } as const;
const FAMILY_QUOTA = { scope: 'type', kind: 'quota' } as const;
const MARKET_QUOTA = { scope: 'market', kind: 'quota' } as const;

/**
 * Refusals for lack of capacity or quota, by code. Another plan may succeed. vCPU quotas are per family and market, so
 * a type of another family may still start. Source: EC2 API reference, "Error codes for the Amazon EC2 API".
 */
export const CAPACITY_REFUSALS: Readonly<Record<string, RefusalClass>> = {
  InsufficientInstanceCapacity: NO_CAPACITY,
  InsufficientHostCapacity: NO_CAPACITY,
  InsufficientCapacityOnHost: NO_CAPACITY,
  InsufficientCapacity: NO_CAPACITY,
  UnfulfillableCapacity: NO_CAPACITY,
  InsufficientReservedInstanceCapacity: NO_CAPACITY,
  InsufficientAddressCapacity: NO_CAPACITY,
  InsufficientFreeAddressesInSubnet: NO_ROOM,
  InsufficientVolumeCapacity: NO_ROOM,
  SpotMaxPriceTooLow: NO_CAPACITY,
  Unsupported: NOT_OFFERED,
  VolumeTypeNotAvailableInZone: { scope: 'subnet', kind: 'unsupported' },
  VcpuLimitExceeded: FAMILY_QUOTA,
  InstanceLimitExceeded: FAMILY_QUOTA,
  MaxSpotInstanceCountExceeded: FAMILY_QUOTA,
  ResourceLimitExceeded: FAMILY_QUOTA,
  MaxSpotFleetRequestCountExceeded: MARKET_QUOTA,
  TargetCapacityLimitExceededException: MARKET_QUOTA,
};

/**
 * The scope of other codes that RunInstances may return. A code that is not listed rules out every plan in every
 * region.
 * Source: EC2 developer guide, "Error codes for the Amazon EC2 API".
 */
const SCOPES: readonly (readonly [RegExp, RefusalClass['scope']])[] = [
  [/^AuthFailure\.ServiceLinkedRole/, 'market'],
  [
    /^(InvalidInstanceType(\..*)?|UnsupportedOperation|UnsupportedTenancy|UnsupportedInstanceAttribute|EncryptedVolumesNotSupported|InstanceCreditSpecification\.NotSupported)$/,
    'type',
  ],
  [/^InvalidSubnet/, 'subnet'],
  // Images, security groups, keys, volumes and the opt-in belong to one region.
  [
    /^(AuthFailure|OptInRequired|PendingVerification|VPCIdNotSpecified|MissingInput|InvalidBlockDeviceMapping|InvalidAMIID\..*|Invalid(Security)?Group.*|InvalidKeyPair.*|InvalidKMSKey.*|InvalidSnapshot.*|UnknownVolumeType.*|VolumeLimitExceeded|MaxIOPSLimitExceeded|VolumeIOPSLimit|NetworkInterfaceLimitExceeded|SecurityGroupsPer\w+LimitExceeded)$/,
    'region',
  ],
];

/** Codes whose message alone shows what they concern. */
const VAGUE = /^(InvalidParameter(Value|Combination)?|UnsupportedOperation)$/;

/** The scope of an IAM denial, by action and kind of resource. A policy may list instance types for `instance/*`. */
const DENIED_SCOPES: Readonly<Record<string, RefusalClass['scope']>> = {
  'RunInstances instance': 'type',
  'RunInstances spot-instances-request': 'market',
  'RunInstances subnet': 'subnet',
};

/**
 * Which plans a launch error rules out; `undefined` when it is not a known refusal, or rules out every plan in every
 * region. A scope that is too wide loses plans that would succeed; a scope that is too narrow costs one more request
 * per plan.
 */
export function classifyRefusal(error: unknown, plan: LaunchTarget): RefusalClass | undefined {
  const { code, message } = readError(error);
  if (CAPACITY_REFUSALS[code]) return CAPACITY_REFUSALS[code];
  if (isIamDenial(code)) {
    const [, action, kind] = /perform:? ec2:(\w+) on resource:? [^ /]*:([\w-]+)\//.exec(message) ?? [];
    return { scope: DENIED_SCOPES[`${action} ${kind}`] ?? 'region', kind: 'rejected' };
  }
  if (VAGUE.test(code) && (message.includes(plan.instanceType) || /instance ?type/i.test(message))) {
    return { scope: 'type', kind: 'unsupported' };
  }
  const scope = SCOPES.find(([codes]) => codes.test(code))?.[1];
  return scope && { scope, kind: scope === 'type' ? 'unsupported' : 'rejected' };
}

export function toRefusal(error: unknown, refusal: RefusalClass): Refusal {
  const { code, message, requestId } = readError(error);
  return { code, message, ...refusal, ...(requestId !== undefined && { requestId }) };
}

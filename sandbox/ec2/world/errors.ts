/**
 * An error with EC2's own code and words.
 * Source of codes and statuses: EC2 API reference, "Error codes for the Amazon EC2 API".
 */
export class Ec2Error extends Error {
  override readonly name = 'Ec2Error';

  constructor(
    readonly code: string,
    message: string,
    readonly status: number = STATUS[code] ?? 400,
  ) {
    super(message);
  }
}

/** All other client errors are 400. EC2 answers capacity errors with 500. */
const STATUS: Readonly<Record<string, number>> = {
  AuthFailure: 401,
  UnauthorizedOperation: 403,
  DryRunOperation: 412,
  InsufficientInstanceCapacity: 500,
  InsufficientHostCapacity: 500,
  InsufficientReservedInstanceCapacity: 500,
  InsufficientAddressCapacity: 500,
  InsufficientCapacityOnHost: 500,
  InternalError: 500,
  InternalFailure: 500,
  RequestLimitExceeded: 503,
  ServerInternal: 500,
  Unavailable: 503,
};

/** The sandbox refuses what it does not model, so that a test never passes with an ignored parameter. */
export function refuseUnmodeled(what: string): Ec2Error {
  return new Ec2Error('UnsupportedBySandbox', `The sandbox doesn't model ${what}.`, 501);
}

export function refuseValue(value: string, parameter: string, why = ''): Ec2Error {
  return new Ec2Error('InvalidParameterValue', `Value (${value}) for parameter ${parameter} is invalid. ${why}`.trim());
}

export function refuseMissing(parameter: string): Ec2Error {
  return new Ec2Error('MissingParameter', `The request must contain the parameter ${parameter}`);
}

/**
 * Finds resources by id. Like EC2, refuses the whole batch for a single id that is malformed or does not exist.
 * @param kind `prefix` such as `i-`, and the `code` family, such as `InvalidInstanceID`.
 */
export function findAll<T>(
  ids: readonly string[],
  find: (id: string) => T | undefined,
  kind: { readonly prefix: string; readonly code: string; readonly noun: string; readonly end?: string },
): T[] {
  for (const id of ids) {
    if (!new RegExp(`^${kind.prefix}([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) {
      throw new Ec2Error(`${kind.code}.Malformed`, `Invalid id: "${id}" (expecting "${kind.prefix}...")`);
    }
  }
  const missing = ids.filter((id) => find(id) === undefined);
  if (missing.length > 0) {
    const list = missing.map((id) => `'${id}'`).join(', ');
    const [subject, verb] = missing.length > 1 ? [`${kind.noun}s`, 'do'] : [kind.noun, 'does'];
    throw new Ec2Error(`${kind.code}.NotFound`, `The ${subject} ${list} ${verb} not exist${kind.end ?? ''}`);
  }
  return [...new Set(ids)].map((id) => find(id) as T);
}

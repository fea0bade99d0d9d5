/**
 * Placeholders for the user's own values in a printed policy. No ARN, tag or repository may contain angle brackets, so
 * a placeholder that is left in allows nothing.
 */
export const PLACE = {
  account: '<ACCOUNT>',
  regions: '<REGIONS>',
  instanceTypes: '<INSTANCE_TYPES>',
  owner: '<OWNER>',
  ownerId: '<OWNER_ID>',
  repository: '<REPOSITORY>',
  repositoryId: '<REPOSITORY_ID>',
  subject: '<SUBJECT>',
  instanceRole: '<INSTANCE_ROLE>',
} as const;

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One statement of a policy, with the reasons, for which JSON has no place. */
export interface Grant {
  readonly sid: string;
  /** Default: `Allow`. */
  readonly effect?: 'Deny';
  /** By action: which of our programs needs it, and why. */
  readonly actions: Readonly<Record<string, string>>;
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
  /** Resources and conditions, in words. */
  readonly on: string;
}

export interface Policy {
  readonly title: string;
  readonly grants: readonly Grant[];
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Conditions;
}

export function composeDocument({ grants }: Policy): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: grants.map(({ sid, effect = 'Allow' as const, actions, resources, conditions }): Statement => ({
      Sid: sid,
      Effect: effect,
      Action: Object.keys(actions),
      Resource: resources,
      ...(conditions && { Condition: conditions }),
    })),
  };
}

/**
 * The request must give these tags to what it creates or tags: a pattern for each key. IAM finds a tag's value by its key
 * in any case, so the keys are also compared letter by letter. Source: IAM user guide, "Controlling access to and for IAM users and
 * roles using tags" and `aws:TagKeys` in "AWS global condition context keys".
 */
export function marked(tags: Readonly<Record<string, string>>): Conditions {
  const [first, second, ...others] = Object.keys(tags);
  if (first === undefined || others.length > 0) throw new Error('One statement compares one key or two.');
  return {
    StringLike: Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'ForAnyValue:StringEquals': { 'aws:TagKeys': first },
    // An operator can have each condition key once. Without a wildcard, StringLike compares as StringEquals does.
    ...(second !== undefined && { 'ForAnyValue:StringLike': { 'aws:TagKeys': second } }),
  };
}

/** All of these conditions. @throws when two of them compare the same key by the same operator */
export function all(...given: readonly Conditions[]): Conditions {
  const conditions: Record<string, Record<string, string | readonly string[]>> = {};
  for (const [operator, compared] of given.flatMap((one) => Object.entries(one))) {
    const known = conditions[operator] ?? {};
    const twice = Object.keys(compared).find((key) => Object.hasOwn(known, key));
    if (twice !== undefined) throw new Error(`${operator} compares ${twice} twice.`);
    conditions[operator] = { ...known, ...compared };
  }
  return conditions;
}

/** Requests that only read. */
export function look(actions: Grant['actions']): Grant {
  return {
    sid: 'Look',
    actions: Object.fromEntries(Object.entries(actions).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    resources: ['*'],
    on: 'everything: AWS has no narrower permission for these',
  };
}

/** In any region, in the user's account. */
export function inAccount(service: string, ...names: readonly string[]): string[] {
  return names.map((name) => `arn:aws:${service}:*:${PLACE.account}:${name}`);
}

/** Of any account: resources that AWS publishes have none, and shared resources have their owner's. */
export function inAnyAccount(service: string, ...names: readonly string[]): string[] {
  return names.map((name) => `arn:aws:${service}:*:*:${name}`);
}

/** Images and snapshots: their ARNs name no account. */
export function withoutAccount(service: string, ...names: readonly string[]): string[] {
  return names.map((name) => `arn:aws:${service}:*::${name}`);
}

/**
 * The placeholders for the user's own values in a printed policy. No ARN, tag or repository can contain angle brackets,
 * so a forgotten placeholder allows nothing.
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
  bucket: '<BUCKET>',
  prefix: '<PREFIX>',
  historyBucket: '<HISTORY_BUCKET>',
  historyKey: '<HISTORY_KEY>',
} as const;

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One statement of a policy, with the reasons that JSON cannot hold. */
export interface Grant {
  readonly sid: string;
  /** Default: `Allow`. */
  readonly effect?: 'Deny';
  /** The actions, each with the call that needs it and its purpose. */
  readonly actions: Readonly<Record<string, string>>;
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
  /** The resources and conditions in words. */
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
 * Requires these tags of what a request creates or tags. The values are patterns. IAM ignores the case of a key when it
 * looks up the value of a tag, so a second condition compares the exact keys. Source: IAM user guide, "Controlling
 * access to and for IAM users and roles using tags" and `aws:TagKeys` in "AWS global condition context keys".
 */
export function marked(tags: Readonly<Record<string, string>>): Conditions {
  const [first, second, ...others] = Object.keys(tags);
  if (first === undefined || others.length > 0) throw new Error('One statement compares one key or two.');
  return {
    StringLike: Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'ForAnyValue:StringEquals': { 'aws:TagKeys': first },
    // A condition operator can have each key only once. Without a wildcard, StringLike compares like StringEquals.
    ...(second !== undefined && { 'ForAnyValue:StringLike': { 'aws:TagKeys': second } }),
  };
}

/** Combines conditions, of which all must hold. @throws when two of them use the same operator for the same key */
export function all(...sets: readonly Conditions[]): Conditions {
  const conditions: Record<string, Record<string, string | readonly string[]>> = {};
  for (const [operator, compared] of sets.flatMap((one) => Object.entries(one))) {
    const known = conditions[operator] ?? {};
    const twice = Object.keys(compared).find((key) => Object.hasOwn(known, key));
    if (twice !== undefined) throw new Error(`${operator} compares ${twice} twice.`);
    conditions[operator] = { ...known, ...compared };
  }
  return conditions;
}

/** A statement of read-only actions. */
export function look(actions: Grant['actions']): Grant {
  return {
    sid: 'Look',
    actions: Object.fromEntries(Object.entries(actions).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    resources: ['*'],
    on: 'everything: AWS has no narrower permission for these actions',
  };
}

/** ARNs in any region of the user's account. */
export function inAccount(service: string, ...names: readonly string[]): string[] {
  return names.map((name) => `arn:aws:${service}:*:${PLACE.account}:${name}`);
}

/** ARNs of any account: those that AWS publishes name no account, and those of shared resources name their owner's. */
export function inAnyAccount(service: string, ...names: readonly string[]): string[] {
  return names.map((name) => `arn:aws:${service}:*:*:${name}`);
}

/** ARNs without an account, as images and snapshots have, even those of other accounts. */
export function withoutAccount(service: string, ...names: readonly string[]): string[] {
  return names.map((name) => `arn:aws:${service}:*::${name}`);
}

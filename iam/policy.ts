/**
 * What stands for the user's own values in a printed policy. No ARN, tag or repository may contain angle brackets,
 * so a place that was forgotten allows nothing.
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

/** One statement of a policy, with what its JSON has no place for: the reasons. */
export interface Grant {
  readonly sid: string;
  /** By action: which of our calls needs it, and what for. */
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
  readonly Effect: 'Allow';
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Conditions;
}

export function composeDocument({ grants }: Policy): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: grants.map(({ sid, actions, resources, conditions }) => ({
      Sid: sid,
      Effect: 'Allow',
      Action: Object.keys(actions),
      Resource: resources,
      ...(conditions && { Condition: conditions }),
    })),
  };
}

/** What only asks. */
export function look(actions: Grant['actions']): Grant {
  return {
    sid: 'Look',
    actions: Object.fromEntries(Object.entries(actions).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    resources: ['*'],
    on: 'everything: AWS knows no narrower permission for these',
  };
}

/** In any region, in the user's account. */
export function inAccount(service: string, ...names: readonly string[]): string[] {
  return names.map((name) => `arn:aws:${service}:*:${PLACE.account}:${name}`);
}

/** Of any account: what AWS publishes has none, and what is shared with this account has its owner's. */
export function inAnyAccount(service: string, ...names: readonly string[]): string[] {
  return names.map((name) => `arn:aws:${service}:*:*:${name}`);
}

/** Images and snapshots: their ARNs name no account, whoever owns them. */
export function withoutAccount(service: string, ...names: readonly string[]): string[] {
  return names.map((name) => `arn:aws:${service}:*::${name}`);
}

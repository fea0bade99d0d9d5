import type { Ask } from './iam.asks.js';
import { readPolicy } from './iam.roles.js';

/** The roles of the table, by the policies that they have. */
export const ROLES = {
  'start-stop': [readPolicy('start-stop'), readPolicy('pass-role')],
  'start-stop without pass-role': [readPolicy('start-stop')],
  'start-stop with <OWNER> not filled in': [readPolicy('start-stop', { '<OWNER>': '<OWNER>' })],
  'start-stop with pool-claim': [readPolicy('start-stop'), readPolicy('pool-claim')],
  'start-stop with keep-failed': [readPolicy('start-stop'), readPolicy('keep-failed')],
  'session-host': [readPolicy('session-host')],
  'session-user': [readPolicy('session-user')],
  'start-stop with volumes': [readPolicy('start-stop'), readPolicy('volumes')],
  'pool-fill': [readPolicy('pool-fill')],
  reap: [readPolicy('reap')],
  'reap for all repositories of its owner': [readPolicy('reap', { '<REPOSITORY>': '*' })],
  'ami-build': [readPolicy('ami-build')],
} as const;

/** One limit of a role. */
export interface Denials {
  readonly role: keyof typeof ROLES;
  /** Why the calls are denied, as a sentence about the role. */
  readonly rule: string;
  readonly calls: readonly Call[];
}

/** A call, the permissions that it needs, and those of them that IAM denies. */
export type Call = readonly [call: string, asks: readonly Ask[], denied: readonly string[]];

/** The other half of a limit: calls that the role may make. */
export interface Allowances {
  readonly role: keyof typeof ROLES;
  readonly calls: readonly (readonly [call: string, asks: readonly Ask[]])[];
}

/** `ec2:RunInstances` and `ec2:CreateTags` on each kind of resource. */
export function launchAndTag(...kinds: readonly string[]): string[] {
  return kinds.flatMap((kind) => [`ec2:RunInstances on ${kind}`, `ec2:CreateTags on ${kind}`]);
}

import { askAws, listGitHub, valueOf, type Programs } from '../program.js';
import type { CopyFacts } from './copy.js';

/** What there is of the roles that build images. */
export interface ImageFacts {
  readonly machineRole: boolean;
  readonly machinePolicy: boolean;
  readonly profile: boolean;
  readonly profileHasRole: boolean;
  readonly role: boolean;
  readonly policy: boolean;
  /** The variables of the copy of ci-actions. */
  readonly variables: ReadonlyMap<string, string>;
}

/** The names that ami/README.md gives. */
export const MACHINE_ROLE = 'ci-actions-ami-build';
export const BUILD_ROLE = 'ci-actions-ami';
export const BUILD_POLICY = 'ami-build';
export const SESSION_MANAGER = 'AmazonSSMManagedInstanceCore';

export async function readImages(
  tools: Programs,
  { copy, region }: { readonly copy: CopyFacts; readonly region: string },
): Promise<ImageFacts> {
  const iam = <T>(...args: string[]) => askAws<T>(tools, ['iam', ...args, '--region', region], ['NoSuchEntity']);
  type Attached = { AttachedPolicies: { PolicyName: string }[] };
  type Profile = { InstanceProfile: { Roles: unknown[] } };
  type Variable = { name: string; value: string };
  const [machineRole, attached, profile, role, policy, variables] = await Promise.all([
    iam('get-role', '--role-name', MACHINE_ROLE),
    iam<Attached>('list-attached-role-policies', '--role-name', MACHINE_ROLE),
    iam<Profile>('get-instance-profile', '--instance-profile-name', MACHINE_ROLE),
    iam('get-role', '--role-name', BUILD_ROLE),
    iam('get-role-policy', '--role-name', BUILD_ROLE, '--policy-name', BUILD_POLICY),
    listGitHub<Variable>(tools, `repos/${copy.name}/actions/variables`, 'variables'),
  ]);
  return {
    machineRole: machineRole.kind === 'value',
    machinePolicy: valueOf(attached)?.AttachedPolicies.some((one) => one.PolicyName === SESSION_MANAGER) ?? false,
    profile: profile.kind === 'value',
    profileHasRole: (valueOf(profile)?.InstanceProfile.Roles.length ?? 0) > 0,
    role: role.kind === 'value',
    policy: policy.kind === 'value',
    variables: new Map(valueOf(variables)?.map((one) => [one.name, one.value])),
  };
}

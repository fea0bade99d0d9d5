import type { RefusedPlan } from '../machine/refusals.js';
import type { RegionSetup } from '../machine/region-setup.js';
import type { TaggedRunner } from '../kernel/runner-tags.js';
import type { Instance, Plan } from '../ports/ec2.js';
import { listRoles, type StartRequest } from './request.js';

/** A runner of an instance; times in epoch ms. */
export interface StartedRunner {
  /** `undefined` until a runner that its instance registers is first seen. */
  id: number | undefined;
  readonly name: string;
  /** What it is for; absent without roles. */
  readonly role?: string;
  readonly labels: readonly string[];
  /** When GitHub first reported it online. */
  onlineAt?: number;
}

/** A launched or claimed instance with its runners; times in epoch ms. */
export interface StartedInstance {
  readonly instance: Instance;
  readonly plan: Plan;
  readonly region: string;
  readonly runners: readonly StartedRunner[];
  readonly launchedAt: number;
  /** Claimed from a pool: it has booted before and comes up sooner. */
  readonly resumed?: true;
  /** When it was first seen running. */
  runningAt?: number;
}

/** The result of a start. */
export interface Started {
  readonly requestedAt: number;
  readonly instances: readonly StartedInstance[];
  readonly refused: readonly RefusedPlan[];
  readonly regionSetups: ReadonlyMap<string, RegionSetup>;
  /** The start launched nothing, because the machine of its name runs already. It does not own that machine. */
  readonly joined?: JoinedMachine;
}

/** A machine that another start launched, whose runners this start uses. */
export interface JoinedMachine {
  readonly started: StartedInstance;
  /** The label of the start that launched it. */
  readonly label: string;
  /** The run that launched it, and that ends it. */
  readonly runId: string;
}

/** The runners of an instance of this request, in the order of their names. */
export function describeRunners(request: StartRequest, runners: readonly TaggedRunner[]): readonly StartedRunner[] {
  const roles = listRoles(request);
  return runners.map(({ id, name }, at) => {
    const { role, label, labels = [] } = roles[at]!;
    return { id, name, ...(role !== undefined && { role }), labels: [label, ...labels] };
  });
}

/** `a-name (a-role)` */
export function nameWithRole({ name, role }: StartedRunner): string {
  return role === undefined ? name : `${name} (${role})`;
}

/** The instance is ready when this list is empty. */
export function listOffline({ runners }: StartedInstance): readonly StartedRunner[] {
  return runners.filter(({ onlineAt }) => onlineAt === undefined);
}

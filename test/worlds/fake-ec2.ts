import type { Clock } from '../../src/core/kernel/clock.js';
import { Failure } from '../../src/core/kernel/failure.js';
import type { Image } from '../../src/core/ports/catalog.js';
import type {
  Ec2,
  Instance,
  LaunchOutcome,
  LaunchSpec,
  LaunchTarget,
  ReaperEc2,
  Refusal,
  ResumeOutcome,
  Snapshot,
  SpotPrice,
  SpotPriceQuery,
  SpotRequest,
  TagFilter,
  Termination,
  Volume,
} from '../../src/core/ports/ec2.js';
import type { VolumesEc2 } from '../../src/core/ports/volumes.js';
import {
  FAKE_GROUPS,
  FAKE_IMAGES,
  FAKE_PARAMETERS,
  FAKE_SUBNETS,
  FAKE_TYPES,
  SUBNET_A,
  type FakeImage,
} from './fake-catalog.js';
import { FakeFaults, type FakeFault } from './fake-faults.js';
import { FakeMachines, type FakeTimeline } from './fake-machines.js';
import { hasTags, takeOut } from './fake-tags.js';
import { FakeVolumes } from './fake-volumes.js';

export interface FakeEc2Options {
  readonly clock: Clock;
  readonly region?: string;
  /** Default: pending for 5 s, shutting down for 20 s, visible at once. */
  readonly timeline?: Partial<FakeTimeline>;
}

type Operation = Exclude<keyof (Ec2 & ReaperEc2 & VolumesEc2), 'region' | 'openVolumes'>;

/** EC2's refusal of a plan without capacity. */
export const NO_CAPACITY: Refusal = {
  code: 'InsufficientInstanceCapacity',
  message: 'There is no capacity for this type in this zone now.',
  scope: 'plan',
  kind: 'capacity',
};

const TIMELINE: FakeTimeline = { pendingMs: 5_000, shuttingDownMs: 20_000, invisibleMs: 0 };

/**
 * EC2 in memory, with instances that age on the given clock. Public members that the port does not have are for tests:
 * they edit the catalog, remove capacity, end instances and make calls fail.
 */
export class FakeEc2 implements Ec2, ReaperEc2 {
  readonly region: string;
  regions: readonly string[] = ['us-east-1'];
  readonly images: FakeImage[] = [...FAKE_IMAGES];
  readonly types = [...FAKE_TYPES];
  readonly subnets = [...FAKE_SUBNETS];
  readonly groups = [...FAKE_GROUPS];
  readonly parameters = new Map(Object.entries(FAKE_PARAMETERS));
  /** How many instances can still be launched, by `type`, `type/subnet` or `type/subnet/market`. Absent: any number. */
  readonly capacity = new Map<string, number>();
  /** The volumes of a test. The volumes of instances are not kept here. */
  readonly volumes: Volume[] = [];
  /** The volumes that outlive instances, and snapshots. */
  readonly dataVolumes: FakeVolumes;
  readonly spotRequests: SpotRequest[] = [];
  /** By default, one old price for each type in each zone. */
  spotPrices: readonly SpotPrice[] = FAKE_TYPES.flatMap(({ name: type }) =>
    [...new Set(FAKE_SUBNETS.map(({ availabilityZone }) => availabilityZone))].map((availabilityZone) => ({
      type,
      availabilityZone,
      hourly: 0.06,
      since: 0,
    })),
  );
  /** Instances with termination protection. */
  readonly protectedIds = new Set<string>();
  /** The serial consoles by instance id. */
  readonly consoles = new Map<string, string>();
  private readonly machines: FakeMachines;
  private readonly refusals: { match: Partial<LaunchTarget>; refusal: Refusal }[] = [];
  private readonly faults = new FakeFaults<Operation>();
  private readonly resumeListeners: ((instance: Instance) => void)[] = [];
  private readonly launchListeners: ((instance: Instance, spec: LaunchSpec) => void)[] = [];

  constructor({ clock, region = 'us-east-1', timeline = {} }: FakeEc2Options) {
    this.region = region;
    this.machines = new FakeMachines(clock, { ...TIMELINE, ...timeline });
    this.dataVolumes = new FakeVolumes({ clock, subnets: this.subnets, instances: () => this.machines.visible() });
  }

  /** All instances in the order of their launch, terminated ones too. */
  get instances(): readonly Instance[] {
    return this.machines.all();
  }

  /** The specs of all launches, in the same order. */
  get specs(): readonly LaunchSpec[] {
    return this.machines.specs();
  }

  /** Refuses every plan that has all properties of `match`. */
  refuse(match: Partial<LaunchTarget>, refusal: Refusal): void {
    this.refusals.push({ match, refusal });
  }

  /** Makes the next calls of this operation fail. */
  fault(operation: Operation, fault: FakeFault): void {
    this.faults.plan(operation, fault);
  }

  /** Removes all faults. */
  heal(): void {
    this.faults.clear();
  }

  /** Calls the listener at each launch, for example to bring a runner online. */
  onLaunch(listener: (instance: Instance, spec: LaunchSpec) => void): void {
    this.launchListeners.push(listener);
  }

  /** Calls the listener when a stopped instance is started again. */
  onResume(listener: (instance: Instance) => void): void {
    this.resumeListeners.push(listener);
  }

  /** Powers the instance off from within: it terminates, or stops if that is its shutdown behavior. */
  powerOff(id: string): void {
    this.machines.powerOff(id);
  }

  /** The user data that the instance would read at its next boot. */
  userDataOf(id: string): Uint8Array | undefined {
    return this.machines.userData(id);
  }

  interfaceTagsOf(id: string): Readonly<Record<string, string>> {
    return this.machines.interfaceTags(id);
  }

  /** Ends the instance without a request, like a power-off, an interruption or a failure. */
  end(id: string, reason = 'Client.InstanceInitiatedShutdown: Instance initiated shutdown'): void {
    this.machines.end(id, reason);
  }

  /** Stops the instance, like a user who stops it. */
  stop(id: string): void {
    this.machines.stop(id);
  }

  /** Changes the instance's tags, like a user who edits them. `undefined` removes a tag. */
  retag(id: string, changes: Readonly<Record<string, string | undefined>>): void {
    this.machines.retag(id, changes);
  }

  listRegions(): Promise<readonly string[]> {
    return this.answer('listRegions', () => this.regions);
  }

  readParameters(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.answer('readParameters', () => new Map([...this.parameters].filter(([name]) => names.includes(name))));
  }

  describeImage(id: string): Promise<Image | undefined> {
    return this.answer('describeImage', () => this.images.find((image) => image.id === id));
  }

  findNewestImage(namePattern: string): Promise<Image | undefined> {
    const matches = wildcards(namePattern);
    return this.answer('findNewestImage', () =>
      this.images
        .filter((image) => image.own && image.state === 'available' && matches(image.name))
        .sort((a, b) => b.createdAt - a.createdAt)
        .at(0),
    );
  }

  describeTypes(names: readonly string[]) {
    return this.answer('describeTypes', () => this.types.filter((type) => names.includes(type.name)));
  }

  describeSubnets(ids: readonly string[]) {
    return this.answer('describeSubnets', () => this.subnets.filter((subnet) => ids.includes(subnet.id)));
  }

  describeSecurityGroups(ids: readonly string[]) {
    return this.answer('describeSecurityGroups', () => this.groups.filter((group) => ids.includes(group.id)));
  }

  launch(spec: LaunchSpec): Promise<LaunchOutcome> {
    return this.answer('launch', () => this.admit(spec));
  }

  checkLaunch(spec: LaunchSpec): Promise<void> {
    return this.answer('checkLaunch', () => {
      const { failure } = this.findDeadEnd(spec) ?? {};
      if (failure) throw failure;
    });
  }

  describeInstances(ids: readonly string[]): Promise<readonly Instance[]> {
    return this.answer('describeInstances', () => this.machines.visible().filter(({ id }) => ids.includes(id)));
  }

  findInstances(tags: TagFilter, which?: { readonly alsoEnded: boolean }): Promise<readonly Instance[]> {
    const isAsked = ({ state }: Instance): boolean => which?.alsoEnded === true || state !== 'terminated';
    return this.answer('findInstances', () =>
      this.machines.visible().filter((instance) => isAsked(instance) && hasTags(instance, tags)),
    );
  }

  findVolumes(tags: TagFilter): Promise<readonly Volume[]> {
    return this.answer('findVolumes', () =>
      [...this.machines.volumes(), ...this.volumes, ...this.dataVolumes.list()].filter((one) => hasTags(one, tags)),
    );
  }

  deleteVolume(id: string): Promise<'deleted' | 'absent' | 'in-use'> {
    return this.answer('deleteVolume', () => {
      if (this.machines.volumes().some((volume) => volume.id === id)) return 'in-use';
      return takeOut(this.volumes, id) ? 'deleted' : this.dataVolumes.delete(id);
    });
  }

  findSnapshots(tags: TagFilter): Promise<readonly Snapshot[]> {
    return this.answer('findSnapshots', () => this.dataVolumes.findSnapshots(tags));
  }

  deleteSnapshot(id: string): Promise<'deleted' | 'absent' | 'in-use'> {
    return this.answer('deleteSnapshot', () => this.dataVolumes.deleteSnapshot(id));
  }

  async openVolumes(): Promise<VolumesEc2> {
    const { dataVolumes } = this;
    return {
      region: this.region,
      describeVolume: (id) => this.answer('describeVolume', () => dataVolumes.findById(id)),
      findDataVolumes: (tags) => this.answer('findDataVolumes', () => dataVolumes.find(tags)),
      findDefaultSubnets: () => this.answer('findDefaultSubnets', () => dataVolumes.defaultSubnets()),
      createVolume: (spec) => this.answer('createVolume', () => dataVolumes.create(spec)),
      attachVolume: (id, instanceId) => this.answer('attachVolume', () => dataVolumes.attach(id, instanceId)),
      detachVolume: (id, instanceId) => this.answer('detachVolume', () => dataVolumes.detach(id, instanceId)),
      deleteVolume: (id) => this.deleteVolume(id),
      findSnapshots: (tags) => this.findSnapshots(tags),
      createSnapshot: (id, tags) => this.answer('createSnapshot', () => dataVolumes.createSnapshot(id, tags)),
      deleteSnapshot: (id) => this.deleteSnapshot(id),
      tagResource: (id, tags) => this.answer('tagResource', () => dataVolumes.tag(id, tags)),
    };
  }

  findSpotRequests(tags: TagFilter): Promise<readonly SpotRequest[]> {
    return this.answer('findSpotRequests', () =>
      [...this.machines.spotRequests(), ...this.spotRequests].filter((request) => hasTags(request, tags)),
    );
  }

  cancelSpotRequest(id: string): Promise<void> {
    return this.answer('cancelSpotRequest', () => {
      const request = takeOut(this.spotRequests, id);
      if (request) this.spotRequests.push({ ...request, state: 'cancelled' });
    });
  }

  /** Like the adapter, answers a `Failure` as a refusal of every id. */
  async terminate(ids: readonly string[]): Promise<Termination> {
    const refuse = (some: readonly string[], failure: Failure) => some.map((id) => ({ id, failure }));
    try {
      return await this.answer('terminate', () => {
        const known = new Set(this.machines.visible().map(({ id }) => id));
        const kept = ids.filter((id) => known.has(id) && this.protectedIds.has(id));
        const ended = ids.filter((id) => known.has(id) && !this.protectedIds.has(id));
        for (const id of ended) this.end(id, 'Client.UserInitiatedShutdown: User initiated shutdown');
        const refused = kept.flatMap((id) => refuse([id], protectedFailure(id)));
        return { ended, unknown: ids.filter((id) => !known.has(id)), refused };
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { ended: [], unknown: [], refused: refuse(ids, error) };
    }
  }

  writeUserData(id: string, userData: Uint8Array): Promise<'written' | 'gone'> {
    return this.answer('writeUserData', () => (this.knows(id) ? this.machines.writeUserData(id, userData) : 'gone'));
  }

  tagInstance(id: string, tags: Readonly<Record<string, string>>): Promise<'tagged' | 'gone'> {
    return this.answer('tagInstance', () => {
      if (!this.knows(id)) return 'gone';
      this.retag(id, tags);
      return 'tagged';
    });
  }

  resume(id: string): Promise<ResumeOutcome> {
    return this.answer('resume', () => {
      const known = this.machines.visible().find((one) => one.id === id);
      if (!known) return { kind: 'gone' };
      const { type: instanceType, subnetId = SUBNET_A, market } = known;
      const refusal = known.state === 'stopped' ? this.findRefusal({ instanceType, subnetId, market }) : undefined;
      if (refusal) return { kind: 'refused', refusal };
      const instance = this.machines.resume(id);
      if (!instance) return { kind: 'gone' };
      if (known.state === 'stopped') for (const listener of this.resumeListeners) listener(instance);
      return { kind: 'resumed', state: instance.state };
    });
  }

  readConsole(id: string): Promise<string> {
    return this.answer('readConsole', () => this.consoles.get(id) ?? '');
  }

  readSpotPrices({ types, to }: SpotPriceQuery): Promise<readonly SpotPrice[]> {
    return this.answer('readSpotPrices', () =>
      this.spotPrices.filter(({ type, since }) => types.includes(type) && since <= to),
    );
  }

  private answer<T>(operation: Operation, effect: () => T): Promise<T> {
    return this.faults.answer(operation, effect);
  }

  private knows(id: string): boolean {
    return this.machines.visible().some((one) => one.id === id && one.state !== 'terminated');
  }

  private admit(spec: LaunchSpec): LaunchOutcome {
    const twin = this.machines.findByToken(spec);
    if (twin) return { kind: 'launched', instance: twin };
    const refusal = this.findDeadEnd(spec) ?? this.findRefusal(spec.plan);
    if (refusal) return { kind: 'refused', refusal };
    const subnet = this.subnets.find(({ id }) => id === (spec.plan.subnetId ?? SUBNET_A));
    const instance = this.machines.create(spec, subnet);
    for (const listener of this.launchListeners) listener(instance, spec);
    return { kind: 'launched', instance };
  }

  /** The refusal of a request that names something unknown. */
  private findDeadEnd({ imageId, plan, securityGroupIds }: LaunchSpec): Refusal | undefined {
    const { subnetId, instanceType } = plan;
    const image = this.images.find(({ id }) => id === imageId);
    const type = this.types.find(({ name }) => name === instanceType);
    if (!image) return deadEnd(imageId, 'region', 'image-not-found');
    if (!type) return deadEnd(instanceType, 'type', 'aws-rejected');
    if (image.bootMode === 'uefi' && type.bootModes?.includes('uefi') === false) {
      return deadEnd(`${instanceType} that boots by UEFI`, 'type', 'aws-rejected');
    }
    if (subnetId && !has(this.subnets, subnetId)) return deadEnd(subnetId, 'subnet', 'network-mismatch');
    const group = securityGroupIds.find((id) => !has(this.groups, id));
    return group === undefined ? undefined : deadEnd(group, 'region', 'network-mismatch');
  }

  private findRefusal(plan: LaunchTarget): Refusal | undefined {
    const inSubnet = `${plan.instanceType}/${plan.subnetId ?? SUBNET_A}`;
    const pools = [plan.instanceType, inSubnet, `${inSubnet}/${plan.market}`];
    if (pools.some((pool) => this.capacity.get(pool) === 0)) return NO_CAPACITY;
    const agrees = (match: Partial<LaunchTarget>) =>
      Object.entries(match).every(([field, value]) => plan[field as keyof LaunchTarget] === value);
    const rule = this.refusals.find(({ match }) => agrees(match));
    if (rule) return rule.refusal;
    for (const pool of pools) this.capacity.set(pool, (this.capacity.get(pool) ?? Infinity) - 1);
    return undefined;
  }
}

export function createFakeEc2(options: FakeEc2Options): FakeEc2 {
  return new FakeEc2(options);
}

function protectedFailure(id: string): Failure {
  return new Failure('aws-rejected', `The instance '${id}' may not be terminated.`, { hint: 'Unprotect it.' });
}

function has(known: readonly { readonly id: string }[], id: string): boolean {
  return known.some((one) => one.id === id);
}

function deadEnd(what: string, scope: Refusal['scope'], code: Failure['code']): Refusal {
  const message = `EC2 has no ${what}.`;
  const failure = new Failure(code, message, { hint: 'Correct it.' });
  return {
    code: 'InvalidParameterValue',
    message,
    scope,
    kind: scope === 'type' ? 'unsupported' : 'rejected',
    failure,
  };
}

function wildcards(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 's');
  return (name) => expression.test(name);
}

import { Clock } from './clock.js';
import type { Ec2Event, Ec2EventName } from './events.js';
import type { ByPlan, Ec2Options, Quota, Timeline } from './options.js';
import type {
  Boot,
  ImageRecord,
  InstanceRecord,
  LaunchTemplateRecord,
  SecurityGroupRecord,
  SpotRequestRecord,
  SubnetRecord,
  VpcRecord,
} from './records.js';
import type { SnapshotRecord, Storage, VolumeRecord } from './volume-records.js';
import { seedImages, seedParameters, seedSecurityGroups, seedSnapshots, seedSubnets, seedVpcs } from './seed.js';
import { Throttle } from './throttle.js';

/** The state of one region of one account, with its clock and its events. Tests may read and change it directly. */
export class Ec2World {
  readonly region: string;
  readonly timeline: Timeline;
  readonly capacity: ByPlan<number>;
  readonly refusals: ByPlan<string>;
  readonly quota: Quota;
  readonly denied: Set<string>;
  readonly throttle: Throttle | undefined;
  readonly boot: Boot | undefined;
  readonly storage: Storage | undefined;
  readonly images: Map<string, ImageRecord>;
  readonly vpcs: Map<string, VpcRecord>;
  readonly subnets: Map<string, SubnetRecord>;
  readonly securityGroups: Map<string, SecurityGroupRecord>;
  readonly parameters: Map<string, string>;
  /** All values of a parameter, from version 1 on. Absent for a parameter that was never written. */
  readonly parameterVersions = new Map<string, string[]>();
  /** The version of each label, by parameter. */
  readonly parameterLabels = new Map<string, Map<string, number>>();
  /** The data type of each parameter that was written with one. */
  readonly parameterTypes = new Map<string, string>();
  readonly snapshots: Map<string, SnapshotRecord>;
  readonly launchTemplates = new Map<string, LaunchTemplateRecord>();
  /** All regions of the account that exist here, including this one. */
  readonly regions: Map<string, Ec2World>;
  readonly volumes = new Map<string, VolumeRecord>();
  readonly spotRequests = new Map<string, SpotRequestRecord>();
  /** Includes terminated instances. */
  readonly instancesById = new Map<string, InstanceRecord>();
  /** By client token: the fingerprint of its request, and the launched instances. */
  readonly launches = new Map<string, { readonly fingerprint: string; instanceIds?: readonly string[] }>();
  /** The same for CopyImage. */
  readonly copies = new Map<string, { readonly fingerprint: string; readonly imageId: string }>();
  /** The same for CreateVolume. */
  readonly volumeTokens = new Map<string, { readonly fingerprint: string; readonly volumeId: string }>();
  private readonly clock = new Clock();

  constructor(
    options: Ec2Options,
    private readonly listener: (event: Ec2Event) => void = () => {},
  ) {
    this.region = options.region;
    this.timeline = options.timeline;
    this.capacity = { ...options.capacity };
    this.refusals = { ...options.refusals };
    this.quota = { ...options.quota };
    this.denied = new Set(options.denied);
    const { throttle } = options;
    this.throttle = throttle ? new Throttle(throttle === true ? {} : throttle) : undefined;
    this.boot = options.boot;
    this.storage = options.storage;
    this.images = byId(seedImages(Date.now()), options.images);
    this.snapshots = byId(seedSnapshots([...this.images.values()]));
    this.regions = new Map([[options.region, this]]);
    this.vpcs = byId(seedVpcs());
    this.subnets = byId(seedSubnets(options.region), options.subnets);
    this.securityGroups = byId(seedSecurityGroups(), options.securityGroups);
    this.parameters = new Map(seedParameters());
    for (const [name, value] of Object.entries(options.parameters ?? {})) {
      if (value === undefined) this.parameters.delete(name);
      else this.parameters.set(name, value);
    }
  }

  /** Every instance that ever existed, oldest first. */
  instances(): readonly InstanceRecord[] {
    return [...this.instancesById.values()];
  }

  /** @throws Error if no such instance ever existed. */
  instance(id: string): InstanceRecord {
    const instance = this.instancesById.get(id);
    if (!instance) throw new Error(`The sandbox never had an instance ${id}.`);
    return instance;
  }

  /** The serial console of an instance so far, even after its end. */
  readConsole(id: string): string {
    const instance = this.instance(id);
    return instance.machine?.readConsole() ?? instance.postedConsole;
  }

  emit(name: Ec2EventName, instance: InstanceRecord, volume?: VolumeRecord): void {
    this.listener({ at: Date.now(), name, instance: instance.id, ...(volume && { volume: volume.id }) });
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.clock.isClosed;
  }

  /** Runs `action` later, unless the sandbox is closed by then. Does not keep the process alive. */
  after(ms: number, action: () => void): void {
    this.clock.after(ms, action);
  }

  /** Ends all timers and cuts the power of every machine. Resolves when no process is left. */
  async close(): Promise<void> {
    this.clock.close();
    await Promise.all(this.instances().map(async (instance) => instance.machine?.stop('pull the plug')));
  }
}

function byId<T extends { readonly id: string }>(...lists: (readonly T[] | undefined)[]): Map<string, T> {
  return new Map(lists.flatMap((list) => list ?? []).map((thing) => [thing.id, thing]));
}

import { interrupt, terminate } from './lifecycle.js';
import type {
  Boot,
  ImageRecord,
  InstanceRecord,
  LaunchTemplateRecord,
  SecurityGroupRecord,
  SnapshotRecord,
  SpotRequestRecord,
  StateReason,
  SubnetRecord,
  VolumeRecord,
  VpcRecord,
} from './records.js';
import { seedImages, seedParameters, seedSecurityGroups, seedSnapshots, seedSubnets, seedVpcs } from './seed.js';
import { Throttle, type ThrottleOptions } from './throttle.js';

/** How long things take, in ms. */
export interface Timeline {
  /** From RunInstances to `running`. */
  readonly pendingMs: number;
  /** From `running` to the first program of ours on the machine. */
  readonly bootMs: number;
  /** The same for one that was stopped and is started again. Default: `bootMs`. */
  readonly resumeMs?: number;
  /** `shutting-down` and `stopping` last at least this long. */
  readonly shuttingDownMs: number;
  /** So long after its launch no request but RunInstances knows of an instance: EC2 is consistent eventually. */
  readonly invisibleMs: number;
  /** From CopyImage to `available`. */
  readonly copyMs: number;
}

/** vCPUs that may run at once, by bucket and market; absent means without limit. */
export type Quota = Partial<Record<`${'standard' | 'gpu'}/${'on-demand' | 'spot'}`, number>>;

/** By `type`, `type/subnet` or `type/subnet/market`, where an asterisk stands for any value of a part. */
export type ByPlan<T> = Record<string, T>;

export interface Ec2Options {
  readonly region: string;
  readonly timeline: Timeline;
  /** How many more instances a pool has room for; one that ends makes room again. Absent: without limit. */
  readonly capacity?: ByPlan<number>;
  /** The error code that launches of a plan are refused with, such as `VcpuLimitExceeded`. */
  readonly refusals?: ByPlan<string>;
  readonly quota?: Quota;
  /** Permissions the caller lacks: `RunInstances` or `ec2:RunInstances`, `ssm:GetParameters`, `iam:PassRole`. */
  readonly denied?: Iterable<string>;
  /** EC2's request buckets, as documented with `true`; default: without. */
  readonly throttle?: boolean | ThrottleOptions;
  /** Added to the seed; one with the same id replaces it. */
  readonly images?: readonly ImageRecord[];
  readonly subnets?: readonly SubnetRecord[];
  readonly securityGroups?: readonly SecurityGroupRecord[];
  /** Added to the seed's SSM parameters; `undefined` takes one away. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  /** Absent: instances have no machine behind them. */
  readonly boot?: Boot;
}

export type Ec2EventName = InstanceRecord['state'] | 'launched' | 'agent' | 'power-off' | 'interrupted';

export interface Ec2Event {
  readonly at: number;
  readonly name: Ec2EventName;
  readonly instance: string;
}

/** Everything one region of one account holds. Tests may read and change it directly. */
export class Ec2World {
  readonly region: string;
  readonly timeline: Timeline;
  readonly capacity: ByPlan<number>;
  readonly refusals: ByPlan<string>;
  readonly quota: Quota;
  readonly denied: Set<string>;
  readonly throttle: Throttle | undefined;
  readonly boot: Boot | undefined;
  readonly images: Map<string, ImageRecord>;
  readonly vpcs: Map<string, VpcRecord>;
  readonly subnets: Map<string, SubnetRecord>;
  readonly securityGroups: Map<string, SecurityGroupRecord>;
  readonly parameters: Map<string, string>;
  /** What a parameter was before and is now, from version 1 on; absent for one that was never written. */
  readonly parameterVersions = new Map<string, string[]>();
  readonly snapshots: Map<string, SnapshotRecord>;
  readonly launchTemplates = new Map<string, LaunchTemplateRecord>();
  /** The account's regions that exist here, this one included. */
  readonly regions: Map<string, Ec2World>;
  readonly volumes = new Map<string, VolumeRecord>();
  readonly spotRequests = new Map<string, SpotRequestRecord>();
  /** Also the terminated ones. */
  readonly instancesById = new Map<string, InstanceRecord>();
  /** By client token: the request that it came with, and what that launched. */
  readonly launches = new Map<string, { readonly fingerprint: string; instanceIds?: readonly string[] }>();
  /** The same of CopyImage. */
  readonly copies = new Map<string, { readonly fingerprint: string; readonly imageId: string }>();
  closed = false;
  private readonly timers = new Set<NodeJS.Timeout>();

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

  /** Every instance there ever was, the oldest first. */
  instances(): readonly InstanceRecord[] {
    return [...this.instancesById.values()];
  }

  /** @throws Error when there never was such an instance. */
  instance(id: string): InstanceRecord {
    const instance = this.instancesById.get(id);
    if (!instance) throw new Error(`The sandbox never had an instance ${id}.`);
    return instance;
  }

  /** The serial console of an instance so far, also of one that is gone. */
  readConsole(id: string): string {
    const instance = this.instance(id);
    return instance.machine?.readConsole() ?? instance.postedConsole;
  }

  /** Pulls the plug: as when the host fails, or when a launch fails after RunInstances accepted it. */
  killInstance(
    id: string,
    reason: StateReason = { code: 'Server.InternalError', message: 'Server.InternalError' },
  ): void {
    terminate(this, this.instance(id), { reason, transitionReason: '', how: 'pull the plug' });
  }

  /** Takes a spot instance back, `noticeMs` (EC2 gives 2 minutes) after saying so in its metadata. */
  interruptSpot(id: string, noticeMs = 120_000): void {
    interrupt(this, this.instance(id), noticeMs);
  }

  emit(name: Ec2EventName, instance: InstanceRecord): void {
    this.listener({ at: Date.now(), name, instance: instance.id });
  }

  /** Runs `action` later unless the sandbox has been closed by then. Doesn't keep the process alive. */
  after(ms: number, action: () => void): void {
    if (this.closed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, ms);
    timer.unref();
    this.timers.add(timer);
  }

  /** Ends all timers and pulls the plug of every machine; resolves when no process is left. */
  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.instances().map(async (instance) => instance.machine?.stop('pull the plug')));
  }
}

function byId<T extends { readonly id: string }>(...lists: (readonly T[] | undefined)[]): Map<string, T> {
  return new Map(lists.flatMap((list) => list ?? []).map((thing) => [thing.id, thing]));
}

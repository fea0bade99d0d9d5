import type { Clock } from '../../src/core/kernel/clock.js';
import { Failure } from '../../src/core/kernel/failure.js';
import type { SubnetFacts } from '../../src/core/ports/catalog.js';
import type { Instance, InstanceState, LaunchSpec, SpotRequest, Volume } from '../../src/core/ports/ec2.js';

/** How an instance of the fake EC2 ages, in ms. */
export interface FakeTimeline {
  readonly pendingMs: number;
  readonly shuttingDownMs: number;
  /** How long EC2 does not list a launched instance. */
  readonly invisibleMs: number;
}

interface Machine {
  readonly spec: LaunchSpec;
  launchedAt: number;
  facts: Omit<Instance, 'state' | 'stateReason' | 'endedAt'>;
  stopped?: true;
  /** User data and shutdown behavior can be changed after the launch. */
  userData: Uint8Array;
  onPowerOff: 'stop' | 'terminate';
  ended?: { readonly at: number; readonly reason: string };
}

/** The instances of the fake EC2. No timer changes them: their states follow from the current time. */
export class FakeMachines {
  private readonly machines: Machine[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly timeline: FakeTimeline,
  ) {}

  /** All instances, terminated ones too. */
  all(): Instance[] {
    return this.machines.map((machine) => this.view(machine));
  }

  /** The instances that EC2 lists. */
  visible(): Instance[] {
    return this.machines.filter((one) => this.age(one) >= this.timeline.invisibleMs).map((one) => this.view(one));
  }

  specs(): LaunchSpec[] {
    return this.machines.map(({ spec }) => spec);
  }

  /** The instance that was launched with this client token. Another request with the same token is an error. */
  findByToken(spec: LaunchSpec): Instance | undefined {
    const machine = this.machines.find((one) => one.spec.clientToken === spec.clientToken);
    if (!machine) return undefined;
    if (JSON.stringify(machine.spec) === JSON.stringify(spec)) return this.view(machine);
    const message = `EC2 has seen ${spec.clientToken} with a different request (IdempotentParameterMismatch).`;
    throw new Failure('aws-rejected', message, { hint: 'This is a defect.' });
  }

  create(spec: LaunchSpec, subnet: SubnetFacts | undefined): Instance {
    const launchedAt = this.clock.now();
    const facts = {
      id: `i-0${(this.machines.length + 1).toString(16).padStart(16, '0')}`,
      type: spec.plan.instanceType,
      ...(subnet && { subnetId: subnet.id, availabilityZone: subnet.availabilityZone }),
      market: spec.plan.market,
      // EC2 reports the launch time in whole seconds.
      launchedAt: Math.floor(launchedAt / 1_000) * 1_000,
      imageId: spec.imageId,
      tags: { ...spec.tags },
    };
    const machine: Machine = {
      spec,
      launchedAt,
      facts,
      userData: spec.userData,
      onPowerOff: spec.onPowerOff ?? 'terminate',
    };
    this.machines.push(machine);
    return this.view(machine);
  }

  /** Ends the instance. The first reason stays. */
  end(id: string, reason: string): void {
    const machine = this.machines.find(({ facts }) => facts.id === id);
    if (machine) machine.ended ??= { at: this.clock.now(), reason };
  }

  /** Powers the instance off from within: it stops or terminates. */
  powerOff(id: string): void {
    const machine = this.machines.find(({ facts }) => facts.id === id);
    if (!machine || machine.ended || machine.stopped) return;
    if (machine.onPowerOff === 'stop') machine.stopped = true;
    else this.end(id, 'Client.InstanceInitiatedShutdown: Instance initiated shutdown');
  }

  /** The user data that the instance would read at its next boot. */
  userData(id: string): Uint8Array | undefined {
    return this.machines.find(({ facts }) => facts.id === id)?.userData;
  }

  writeUserData(id: string, userData: Uint8Array): 'written' | 'gone' {
    const machine = this.machines.find(({ facts }) => facts.id === id);
    if (!machine || machine.ended) return 'gone';
    machine.onPowerOff = 'terminate';
    if (!machine.stopped) return 'gone';
    machine.userData = userData;
    return 'written';
  }

  /** Starts a stopped instance. A running one stays as it is. */
  resume(id: string): Instance | undefined {
    const machine = this.machines.find(({ facts }) => facts.id === id);
    if (!machine || machine.ended) return undefined;
    if (machine.stopped) {
      delete machine.stopped;
      machine.launchedAt = this.clock.now();
      machine.facts = { ...machine.facts, launchedAt: Math.floor(machine.launchedAt / 1_000) * 1_000 };
    }
    return this.view(machine);
  }

  stop(id: string): void {
    const machine = this.machines.find(({ facts }) => facts.id === id);
    if (machine) machine.stopped = true;
  }

  retag(id: string, changes: Readonly<Record<string, string | undefined>>): void {
    const machine = this.machines.find(({ facts }) => facts.id === id);
    if (!machine) return;
    const tags = Object.entries({ ...machine.facts.tags, ...changes });
    const kept = tags.filter((tag): tag is [string, string] => tag[1] !== undefined);
    machine.facts = { ...machine.facts, tags: Object.fromEntries(kept) };
  }

  /** The volumes of all instances that are not terminated. */
  volumes(): Volume[] {
    return this.machines
      .filter((machine) => this.state(machine) !== 'terminated')
      .flatMap(({ spec, facts, launchedAt }) =>
        [spec.rootVolume, ...(spec.furtherVolumes ?? [])].map(({ type = 'gp3', sizeGiB = 8 }, at) => ({
          id: `${facts.id.replace('i-', 'vol-')}${at === 0 ? '' : at}`,
          state: 'in-use',
          type,
          createdAt: launchedAt,
          sizeGiB,
          tags: spec.tags,
        })),
      );
  }

  /** The tags of the instance's network interface. Later changes of the instance's tags do not affect them. */
  interfaceTags(id: string): Readonly<Record<string, string>> {
    return this.machines.find(({ facts }) => facts.id === id)?.spec.tags ?? {};
  }

  /** The spot requests, one for each spot instance. */
  spotRequests(): SpotRequest[] {
    return this.machines
      .filter(({ facts }) => facts.market === 'spot')
      .map((machine) => ({
        id: machine.facts.id.replace('i-0', 'sir-').slice(0, 12),
        state: machine.ended ? 'closed' : 'active',
        createdAt: machine.launchedAt,
        instanceId: machine.facts.id,
        tags: machine.spec.tags,
      }));
  }

  private view(machine: Machine): Instance {
    const { facts, ended } = machine;
    // EC2 says when it was asked to end an instance, in whole seconds, and not when an instance powered itself off.
    const endedAt = ended?.reason.startsWith('Client.UserInitiated') && Math.floor(ended.at / 1_000) * 1_000;
    return {
      ...facts,
      state: this.state(machine),
      ...(ended && { stateReason: ended.reason }),
      ...(endedAt && { endedAt }),
    };
  }

  private state(machine: Machine): InstanceState {
    if (machine.stopped && !machine.ended) return 'stopped';
    if (!machine.ended) return this.age(machine) < this.timeline.pendingMs ? 'pending' : 'running';
    return this.clock.now() - machine.ended.at < this.timeline.shuttingDownMs ? 'shutting-down' : 'terminated';
  }

  private age(machine: Machine): number {
    return this.clock.now() - machine.launchedAt;
  }
}

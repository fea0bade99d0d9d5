import { endInstances, groupRefused } from '../instances/end-instances.js';
import type { Clock } from '../kernel/clock.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { createTagTest, type TaggedRunner } from '../kernel/runner-tags.js';
import type { Tags } from '../kernel/tags.js';
import type { Ec2ByRegion } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import type { Created } from './created.js';
import { startTags } from './request.js';

interface CleanupPorts {
  readonly ec2In: Ec2ByRegion;
  readonly clock: Clock;
  readonly log: Log;
}

/** Finds and ends the instances of one start in one region. */
export class RegionCleanup {
  /** The tags of the instances that EC2 listed. */
  private readonly listed = new Map<string, Tags>();
  /** A permission is missing: trying again in some seconds is useless. */
  isForbidden = false;
  readonly terminated = new Set<string>();
  private readonly ids: Set<string>;
  /** Instances that are known by id and that EC2 does not list. */
  private unlisted: readonly string[] = [];
  private problems: string[] = [];

  constructor(
    private readonly created: Created,
    private readonly region: string,
    private readonly ports: CleanupPorts,
  ) {
    this.ids = new Set(created.instances.flatMap((one) => (one.region === region ? one.id : [])));
  }

  /** A sentence for each thing that the last {@link terminate} could not do. */
  get left(): string[] {
    // An instance that EC2 does not list yet may be alive.
    return [
      ...this.problems,
      ...this.unlisted.map((id) => `EC2 does not list ${id} yet, so it could not be terminated.`),
    ];
  }

  /** Whether an instance that EC2 listed names the runner. */
  names(runner: TaggedRunner): boolean {
    return createTagTest([...this.listed.values()].map((tags) => ({ tags })))(runner);
  }

  /** Looks for instances by the start's tags, and terminates those and the ones known by id. */
  async terminate(): Promise<void> {
    this.problems = [];
    try {
      await this.look();
    } catch (error) {
      this.note('look for further instances of this start', error);
    }
    const ids = [...this.ids].filter((id) => !this.terminated.has(id));
    if (ids.length > 0) await this.end(ids);
  }

  private async look(): Promise<void> {
    const { run, startId } = this.created.start;
    const ec2 = await this.ports.ec2In(this.region);
    for (const { id, tags } of await ec2.findInstances(startTags(run, startId), { purpose: 'end' })) {
      this.ids.add(id);
      this.listed.set(id, tags);
    }
  }

  private async end(ids: readonly string[]): Promise<void> {
    const located = ids.map((id) => ({ id, region: this.region }));
    const outcome = await endInstances(located, this.ports, 0);
    const { ended, unlisted } = outcome;
    this.unlisted = unlisted.map(({ id }) => id);
    for (const { id } of ended) this.terminated.add(id);
    if (ended.length > 0) this.ports.log.info(`Terminated ${ended.map(({ id }) => id).join(', ')}.`);
    for (const [failure, alike] of groupRefused(outcome)) {
      this.note(`terminate ${alike.map(({ id }) => id).join(', ')}`, failure);
    }
  }

  private note(what: string, error: unknown): void {
    this.isForbidden ||= error instanceof Failure && error.code === 'aws-not-authorized';
    this.problems.push(`Could not ${what} in ${this.region}: ${messageOf(error)}`);
  }
}

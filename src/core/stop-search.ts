import { messageOf } from './failure.js';
import { repositoryOf, runTags, TAG, type Run } from './identity.js';
import type { Clock, Ec2, Ec2ByRegion, Instance, Log, Runner, TagFilter } from './ports.js';
import { INVISIBLE_BOUND_MS, INVISIBLE_CADENCE_MS } from './end-instances.js';

export interface StopRequest {
  readonly run: Run;
  readonly label: string | undefined;
  readonly instanceIds: readonly string[];
  /** Wait for EC2 to say `terminated`. */
  readonly wait: boolean;
}

export interface Found {
  readonly instance: Instance;
  readonly region: string;
}

interface SearchPorts {
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Finds the instances that a stop means, wherever they are and however late EC2 lists them. */
export class InstanceSearch {
  /** Sentences about ids that belong to somebody else. */
  readonly foreign: string[] = [];
  private readonly found = new Map<string, Found>();
  private readonly repository: string;

  constructor(
    private readonly request: StopRequest,
    private readonly ports: SearchPorts,
  ) {
    this.repository = repositoryOf(request.run);
  }

  get all(): readonly Found[] {
    return [...this.found.values()];
  }

  /** The first look: in the home region. @returns what is new */
  async atHome(): Promise<Found[]> {
    const { ec2 } = this.ports;
    return [...(await this.byId(ec2)), ...(await this.byTag(ec2))];
  }

  /**
   * The second look, when something is missing: an id that the home region does not know, or a runner whose
   * instance nobody has seen. Once in all regions; then, for runners, until EC2 lists what it has just launched.
   *
   * @returns what is new
   */
  async further(runners: readonly Runner[]): Promise<Found[]> {
    const { clock, log, signal, ec2 } = this.ports;
    const missing = () =>
      runners.filter(({ id }) => !this.all.some((one) => one.instance.tags[TAG.runnerId] === `${id}`));
    if (missing().length === 0 && this.unseenIds().length === 0) return [];
    const found = await this.elsewhere();
    const deadline = clock.now() + INVISIBLE_BOUND_MS;
    while (missing().length > 0 && clock.now() < deadline) {
      log.debug(
        `No instance is listed yet for ${missing()
          .map(({ name }) => name)
          .join(', ')}.`,
      );
      await clock.sleep(INVISIBLE_CADENCE_MS, signal);
      found.push(...(await this.byTag(ec2)));
    }
    for (const id of this.unseenIds()) log.info(`EC2 does not know ${id} (any more): there is nothing to terminate.`);
    return found;
  }

  private async elsewhere(): Promise<Found[]> {
    const { ec2, ec2In, log } = this.ports;
    try {
      const regions = (await ec2.listRegions()).filter((region) => region !== ec2.region);
      const perRegion = await Promise.all(
        regions.map(async (region) => {
          const there = await ec2In(region);
          return [...(await this.byId(there)), ...(await this.byTag(there))];
        }),
      );
      return perRegion.flat();
    } catch (error) {
      // Most suites live in one region and need no permission for others.
      log.info(`Other regions were not searched: ${messageOf(error)}`);
      return [];
    }
  }

  private unseenIds(): string[] {
    const seen = (id: string) => this.found.has(id) || this.foreign.some((sentence) => sentence.startsWith(`${id} `));
    return this.request.instanceIds.filter((id) => !seen(id));
  }

  private async byId(ec2: Ec2): Promise<Found[]> {
    const ids = this.unseenIds();
    const named = ids.length > 0 ? await ec2.describeInstances(ids) : [];
    for (const { id, tags } of named.filter((one) => !this.isOurs(one))) {
      this.foreign.push(`${id} ${describeOwner(tags[TAG.repository])}; it was left alone.`);
    }
    return this.add(
      ec2.region,
      named.filter((one) => this.isOurs(one)),
    );
  }

  /**
   * Ids alone name exactly what is meant. A label means this run's instances of it, whatever the attempt (a re-run
   * stop job has the label of an earlier one): another run may be using the same fixed label at this moment. With
   * ids beside it, it means all that was started together with them. With neither: all of this run and attempt.
   */
  private async byTag(ec2: Ec2): Promise<Found[]> {
    const { label, instanceIds, run } = this.request;
    if (label === undefined && instanceIds.length > 0) return [];
    const filter: TagFilter =
      label === undefined
        ? runTags(run)
        : { [TAG.repository]: this.repository, [TAG.runId]: run.runId, [TAG.label]: label };
    const starts = this.starts;
    // One that has ended is no reason to go on looking for its runner's instance.
    const found = await ec2.findInstances(filter, { alsoEnded: true });
    return this.add(
      ec2.region,
      found.filter(({ tags }) => starts.length === 0 || starts.includes(tags[TAG.start] ?? '')),
    );
  }

  /** The starts that the named ids belong to; none when none is named. */
  get starts(): readonly string[] {
    return this.all.flatMap(({ instance }) =>
      this.request.instanceIds.includes(instance.id) ? (instance.tags[TAG.start] ?? []) : [],
    );
  }

  private isOurs({ tags }: Instance): boolean {
    return tags[TAG.repository] === this.repository;
  }

  private add(region: string, instances: readonly Instance[]): Found[] {
    const fresh = instances.filter(({ id }) => !this.found.has(id)).map((instance) => ({ instance, region }));
    for (const one of fresh) {
      this.found.set(one.instance.id, one);
      this.ports.log.info(`${one.instance.id}: ${one.instance.type} in ${region}, ${one.instance.state}.`);
    }
    return fresh;
  }
}

function describeOwner(repository: string | undefined): string {
  return repository === undefined ? 'carries no tag of this suite' : `belongs to ${repository}`;
}

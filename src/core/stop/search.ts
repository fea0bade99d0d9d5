import { INVISIBLE_BOUND_MS, INVISIBLE_CADENCE_MS } from '../instances/end-instances.js';
import type { LocatedInstance } from '../instances/located-instance.js';
import type { Clock } from '../kernel/clock.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { isLabelOfStart, repositoryOf, TAG } from '../kernel/identity.js';
import { createTagTest } from '../kernel/runner-tags.js';
import type { Ec2, Ec2ByRegion, Instance, TagFilter } from '../ports/ec2.js';
import type { Runner } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import type { StopRequest } from './request.js';
import { hasOutlivedInstance } from './rules.js';

interface SearchPorts {
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Finds the instances that a stop's request names, in any region, and also when EC2 lists them late. */
export class InstanceSearch {
  /** Sentences about instances that the request names by id and that this repository did not start. */
  readonly foreign: string[] = [];
  /** The ids of machines with a name that other runs of this repository started, which this run may have joined. */
  readonly joined = new Map<string, Instance>();
  /** Why a region could not be searched, by its name. */
  readonly unsearched = new Map<string, Failure>();
  private readonly found = new Map<string, LocatedInstance>();
  private readonly repository: string;
  private includesAmbiguous = false;

  constructor(
    private readonly request: StopRequest,
    private readonly ports: SearchPorts,
  ) {
    this.repository = repositoryOf(request.run);
  }

  /** The instances that the request names. */
  get all(): readonly LocatedInstance[] {
    return [...this.found.values()].filter(({ instance }) => this.isNamed(instance));
  }

  /**
   * The instances with the label that may belong to another start. There are some only if the request also has ids and
   * no region lists any of these ids. Then the start of the ids is unknown, and another start of this run may have the
   * same label. A label that start-runner composed belongs to one start, so it is never ambiguous.
   */
  get ambiguous(): readonly LocatedInstance[] {
    return this.starts.length > 0 ? [] : [...this.found.values()].filter(({ instance }) => !this.isNamed(instance));
  }

  /** Adds the ambiguous instances to `all`. Afterwards the caller must end only those that no job needs. */
  includeAmbiguous(): void {
    this.includesAmbiguous = true;
  }

  /** The request's ids that no region lists so far. */
  get unlistedIds(): readonly string[] {
    const seen = (id: string) =>
      this.found.has(id) || this.joined.has(id) || this.foreign.some((sentence) => sentence.startsWith(`${id} `));
    return this.request.instanceIds.filter((id) => !seen(id));
  }

  /** The starts of the request's ids; with a label, only of those that have it. Empty without ids. */
  get starts(): readonly string[] {
    const { label, instanceIds } = this.request;
    return [...this.found.values()].flatMap(({ instance: { id, tags } }) =>
      instanceIds.includes(id) && (label === undefined || tags[TAG.label] === label) ? (tags[TAG.start] ?? []) : [],
    );
  }

  /** Those of the runners that no instance found so far names in its tags. */
  withoutInstance(runners: readonly Runner[]): Runner[] {
    const isTagged = createTagTest([...this.found.values()].map(({ instance }) => instance));
    return runners.filter((runner) => !isTagged(runner));
  }

  /** The first search: in the home region. */
  async searchHome(): Promise<void> {
    await this.searchRegion(this.ports.ec2.region);
  }

  /**
   * The second search, if an id is unlisted or a runner has no instance. It covers all regions. Then, for runners, it
   * repeats in the home region until EC2 lists what it has just launched, and ends with all regions once more.
   */
  async searchFurther(runners: readonly Runner[]): Promise<void> {
    const { clock, log, signal, ec2 } = this.ports;
    if (this.withoutInstance(runners).length === 0 && this.unlistedIds.length === 0) return;
    await this.searchOtherRegions();
    // Computed only now, because a region that does not answer takes longer than this bound.
    const deadline = clock.now() + INVISIBLE_BOUND_MS;
    const young = runners.filter((runner) => !hasOutlivedInstance(runner));
    while (this.withoutInstance(young).length > 0 && clock.now() < deadline) {
      const names = this.withoutInstance(young).map(({ name }) => name);
      log.debug(`No instance is listed yet for ${names.join(', ')}.`);
      await clock.sleep(INVISIBLE_CADENCE_MS, signal);
      await this.searchRegion(ec2.region);
      if (clock.now() >= deadline && this.withoutInstance(young).length > 0) await this.searchOtherRegions();
    }
    if (this.unsearched.size > 0) return;
    for (const id of this.unlistedIds) log.info(`EC2 does not know ${id}: there is nothing to terminate.`);
  }

  /** Searches all regions once, if one of these runners has no instance. */
  async searchEverywhere(runners: readonly Runner[]): Promise<void> {
    if (this.withoutInstance(runners).length > 0) await this.searchOtherRegions();
  }

  /** The regions that could not be searched, and why: `eu-west-1 (…), …`. */
  describeUnsearched(): string {
    return [...this.unsearched].map(([region, failure]) => `${region} (${failure.message})`).join(', ');
  }

  private async searchOtherRegions(): Promise<void> {
    const { ec2 } = this.ports;
    const regions = await this.attempt('other regions', () => ec2.listRegions());
    await Promise.all(
      (regions ?? []).filter((region) => region !== ec2.region).map((region) => this.searchRegion(region)),
    );
  }

  private async searchRegion(region: string): Promise<void> {
    await this.attempt(region, async () => {
      const ec2 = await this.ports.ec2In(region);
      await this.findById(ec2);
      await this.findByTag(ec2);
    });
  }

  /** A region that cannot be searched does not affect the others: most accounts deny or never enabled some regions. */
  private async attempt<T>(place: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await ask();
      this.unsearched.delete(place);
      return answer;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (!this.unsearched.has(place)) this.ports.log.debug(`Not searched: ${place}: ${messageOf(error)}`);
      this.unsearched.set(place, error);
      return undefined;
    }
  }

  private async findById(ec2: Ec2): Promise<void> {
    const ids = this.unlistedIds;
    const named = ids.length > 0 ? await ec2.describeInstances(ids) : [];
    for (const { id, tags } of named.filter((one) => !this.isOurs(one))) {
      this.foreign.push(`${id} ${describeOwner(tags[TAG.repository])}; it was left alone.`);
    }
    const ours = named.filter((one) => this.isOurs(one));
    // A run ends only its own machine of a name. It may have got the id by `when-running: join`.
    for (const one of ours.filter((other) => this.isJoined(other))) this.joined.set(one.id, one);
    this.add(
      ec2.region,
      ours.filter((one) => !this.isJoined(one)),
    );
  }

  /**
   * Looks in the home region for a machine with the request's label that another run started under a name. Only for the
   * log: it is not ended.
   */
  async findJoined(): Promise<void> {
    const { label } = this.request;
    if (label === undefined) return;
    const found = await this.attempt(`label ${label}`, () =>
      this.ports.ec2.findInstances({ [TAG.repository]: this.repository, [TAG.label]: label }),
    );
    for (const one of found ?? []) if (this.isOurs(one) && this.isJoined(one)) this.joined.set(one.id, one);
    this.unsearched.delete(`label ${label}`);
  }

  /**
   * Ids alone name exactly those instances. A label names the instances of this run that have it, in every attempt (a
   * re-run stop job has the label of an earlier attempt), but not those of another run, which may use the same label at
   * this moment. A label with ids names all instances of the starts of those ids. Without a label and ids, the request
   * names all instances of this run, in this attempt and earlier ones.
   */
  private async findByTag(ec2: Ec2): Promise<void> {
    const { label, instanceIds, run } = this.request;
    if (label === undefined && instanceIds.length > 0) return;
    const ofRun: TagFilter = { [TAG.repository]: this.repository, [TAG.runId]: run.runId };
    // Ended instances are included, because their runners would otherwise seem to have no instance.
    const filter = label === undefined ? ofRun : { ...ofRun, [TAG.label]: label };
    const found = await ec2.findInstances(filter, { alsoEnded: true });
    const isLater = ({ tags }: Instance) =>
      label === undefined && !this.request.all && Number(tags[TAG.runAttempt]) > Number(run.runAttempt);
    this.add(
      ec2.region,
      found.filter((one) => !isLater(one)),
    );
  }

  private isNamed({ id, tags }: Instance): boolean {
    const { label, instanceIds, hasInvalidIds } = this.request;
    const isNamedWhole = label === undefined || (instanceIds.length === 0 && !hasInvalidIds);
    if (isNamedWhole || instanceIds.includes(id) || this.includesAmbiguous) return true;
    const start = tags[TAG.start] ?? '';
    return this.starts.includes(start) || isLabelOfStart(label, start);
  }

  private isJoined({ tags }: Instance): boolean {
    return tags[TAG.machineName] !== undefined && tags[TAG.runId] !== this.request.run.runId;
  }

  private isOurs({ tags }: Instance): boolean {
    return tags[TAG.repository] === this.repository;
  }

  private add(region: string, instances: readonly Instance[]): void {
    for (const instance of instances.filter(({ id }) => !this.found.has(id))) {
      this.found.set(instance.id, { instance, region });
      this.ports.log.info(`${instance.id}: ${instance.type} in ${region}, ${instance.state}.`);
    }
  }
}

function describeOwner(repository: string | undefined): string {
  return repository === undefined ? 'carries no tag of this suite' : `belongs to ${repository}`;
}

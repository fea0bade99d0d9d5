import type { LocatedInstance } from '../instances/located-instance.js';
import { INVISIBLE_BOUND_MS, INVISIBLE_CADENCE_MS } from '../instances/end-instances.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { isLabelOfStart, repositoryOf, TAG, type Run } from '../kernel/identity.js';
import { readRunnerIds } from '../kernel/runner-tags.js';
import type { Clock } from '../kernel/clock.js';
import type { Ec2, Ec2ByRegion, Instance, TagFilter } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import type { Runner } from '../ports/github.js';

export interface StopRequest {
  readonly run: Run;
  readonly label: string | undefined;
  readonly instanceIds: readonly string[];
  /** Everything of the run, whatever goes on there. */
  readonly all: boolean;
  /** The name of the runner that this stop runs on. */
  readonly runnerName: string | undefined;
  /** Wait for EC2 to say `terminated`. */
  readonly wait: boolean;
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
  /** Sentences about ids that another repository started. */
  readonly foreign: string[] = [];
  /** Why a region could not be asked, by its name. */
  readonly unasked = new Map<string, Failure>();
  private readonly found = new Map<string, LocatedInstance>();
  private readonly repository: string;
  private includesAmbiguous = false;

  constructor(
    private readonly request: StopRequest,
    private readonly ports: SearchPorts,
  ) {
    this.repository = repositoryOf(request.run);
  }

  /** Those that the request means. */
  get all(): readonly LocatedInstance[] {
    return [...this.found.values()].filter(({ instance }) => this.isMeant(instance));
  }

  /**
   * Those with the label, when no region lists an id that was given beside it: of which start that was is not known, and
   * another start of this run may have the same label. A label that start-runner composed has only one.
   */
  get ambiguous(): readonly LocatedInstance[] {
    return this.starts.length > 0 ? [] : [...this.found.values()].filter(({ instance }) => !this.isMeant(instance));
  }

  /** From here on all with the label are meant: what decides about each is a {@link StopPlan}. */
  includeAmbiguous(): void {
    this.includesAmbiguous = true;
  }

  /** Given ids that no region knows. */
  get unlistedIds(): readonly string[] {
    const seen = (id: string) => this.found.has(id) || this.foreign.some((sentence) => sentence.startsWith(`${id} `));
    return this.request.instanceIds.filter((id) => !seen(id));
  }

  /** Those of the runners that no instance found so far names. */
  withoutInstance(runners: readonly Runner[]): Runner[] {
    const ids = new Set([...this.found.values()].flatMap(({ instance }) => readRunnerIds(instance.tags)));
    return runners.filter(({ id }) => !ids.has(id));
  }

  /** The first look: in the home region. */
  async atHome(): Promise<void> {
    await this.lookIn(this.ports.ec2.region);
  }

  /**
   * The second look, when something is missing: an id that the home region does not know, or a runner whose instance
   * nobody has seen. In all regions; then, for runners, at home until EC2 lists what it has just launched, and at the
   * end of that wait once more everywhere.
   */
  async further(runners: readonly Runner[]): Promise<void> {
    const { clock, log, signal, ec2 } = this.ports;
    if (this.withoutInstance(runners).length === 0 && this.unlistedIds.length === 0) return;
    await this.elsewhere();
    // From here: a region that does not answer takes longer than that.
    const deadline = clock.now() + INVISIBLE_BOUND_MS;
    while (this.withoutInstance(runners).length > 0 && clock.now() < deadline) {
      const names = this.withoutInstance(runners).map(({ name }) => name);
      log.debug(`No instance is listed yet for ${names.join(', ')}.`);
      await clock.sleep(INVISIBLE_CADENCE_MS, signal);
      await this.lookIn(ec2.region);
      if (clock.now() >= deadline && this.withoutInstance(runners).length > 0) await this.elsewhere();
    }
    if (this.unasked.size > 0) return;
    for (const id of this.unlistedIds) log.info(`EC2 does not know ${id} (any more): there is nothing to terminate.`);
  }

  /** Looks once in all regions when the instance of one of these runners has not been seen. */
  async everywhere(runners: readonly Runner[]): Promise<void> {
    if (this.withoutInstance(runners).length > 0) await this.elsewhere();
  }

  /** `eu-west-1 (…), …`: what is not known of, and why. */
  describeUnasked(): string {
    return [...this.unasked].map(([region, failure]) => `${region} (${failure.message})`).join(', ');
  }

  private async elsewhere(): Promise<void> {
    const { ec2 } = this.ports;
    const regions = await this.attempt('other regions', () => ec2.listRegions());
    await Promise.all((regions ?? []).filter((region) => region !== ec2.region).map((region) => this.lookIn(region)));
  }

  private async lookIn(region: string): Promise<void> {
    await this.attempt(region, async () => {
      const ec2 = await this.ports.ec2In(region);
      await this.byId(ec2);
      await this.byTag(ec2);
    });
  }

  /** A place that cannot be asked costs only that place: most accounts deny or never enabled some regions. */
  private async attempt<T>(place: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await ask();
      this.unasked.delete(place);
      return answer;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (!this.unasked.has(place)) this.ports.log.debug(`Not searched: ${place}: ${messageOf(error)}`);
      this.unasked.set(place, error);
      return undefined;
    }
  }

  private async byId(ec2: Ec2): Promise<void> {
    const ids = this.unlistedIds;
    const named = ids.length > 0 ? await ec2.describeInstances(ids) : [];
    for (const { id, tags } of named.filter((one) => !this.isOurs(one))) {
      this.foreign.push(`${id} ${describeOwner(tags[TAG.repository])}; it was left alone.`);
    }
    this.add(
      ec2.region,
      named.filter((one) => this.isOurs(one)),
    );
  }

  /**
   * Ids alone name exactly what is meant. A label means this run's instances of it, whatever the attempt (a re-run
   * stop job has the label of an earlier one): another run may be using the same fixed label at this moment. With
   * ids beside it, it means all that was started together with them. With neither: all of this run, of this attempt
   * and earlier ones.
   */
  private async byTag(ec2: Ec2): Promise<void> {
    const { label, instanceIds, run } = this.request;
    if (label === undefined && instanceIds.length > 0) return;
    const ofRun: TagFilter = { [TAG.repository]: this.repository, [TAG.runId]: run.runId };
    // One that has ended is no reason to go on looking for its runner's instance.
    const filter = label === undefined ? ofRun : { ...ofRun, [TAG.label]: label };
    const found = await ec2.findInstances(filter, { alsoEnded: true });
    const isLater = ({ tags }: Instance) =>
      label === undefined && !this.request.all && Number(tags[TAG.runAttempt]) > Number(run.runAttempt);
    this.add(
      ec2.region,
      found.filter((one) => !isLater(one)),
    );
  }

  /** The starts that the named ids belong to, and with a label beside them have it; none when none is named. */
  get starts(): readonly string[] {
    const { label, instanceIds } = this.request;
    return [...this.found.values()].flatMap(({ instance: { id, tags } }) =>
      instanceIds.includes(id) && (label === undefined || tags[TAG.label] === label) ? (tags[TAG.start] ?? []) : [],
    );
  }

  private isMeant({ id, tags }: Instance): boolean {
    const { label, instanceIds } = this.request;
    if (label === undefined || instanceIds.length === 0 || instanceIds.includes(id) || this.includesAmbiguous)
      return true;
    const start = tags[TAG.start] ?? '';
    return this.starts.includes(start) || isLabelOfStart(label, start);
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

import { ConsoleReader } from '../diagnosis/console-reader.js';
import type { LocatedInstance } from '../instances/located-instance.js';
import type { Clock } from '../kernel/clock.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { repositoryOf, TAG } from '../kernel/identity.js';
import type { Ec2ByRegion } from '../ports/ec2.js';
import type { RunJob, StopGitHub } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import { decideByConsole, decideByJobs, decideByTag, mayBeKept, type KeepDecision } from './keep-rules.js';
import type { StopRequest } from './request.js';

interface KeepPorts {
  readonly ec2In: Ec2ByRegion;
  /** GitHub with the permission to list the jobs of runs, if the credentials have it. */
  readonly gitHubOfRun: () => Promise<Pick<StopGitHub, 'listRunJobs'>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** An instance that a stop leaves running after a job, so that people can look at it. */
export interface FailedMachine extends LocatedInstance {
  /** When its boot agent ends it; epoch ms. */
  readonly until: number;
  /** Epoch ms. */
  readonly decidedAt: number;
  readonly why: string;
}

/**
 * Decides which instances of `keep-on-failure-minutes` and `keep-minutes` a stop leaves running. GitHub's jobs decide; if they cannot be
 * listed or do not show an end, the console does; and what neither shows is ended, because a machine costs money. Without
 * such an instance no request is sent.
 */
export class FailedMachines {
  /** What the stop leaves. */
  readonly kept: FailedMachine[] = [];
  private readonly decided = new Set<string>();
  private readonly jobs = new Map<string, Promise<readonly RunJob[] | Failure>>();
  private readonly consoleReader: ConsoleReader;

  constructor(
    private readonly request: StopRequest,
    private readonly ports: KeepPorts,
  ) {
    this.consoleReader = new ConsoleReader(ports.ec2In);
  }

  /** Those that need no decision, or are not left: they can be ended. */
  async withoutKept(found: readonly LocatedInstance[]): Promise<readonly LocatedInstance[]> {
    // `all` ends everything of the run, as its description says.
    if (this.request.all) return found;
    for (const one of found.filter((other) => this.isOpen(other))) await this.decide(one);
    return found.filter(({ instance }) => !this.isKept(instance.id));
  }

  /** Those that can be ended without a question. */
  withoutOpen(found: readonly LocatedInstance[]): readonly LocatedInstance[] {
    return this.request.all ? found : found.filter((one) => !this.isOpen(one) && !this.isKept(one.instance.id));
  }

  isKept(id: string): boolean {
    return this.kept.some(({ instance }) => instance.id === id);
  }

  private isOpen({ instance }: LocatedInstance): boolean {
    return mayBeKept(instance) && !this.decided.has(instance.id);
  }

  private async decide(one: LocatedInstance): Promise<void> {
    const { instance } = one;
    const { log, clock } = this.ports;
    this.decided.add(instance.id);
    const decision = decideByTag(instance, clock.now()) ?? (await this.ask(one));
    if (decision.kind !== 'keep') {
      if (decision.kind === 'end' && decision.why !== undefined) log.info(`${instance.id} is ended: ${decision.why}.`);
      return;
    }
    this.kept.push({ ...one, until: decision.until, decidedAt: clock.now(), why: decision.why });
    await this.tag(one, decision.until);
  }

  private async ask(one: LocatedInstance): Promise<KeepDecision> {
    const { clock, log } = this.ports;
    const jobs = await this.listJobs(one.instance.tags[TAG.runAttempt] ?? this.request.run.runAttempt);
    if (!(jobs instanceof Failure)) {
      const decision = decideByJobs(one.instance, jobs, clock.now());
      if (decision.kind !== 'ask-console') return decision;
    }
    const { phases } = await this.consoleReader.read(one);
    const decision = decideByConsole(one.instance, phases, clock.now());
    if (decision.kind === 'keep' || !(jobs instanceof Failure)) return decision;
    log.warning(
      `${one.instance.id} is ended, although it might be kept: GitHub could not be asked how the job on it ended (${messageOf(jobs)}), and its console does not show it.\nWhat to do: Give the token of stop-runner the permission "Actions: read".`,
    );
    return decision;
  }

  private listJobs(attempt: string): Promise<readonly RunJob[] | Failure> {
    const { run } = this.request;
    const list = async () => {
      try {
        return await (await this.ports.gitHubOfRun()).listRunJobs(repositoryOf(run), run.runId, attempt);
      } catch (error) {
        if (!(error instanceof Failure) || error.code === 'cancelled') throw error;
        return error;
      }
    };
    const jobs = this.jobs.get(attempt) ?? list();
    this.jobs.set(attempt, jobs);
    return jobs;
  }

  /** By this tag reap-runners knows that people look at the instance. */
  private async tag({ instance, region }: LocatedInstance, until: number): Promise<void> {
    const { ec2In, log } = this.ports;
    const text = new Date(until).toISOString();
    if (instance.tags[TAG.keepUntil] === text) return;
    try {
      await (await ec2In(region)).tagInstance(instance.id, { [TAG.keepUntil]: text });
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'cancelled') throw error;
      log.warning(
        `${instance.id} stays, but could not be tagged with the end of that time, so reap-runners may end it when this run is over: ${messageOf(error)}\nWhat to do: ${error.hint} The permission is in iam/keep-failed.json.`,
      );
    }
  }
}

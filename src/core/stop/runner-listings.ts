import { Failure, messageOf } from '../kernel/failure.js';
import { parseScope, renderScope, TAG, type Run, type Scope } from '../kernel/identity.js';
import { readRunnerIds, readRunnerNames, readRunners } from '../kernel/runner-tags.js';
import type { Instance } from '../ports/ec2.js';
import type { Runner, StopGitHub } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import type { RunnerState } from './rules.js';
import { isPermissionMissing } from './run-jobs.js';

export interface ScopedRunner {
  readonly github: StopGitHub;
  readonly runner: Runner;
}

interface ScopeListing {
  readonly github?: StopGitHub;
  readonly runners?: readonly Runner[];
  readonly failure?: Failure;
}

/** The runners of every scope that matters to a stop: the repository's, and those that its instances' tags name. */
export class RunnerListings {
  private readonly listings = new Map<string, ScopeListing>();
  private readonly home: Scope;

  constructor(
    { owner, repo }: Run,
    private readonly ports: { readonly gitHubOf: (scope: Scope) => Promise<StopGitHub>; readonly log: Log },
  ) {
    this.home = { kind: 'repo', owner, repo };
  }

  /** Lists each scope once. A scope that cannot be listed does not affect the others. */
  async listFor(instances: readonly Instance[]): Promise<void> {
    const scopes = [this.home, ...instances.map((one) => this.scopeOf(one))];
    for (const scope of scopes) {
      const name = renderScope(scope);
      if (!this.listings.has(name)) this.listings.set(name, await this.list(scope));
    }
  }

  /**
   * The same, once the termination of the instances is requested. A scope is listed again if one of them registers a
   * runner itself that was not listed: the instance may have done so since, and no job of GitHub removes such a runner.
   */
  async listAfterTermination(instances: readonly Instance[]): Promise<void> {
    await this.listFor(instances);
    const open = instances.filter((one) => this.mayHaveRegistered(one));
    for (const name of new Set(open.map((one) => renderScope(this.scopeOf(one))))) {
      const before = this.listings.get(name);
      if (before?.runners) this.listings.set(name, { ...before, ...(await this.list(parseScope(name)!)) });
    }
  }

  private mayHaveRegistered(instance: Instance): boolean {
    if (instance.state === 'terminated') return false;
    const { runners = [] } = this.listings.get(renderScope(this.scopeOf(instance))) ?? {};
    const isListed = (name: string) => runners.some((one) => one.name === name);
    return readRunners(instance.tags).some(({ id, name }) => id === undefined && !isListed(name));
  }

  get listed(): ScopedRunner[] {
    return [...this.listings.values()].flatMap(({ github, runners = [] }) =>
      github ? runners.map((runner) => ({ github, runner })) : [],
    );
  }

  /** The failed listings of scopes in which runners of these instances may be registered. */
  problemsFor(instances: readonly Instance[]): Failure[] {
    const needed = new Set(instances.map((one) => renderScope(this.scopeOf(one))));
    return [...this.listings].flatMap(([name, { failure }]) => {
      if (!failure) return [];
      const sentence = `Runners of ${name} could not be removed: ${failure.message}`;
      // A token for the organization may not reach the repository's own runners, which matters only if ours are there.
      if (needed.size === 0 || needed.has(name)) return new Failure(failure.code, sentence, failure.about);
      this.ports.log.debug(sentence);
      return [];
    });
  }

  /**
   * The state of every runner that an instance's tags name. If they name none, the list has one runner of unknown
   * state.
   */
  async runnersOf(instance: Instance): Promise<RunnerState[]> {
    const [ids, names] = [readRunnerIds(instance.tags), readRunnerNames(instance.tags)];
    const states: RunnerState[] = [];
    for (let at = 0; at < Math.max(1, ids.length, names.length); at++) {
      const name = names[at];
      const isReused = at < ids.length && ids[at] === undefined;
      const runner = isReused
        ? this.findByName(this.scopeOf(instance), name)
        : await this.readRunner(this.scopeOf(instance), ids[at]);
      states.push({ ...(name !== undefined && { name }), runner, ...(isReused && { isReused }) });
    }
    return states;
  }

  /** A runner that its instance registers has no id in the tags. */
  private findByName(scope: Scope, name: string | undefined): RunnerState['runner'] {
    const { runners } = this.listings.get(renderScope(scope)) ?? {};
    if (!runners || name === undefined) return 'unknown';
    return runners.find((one) => one.name === name) ?? 'absent';
  }

  /** A listing can lag behind a registration, so only an answer about the id itself proves that a runner is gone. */
  private async readRunner(scope: Scope, id: number | undefined): Promise<RunnerState['runner']> {
    const { github, runners } = this.listings.get(renderScope(scope)) ?? {};
    if (!github || !runners || id === undefined) return 'unknown';
    const listed = runners.find((one) => one.id === id);
    if (listed) return listed;
    try {
      return (await github.readRunner(id)) ?? 'absent';
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return 'unknown';
    }
  }

  /**
   * Asks with the credentials of one scope after the other, because an App's token for an organization may also read
   * its repositories' runs.
   */
  async ask<T>(question: (github: StopGitHub) => Promise<T>): Promise<T> {
    let first: unknown;
    for (const { github, failure } of this.listings.values()) {
      try {
        if (github) return await question(github);
        first ??= failure;
      } catch (error) {
        if (!isPermissionMissing(error)) throw error;
        first = error;
      }
    }
    throw first;
  }

  private async list(scope: Scope): Promise<ScopeListing> {
    let github: StopGitHub | undefined;
    try {
      github = await this.ports.gitHubOf(scope);
      return { github, runners: await github.listRunners() };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { ...(github && { github }), failure: error };
    }
  }

  private scopeOf({ tags }: Instance): Scope {
    return parseScope(tags[TAG.scope]) ?? this.home;
  }
}

/** GitHub removes a single-use runner with its job, and any other only when asked. */
function describeBusy({ name, isReused }: Runner): string {
  return isReused
    ? `Runner ${name} was busy: once GitHub notices that its instance is gone, the next stop of this run or reap-runners removes it.`
    : `Runner ${name} was busy: GitHub removes it as soon as it notices that its instance is gone.`;
}

export async function removeRunners(
  listed: readonly ScopedRunner[],
  log: Log,
): Promise<{ names: string[]; problems: Failure[] }> {
  const names: string[] = [];
  const problems: Failure[] = [];
  for (const { github, runner } of listed) {
    try {
      const outcome = await github.removeRunner(runner.id);
      if (outcome === 'removed') names.push(runner.name);
      log.info(outcome === 'busy' ? describeBusy(runner) : `Runner ${runner.name}: ${outcome}.`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const sentence = `Runner ${runner.name} could not be removed: ${messageOf(error)}`;
      problems.push(new Failure(error.code, sentence, error.about));
    }
  }
  return { names, problems };
}

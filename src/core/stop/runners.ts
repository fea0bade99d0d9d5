import { Failure, messageOf } from '../kernel/failure.js';
import { parseScope, renderScope, TAG, type Run, type Scope } from '../kernel/identity.js';
import type { Instance } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import type { Runner, StopGitHub } from '../ports/github.js';
import { isPermissionMissing } from './run-jobs.js';

export interface ListedRunner {
  readonly github: StopGitHub;
  readonly runner: Runner;
}

interface Place {
  readonly github?: StopGitHub;
  readonly runners?: readonly Runner[];
  readonly failure?: Failure;
}

/** The runners of every scope that matters to a stop: the repository's, and those on its instances' tags. */
export class RunnerLook {
  private readonly places = new Map<string, Place>();
  private readonly home: Scope;

  constructor(
    { owner, repo }: Run,
    private readonly ports: { readonly gitHubOf: (scope: Scope) => Promise<StopGitHub>; readonly log: Log },
  ) {
    this.home = { kind: 'repo', owner, repo };
  }

  /** What was listed once is not listed again. A scope that cannot be asked costs only that scope. */
  async listFor(instances: readonly Instance[]): Promise<void> {
    const scopes = [this.home, ...instances.map((one) => this.scopeOf(one))];
    for (const scope of scopes) {
      const name = renderScope(scope);
      if (!this.places.has(name)) this.places.set(name, await this.look(scope));
    }
  }

  get listed(): ListedRunner[] {
    return [...this.places.values()].flatMap(({ github, runners = [] }) =>
      github ? runners.map((runner) => ({ github, runner })) : [],
    );
  }

  /** Why runners could not be looked at, where some of these instances' may be. */
  problemsFor(instances: readonly Instance[]): Failure[] {
    const needed = new Set(instances.map((one) => renderScope(this.scopeOf(one))));
    return [...this.places].flatMap(([name, { failure }]) => {
      if (!failure) return [];
      const sentence = `Runners of ${name} could not be removed: ${failure.message}`;
      // A token for the organization need not reach the repository's own runners: only where ours may be, it must.
      if (needed.size === 0 || needed.has(name)) return new Failure(failure.code, sentence, failure.about);
      this.ports.log.debug(sentence);
      return [];
    });
  }

  /** A listing can lag behind a registration: only the runner's own address says that it is gone. */
  async runnerOf(instance: Instance): Promise<Runner | 'absent' | 'unknown'> {
    const { github, runners } = this.places.get(renderScope(this.scopeOf(instance))) ?? {};
    const id = Number(instance.tags[TAG.runnerId]);
    if (!github || !runners || !Number.isSafeInteger(id)) return 'unknown';
    const listed = runners.find((one) => one.id === id);
    if (listed) return listed;
    try {
      return (await github.readRunner(id)) ?? 'absent';
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return 'unknown';
    }
  }

  /** By any credentials that may: an App's token for an organization may be good for its repositories' runs, too. */
  async ask<T>(question: (github: StopGitHub) => Promise<T>): Promise<T> {
    let first: unknown;
    for (const { github, failure } of this.places.values()) {
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

  private async look(scope: Scope): Promise<Place> {
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

export async function removeRunners(
  listed: readonly ListedRunner[],
  log: Log,
): Promise<{ names: string[]; problems: Failure[] }> {
  const names: string[] = [];
  const problems: Failure[] = [];
  for (const { github, runner } of listed) {
    try {
      const outcome = await github.removeRunner(runner.id);
      if (outcome === 'removed') names.push(runner.name);
      log.info(
        outcome === 'busy'
          ? `Runner ${runner.name} was busy: GitHub removes it as soon as it notices that its machine is gone.`
          : `Runner ${runner.name}: ${outcome}.`,
      );
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const sentence = `Runner ${runner.name} could not be removed: ${messageOf(error)}`;
      problems.push(new Failure(error.code, sentence, error.about));
    }
  }
  return { names, problems };
}

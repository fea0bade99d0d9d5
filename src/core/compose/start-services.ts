import * as advice from '../kernel/compose-advice.js';
import { plural } from '../kernel/plural.js';
import type { Log } from '../ports/process.js';
import type { ProgramEnd } from '../ports/programs.js';
import { LastLines } from './last-lines.js';
import type { Plan } from './plan.js';
import type { OpenPhase, PhaseEnd } from './phases.js';
import type { Problem } from './problem.js';
import type { ComposeRequest } from './request.js';
import { describeRefusal, findMissingFiles } from './up-refusal.js';
import { ReadinessWatch, type WatchEnd } from './watch.js';
import type { ComposeWorld } from './world.js';

const CORRECT_READY =
  'Choose another condition in `ready`, such as `port:N`, `log:TEXT` or `started`, or add a `healthcheck` to the service.';

/** How long `up` may go on after all services are ready: it has nothing left to wait for. */
const UP_REST_MS = 60_000;

/** The start of the services, and the watch beside it, which `ready` goes on with. */
export class ServiceStart {
  readonly watch: ReadinessWatch;
  private readonly end = new AbortController();
  private watched: Promise<WatchEnd> = Promise.resolve({ kind: 'ready' });
  private readonly last = new LastLines();
  /** Set when the watch was the one to end `up`. */
  private verdict: WatchEnd | undefined;
  private phase: OpenPhase | undefined;

  constructor(
    private readonly request: ComposeRequest,
    private readonly plan: Plan,
    private readonly world: ComposeWorld,
    private readonly log: Pick<Log, 'info'>,
  ) {
    const { model, servers } = plan;
    this.watch = new ReadinessWatch(
      world,
      { model, servers, ready: request.ready },
      { info: (sentence) => this.say(sentence) },
    );
  }

  /** The phase `up`. */
  async up(phase: OpenPhase): Promise<PhaseEnd> {
    this.phase = phase;
    return this.start(phase).finally(() => (this.phase = undefined));
  }

  /** What the watch says belongs to the phase that runs. */
  private say(sentence: string): void {
    if (this.phase) this.phase.say(sentence);
    else this.log.info(sentence);
  }

  private async start({ onLine }: OpenPhase): Promise<PhaseEnd> {
    const { containers, clock, signal } = this.world;
    const { servers, project } = this.plan;
    const deadline = clock.now() + this.request.readyTimeoutMs;
    const ending = AbortSignal.any([signal, this.end.signal]);
    const missing = findMissingFiles(this.plan, this.world);
    if (missing) return { problem: missing };
    // Rejects with a lost engine, which `ready` reports.
    this.watched = this.watch.run(deadline, ending);
    this.watched.catch(() => {});
    const add = (line: string): void => {
      this.last.add(line);
      onLine(line);
    };
    const bounded = this.request.readyTimeoutMs + UP_REST_MS;
    const upped = containers.up(project, servers, { onLine: add, signal: ending, boundMs: bounded });
    const seen = this.watched.then(async (end): Promise<ProgramEnd | WatchEnd> => (end.kind === 'ready' ? upped : end));
    const first: ProgramEnd | WatchEnd = await Promise.race([upped, seen]).catch(async (error: unknown) => {
      // A lost engine. `up` would go on to ask it.
      this.end.abort();
      await upped;
      throw error;
    });
    signal.throwIfAborted();
    if ('kind' in first) {
      this.verdict = first;
      this.end.abort();
      await upped;
      return { detail: 'Ended early: see `ready`.' };
    }
    return this.judgeUp(first, project.name);
  }

  private async judgeUp(ended: ProgramEnd, projectName: string): Promise<PhaseEnd> {
    if (ended.code === 0) {
      this.watch.noteStarted();
      return { detail: `Started ${plural(this.plan.servers.length, 'service')}.` };
    }
    this.end.abort();
    // Compose itself may notice a service that failed before the watch does.
    const failed = await this.watch.findFailed();
    if (failed.length === 0)
      return { problem: await describeRefusal({ ended, last: this.last, projectName }, this.world.containers) };
    this.verdict = { kind: 'failed', services: failed };
    return { detail: 'Compose gave up on a service: see `ready`.' };
  }

  /** The phase `ready`. */
  async ready(phase: OpenPhase): Promise<PhaseEnd> {
    this.phase = phase;
    const end = this.verdict ?? (await this.watched.finally(() => (this.phase = undefined)));
    this.world.signal.throwIfAborted();
    if (end.kind === 'ready') return { detail: this.describeReady() };
    for (const { service, standing } of end.services)
      if (standing.kind === 'failed') phase.say(`${service.name} ${standing.why}`);
    return { problem: end.kind === 'failed' ? describeFailed(end) : this.describeLate(end) };
  }

  private describeReady(): string {
    return [...this.watch.ready].map(([service, { by }]) => `${service}: ${by}`).join('; ') || 'Nothing to wait for.';
  }

  private describeLate(end: WatchEnd & { kind: 'late' | 'failed' }): Problem {
    const seconds = Math.round(this.request.readyTimeoutMs / 1_000);
    const waiting = end.services.map(
      ({ service, standing }) => `${service.name} waits for ${standing.kind === 'waiting' ? standing.what : 'nothing'}`,
    );
    return {
      verdict: 'error',
      code: 'services-not-ready',
      phase: 'ready',
      exitCode: 1,
      reasons: [`The services were not ready after ${seconds} s: ${waiting.join('; ')}.`],
      hint: `${advice.READ_SERVICE_LOG} If they are only slow, raise \`ready-timeout-minutes\`; if they are ready by something else, say so in \`ready\`.`,
      culprits: end.services.map(({ service }) => service.name),
    };
  }
}

function describeFailed(end: WatchEnd & { kind: 'late' | 'failed' }): Problem {
  return {
    verdict: 'error',
    code: 'services-not-ready',
    phase: 'ready',
    exitCode: 1,
    reasons: end.services.map(({ service, standing }) =>
      `${service.name} ${standing.kind === 'failed' ? standing.why : ''}`.replace(/(?<![.!?])$/, '.'),
    ),
    hint: hintAt(end),
    culprits: end.services.map(({ service }) => service.name),
  };
}

function hintAt(end: WatchEnd & { kind: 'late' | 'failed' }): string {
  const says = (pattern: RegExp): boolean =>
    end.services.some(({ standing }) => standing.kind === 'failed' && pattern.test(standing.why));
  if (says(/`ready`/)) return CORRECT_READY;
  if (!says(/unhealthy/)) return advice.READ_SERVICE_LOG;
  return `${advice.READ_SERVICE_LOG} If it need not be healthy, say when it is ready in \`ready\`, for instance \`started\`.`;
}

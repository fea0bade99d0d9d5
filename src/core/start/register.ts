import * as advice from '../kernel/advice.js';
import { backOff } from '../kernel/back-off.js';
import { Failure } from '../kernel/failure.js';
import { isOfStart, originOf } from '../kernel/origin.js';
import { createPacer, REGISTER_RATE, type Pacer } from '../kernel/pacer.js';
import { GivenUp, Patience, Trouble } from '../kernel/patience.js';
import type { RegisteredRunner } from '../ports/github.js';
import type { StartContext } from './context.js';
import { listRoles, nameRunner, needsToken, type RunnerPlace } from './request.js';
import { plural } from '../kernel/plural.js';
import type { TaggedRunner } from '../kernel/runner-tags.js';

/** A runner that an instance is launched with. Without `id` and `jitConfig`, the instance registers it. */
export interface PreparedRunner extends TaggedRunner {
  readonly jitConfig?: string;
}

/**
 * The directory for jobs, relative to the runner's home. The home is named `actions-runner`, because some test suites
 * look for that name.
 */
const WORK_FOLDER = '_work';
/** The names are random, so this many conflicts in a row are no coincidence. */
const MOST_TAKEN = 4;

/** Registers the request's runners with GitHub, no faster than GitHub's limits allow. */
export class Registrar {
  private readonly pacer: Pacer;

  constructor(private readonly context: StartContext) {
    this.pacer = createPacer(REGISTER_RATE, context.ports.clock);
  }

  /**
   * Registers the runners of one instance for one job each, side by side, and names those that it registers itself.
   *
   * @param first the index of the first runner to register, after those that a claim has registered
   * @throws Failure as the adapter throws it, or `runner-name-taken`, `github-unreachable`; the signal's reason
   */
  async register(machine: number, first = 0): Promise<readonly PreparedRunner[]> {
    const { request, tokens } = this.context;
    const places = listRoles(request).map((role, runner) => ({ role, place: { machine, runner } }));
    const prepare = async ({ role, place }: (typeof places)[number]): Promise<PreparedRunner> =>
      role.lifetime === 'run' ? this.announce(place) : this.registerOne(place);
    // A registration under way must be known before the start is rolled back, so each is waited for.
    const [registration, settled] = await Promise.all([
      Promise.allSettled(needsToken(request) ? [tokens.get()] : []),
      Promise.allSettled(places.slice(first).map(prepare)),
    ]);
    for (const one of registration) if (one.status === 'rejected') throw one.reason;
    return settled.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
  }

  /** Notes a runner that the instance registers itself: it may exist as soon as the instance is launched. */
  private announce(place: RunnerPlace): PreparedRunner {
    const runner = { id: undefined, name: nameRunner(this.context.request, place, 0) };
    this.context.created.runners.push(runner);
    return runner;
  }

  /**
   * Registers a runner whose name is a lock: of a pooled instance, or of a machine's name. GitHub accepts a name once.
   *
   * @returns `undefined` when the lock is another start's, or when GitHub did not answer
   */
  async reserve(name: string): Promise<RegisteredRunner | undefined> {
    const { request, created } = this.context;
    await this.pace();
    const outcome = await this.send({ name, runner: 0, origin: originOf(request.run, request.startId) });
    if (typeof outcome === 'object') return this.note(outcome);
    if (outcome === 'name-taken') return undefined;
    created.unanswered.add(name);
    await this.removeUnanswered(name);
    await this.pauseUnanswered();
    return undefined;
  }

  /** Removes runners whose registration was not answered and took effect all the same. */
  async removeAllUnanswered(): Promise<void> {
    for (const name of this.context.created.unanswered) await this.removeUnanswered(name);
  }

  /**
   * Registers one runner. A registration whose answer was lost may have taken effect, so it is never repeated under the
   * same name. After a pause the next try uses another name, and a runner that exists under the first name is removed.
   */
  private async registerOne(place: RunnerPlace): Promise<RegisteredRunner> {
    const { request, ports } = this.context;
    await this.pace();
    let tries = 0;
    let taken = 0;
    const attempt = async (): Promise<RegisteredRunner | Trouble> => {
      const name = nameRunner(request, place, tries++);
      const outcome = await this.send({ name, runner: place.runner });
      if (typeof outcome === 'object') return outcome;
      this.context.created.unanswered.add(name);
      await this.removeUnanswered(name);
      if (outcome === 'name-taken' && ++taken === MOST_TAKEN) throw nameTaken();
      return new Trouble('unanswered', { reason: REASONS[outcome] });
    };
    const call = { name: `Runner ${nameRunner(request, place, 0)}`, purpose: 'register' } as const;
    const outcome = await new Patience({ ...ports, random: () => this.jitter() }).persist(call, attempt);
    if (outcome instanceof GivenUp) throw unanswered(tries, outcome.ms);
    return this.note(outcome);
  }

  private async pace(): Promise<void> {
    const { signal } = this.context.ports;
    await this.pacer.take(signal);
    signal.throwIfAborted();
  }

  private send({ name, runner, origin }: { readonly name: string; readonly runner: number; readonly origin?: string }) {
    const { request, groupId, ports } = this.context;
    const { label, labels } = listRoles(request)[runner]!;
    const further = { ...(labels && { labels }), ...(origin !== undefined && { origin }) };
    const registration = { name, label, ...further, groupId, workFolder: WORK_FOLDER };
    return ports.github.registerRunner(registration, ports.signal);
  }

  private note(runner: RegisteredRunner): RegisteredRunner {
    const { ports, created } = this.context;
    ports.mask(runner.jitConfig);
    created.runners.push({ id: runner.id, name: runner.name });
    return runner;
  }

  /** Removes only runners of this start: another start may have taken a claim's name. A failure here fails no start. */
  private async removeUnanswered(name: string): Promise<void> {
    const { request, created, ports } = this.context;
    const { github, log } = ports;
    try {
      const twin = await github.findRunnerByName(name);
      if (twin === undefined || !isOfStart(twin, request.startId)) return;
      await github.removeRunner(twin.id);
      created.unanswered.delete(name);
      log.info(`Removed the stale runner ${name} (${twin.id}).`);
    } catch (error) {
      log.debug(`Could not look for the stale runner ${name}: ${String(error)}`);
    }
  }

  /** Waits before the next registration when GitHub did not answer the last one. */
  private async pauseUnanswered(): Promise<void> {
    const { created, ports } = this.context;
    const state = { kind: 'unanswered', waitedMs: 0, leftMs: Infinity, random: this.jitter() } as const;
    await ports.clock.sleep(backOff({ ...state, refusals: created.unanswered.size }), ports.signal);
  }

  /** From 0 to 1. It differs between starts that run side by side, which is all that it has to do. */
  private jitter(): number {
    return (Number.parseInt(this.context.request.startId, 16) >>> 0) / 2 ** 32;
  }
}

const REASONS = {
  'name-taken': 'GitHub already has a runner of this name, from an answer that was lost; registering under a new name',
  unanswered: 'GitHub did not answer; registering under a new name',
} as const;

const HINT = `${advice.CHECK_GITHUB_STATUS} Nothing was launched for this runner.`;

function nameTaken(): Failure {
  return new Failure('runner-name-taken', `GitHub reports each of ${MOST_TAKEN} new runner names as taken.`, {
    hint: HINT,
  });
}

function unanswered(tries: number, ms: number): Failure {
  const message = `GitHub did not answer ${plural(tries, 'request')} to register a runner in ${Math.round(ms / 1_000)} s.`;
  return new Failure('github-unreachable', message, { hint: HINT });
}

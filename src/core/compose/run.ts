import { plural } from '../kernel/plural.js';
import type { ContainerState } from '../ports/containers.js';
import type { Log } from '../ports/process.js';
import { checkProject, setupOf } from './check.js';
import { collectAll, saveLogs } from './collect.js';
import { lookBefore, requireFiles, type FilesBefore } from './evidence.js';
import { buildImages, planImages, pullImages } from './images.js';
import type { ComposeOutcome, PhaseName } from './outcome.js';
import { Phases, type OpenPhase, type PhaseEnd } from './phases.js';
import type { Plan } from './plan.js';
import type { Problem } from './problem.js';
import { takeDown } from './down.js';
import type { ComposeRequest } from './request.js';
import { listServices } from './results.js';
import { runScript } from './scripts.js';
import { runSessions, type SessionsEnd } from './session-phase.js';
import { ServiceStart } from './start-services.js';
import type { ComposeWorld } from './world.js';

export type { ComposeWorld } from './world.js';

/** How long a service may take to end after SIGTERM, unless its file says more: its volumes are removed with it. */
const GRACE_S = 3;
const LONGEST_GRACE_S = 60;
/** GitHub kills a canceled step after 10 s. The removal comes first, and needs most of them. */
const CANCELLED_LOGS_MS = 1_500;
const CANCELLED_TEARDOWN_MS = 3_000;
const LAST_LINES = 20;

/**
 * Runs a Compose project as a test. What goes wrong, also with Docker, is an outcome, not an exception.
 *
 * @throws the signal's reason, after everything of the project was removed
 */
export async function runCompose(request: ComposeRequest, world: ComposeWorld, log: Log): Promise<ComposeOutcome> {
  const run = new ComposeRun(request, world, log);
  try {
    await run.main();
  } catch (error) {
    if (!world.signal.aborted) {
      await run.cleanUp();
      throw error;
    }
  }
  if (world.signal.aborted) await run.cleanUpCancelled();
  else await run.cleanUp();
  world.signal.throwIfAborted();
  return run.outcome();
}

class ComposeRun {
  private readonly phases: Phases;
  private plan: Plan | undefined;
  private start: ServiceStart | undefined;
  private sessions: SessionsEnd | undefined;
  /** The first one decides the verdict. */
  private problem: Problem | undefined;
  private states: readonly ContainerState[] = [];
  private remains: readonly string[] = [];
  private upEndedAt = 0;
  private readonly lastLines = new Map<string, readonly string[]>();

  constructor(
    private readonly request: ComposeRequest,
    private readonly world: ComposeWorld,
    private readonly log: Log,
  ) {
    this.phases = new Phases({ clock: world.clock, host: world.host, log }, world.signal);
  }

  /** The phases up to the assertion. Each runs if there was no problem before. */
  async main(): Promise<void> {
    const { request, world } = this;
    await this.step('check', async (phase) => {
      this.plan = await checkProject(request, world, { phase });
      return { detail: `${plural(this.plan.servers.length, 'service')} before the session.` };
    });
    if (!this.plan) return;
    await this.setUp(setupOf(request, this.plan.layout));
    const { plan } = this;
    await this.images(plan);
    const before = await lookBefore(request.requireFiles, world.host);
    await this.services(plan);
    await this.step('session', (phase) => this.session(plan, phase));
    await this.assertAll(plan, before);
  }

  private async images(plan: Plan): Promise<void> {
    if (this.problem) return;
    const { world } = this;
    const work = await planImages(this.request, plan, world);
    if (work.pull.length === 0) this.phases.skip('pull', 'All images are there.');
    else await this.step('pull', (phase) => pullImages(work.pull, { plan, world, phase }));
    if (work.build.length === 0) this.phases.skip('build', 'Nothing to build.');
    else await this.step('build', (phase) => buildImages(work.build, { plan, world, phase }));
  }

  private async services(plan: Plan): Promise<void> {
    const { request, world, log } = this;
    const start = new ServiceStart(request, plan, world, { say: (sentence) => log.info(sentence) });
    this.start = start;
    await this.step('up', (phase) => start.up(phase));
    this.upEndedAt = world.clock.now();
    await this.step('ready', (phase) => start.ready(phase));
    if (start.watch.states.length > 0) this.states = start.watch.states;
  }

  private async session(plan: Plan, phase: OpenPhase): Promise<PhaseEnd> {
    const { request, world } = this;
    const restMs = this.upEndedAt + plan.benchmark.sleepAfterStartMs - world.clock.now();
    if (restMs > 0) await world.clock.sleep(restMs, world.signal);
    this.sessions = await runSessions({ request, plan, world, phase, watch: this.start!.watch });
    this.states = this.sessions.states;
    return this.sessions;
  }

  private async assertAll(plan: Plan, before: FilesBefore): Promise<void> {
    const { request, world } = this;
    const commands = request.assert ?? plan.layout.assert;
    if (this.problem) return;
    if (commands === undefined && request.requireFiles.length === 0) return this.phases.skip('assert');
    await this.step('assert', async (phase) => {
      const { scriptEnv: env } = plan;
      const { signal } = world;
      const files = await requireFiles(request.requireFiles, before, world.host);
      const script = commands === undefined ? {} : await runScript('assert', commands, { world, phase, env, signal });
      const problems = [files.problem, script.problem].filter((problem) => problem !== undefined);
      if (problems.length === 0) return { detail: files.detail ?? 'The assertion held.' };
      return { problem: { ...problems[0]!, reasons: problems.flatMap(({ reasons }) => reasons) } };
    });
  }

  /** Runs `setup`, and checks once more, because it may have written files and variables of the project. */
  private async setUp(commands: string | undefined): Promise<void> {
    if (this.problem) return;
    if (commands === undefined) return this.phases.skip('setup');
    const { request, world } = this;
    const { signal } = world;
    await this.step('setup', async (phase) => {
      const end = await runScript('setup', commands, { world, phase, env: this.plan!.scriptEnv, signal });
      if (!end.problem) this.plan = await checkProject(request, world, { phase, before: this.plan! });
      return end;
    });
  }

  private async step(name: PhaseName, body: (phase: OpenPhase) => Promise<PhaseEnd>): Promise<void> {
    if (this.problem) return;
    this.problem = await this.phases.run(name, body);
  }

  /** Runs whatever happened: logs and files are collected, and everything is removed. */
  async cleanUp(): Promise<void> {
    if (!this.plan) return;
    const { request, world } = this;
    const isNeeded = this.problem === undefined;
    await this.finish('collect', async (phase) => {
      // Nothing has been created since the session ended.
      this.states = this.sessions?.states ?? (await world.containers.list(world.projectName));
      await this.readLastLines();
      return collectAll(request, world, { phase, states: this.states, isNeeded });
    });
    const teardown = request.teardown ?? this.plan.layout.teardown;
    if (teardown === undefined) this.phases.skip('teardown');
    else
      await this.finish('teardown', (phase) =>
        runScript('teardown', teardown, { world, phase, env: this.plan!.scriptEnv }),
      );
    await this.finish('down', (phase) => this.remove(phase, this.graceSeconds()));
  }

  /** The same in the few seconds that GitHub gives: the removal first, without grace. */
  async cleanUpCancelled(): Promise<void> {
    if (!this.plan) return;
    const { request, world } = this;
    const { clock } = world;
    const saved = world.containers
      .list(world.projectName)
      .then((states) => saveLogs(world, states))
      .catch(() => {});
    await Promise.race([saved, clock.sleep(CANCELLED_LOGS_MS)]);
    await this.finish('down', (phase) => this.remove(phase, 0));
    const teardown = request.teardown ?? this.plan.layout.teardown;
    if (teardown === undefined) return;
    const signal = AbortSignal.timeout(CANCELLED_TEARDOWN_MS);
    await this.finish('teardown', (phase) =>
      runScript('teardown', teardown, { world, phase, env: this.plan!.scriptEnv, signal }),
    );
  }

  private async remove(phase: OpenPhase, graceSeconds: number): Promise<PhaseEnd> {
    const end = await takeDown(this.world, phase, graceSeconds);
    this.remains = end.remains;
    return end;
  }

  private async finish(name: PhaseName, body: (phase: OpenPhase) => Promise<PhaseEnd>): Promise<void> {
    const problem = await this.phases.run(name, body, { canCancel: false });
    this.problem ??= problem;
  }

  private graceSeconds(): number {
    const wanted = this.plan!.model.services.map(({ stopGraceMs = 0 }) => Math.ceil(stopGraceMs / 1_000));
    return Math.min(LONGEST_GRACE_S, Math.max(GRACE_S, ...wanted));
  }

  /** The last lines of the services that the problem names. */
  private async readLastLines(): Promise<void> {
    for (const service of this.problem?.culprits ?? []) {
      const own = this.states.filter((state) => (state.service ?? 'session') === service);
      const worst = own.find(({ exitCode }) => exitCode !== 0) ?? own[0];
      if (worst) this.lastLines.set(service, await this.world.containers.lastLines(worst.id, LAST_LINES));
    }
  }

  outcome(): ComposeOutcome {
    const { problem, plan } = this;
    const { ready, warnings } = this.start?.watch ?? { ready: new Map(), warnings: [] };
    const sessions = this.sessions?.sessions ?? [];
    const { lastLines, states } = this;
    return {
      verdict: problem?.verdict ?? 'pass',
      ...(problem && { code: problem.code }),
      phase: problem?.phase ?? 'done',
      exitCode: problem?.exitCode ?? 0,
      reasons: problem?.reasons ?? [],
      ...(problem?.hint !== undefined && { hint: problem.hint }),
      warnings: [...(plan?.warnings ?? []), ...warnings, ...(this.sessions?.warnings ?? [])],
      phases: this.phases.results,
      services: plan ? listServices(plan, { states, ready, sessions, lastLines }) : [],
      ...(this.sessions?.result !== undefined && { result: this.sessions.result }),
      remains: this.remains,
    };
  }
}

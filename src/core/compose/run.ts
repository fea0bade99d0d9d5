import { plural } from '../kernel/plural.js';
import type { Log } from '../ports/process.js';
import { checkProject, setupOf } from './check.js';
import { cleanUp, cleanUpCancelled, type CleanedUp } from './clean-up.js';
import { lookBefore, requireFiles, type FilesBefore } from './evidence.js';
import { buildImages, planImages, pullImages } from './images.js';
import type { ComposeOutcome, PhaseName } from './outcome.js';
import { Phases, type OpenPhase, type PhaseEnd } from './phases.js';
import type { Plan } from './plan.js';
import type { Problem } from './problem.js';
import type { ComposeRequest } from './request.js';
import { listServices } from './results.js';
import { runScript } from './scripts.js';
import { runSessions, type SessionsEnd } from './session-phase.js';
import { ServiceStart } from './start-services.js';
import type { ComposeWorld } from './world.js';

export type { ComposeWorld } from './world.js';

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
  await run.cleanUp();
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
  private upEndedAt = 0;
  private cleaned: CleanedUp | undefined;

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
    if (world.onImages) return this.problem ? undefined : world.onImages(plan);
    const before = await lookBefore(request.requireFiles, world.host);
    await this.services(plan);
    await this.step('session', (phase) => this.session(plan, phase));
    await this.assertAll(plan, before);
  }

  private async images(plan: Plan): Promise<void> {
    const { world } = this;
    let build: readonly string[] = [];
    await this.step('pull', async (phase) => {
      const work = await planImages(this.request, plan, world);
      ({ build } = work);
      if (work.pull.length === 0) return { detail: 'All images are there, or will be built.' };
      return pullImages(work.pull, { plan, world, phase });
    });
    if (build.length > 0) await this.step('build', (phase) => buildImages(build, { plan, world, phase }));
    else if (!this.problem) this.phases.skip('build', 'Nothing to build.');
  }

  private async services(plan: Plan): Promise<void> {
    const { request, world, log } = this;
    const start = new ServiceStart(request, plan, world, log);
    this.start = start;
    if (plan.servers.length > 0) await this.step('up', (phase) => start.up(phase));
    else if (!this.problem) this.phases.skip('up', 'The session is the only service.');
    this.upEndedAt = world.clock.now();
    if (plan.servers.length > 0) await this.step('ready', (phase) => start.ready(phase));
    else if (!this.problem) this.phases.skip('ready');
  }

  private async session(plan: Plan, phase: OpenPhase): Promise<PhaseEnd> {
    const { request, world } = this;
    const restMs = this.upEndedAt + plan.benchmark.sleepAfterStartMs - world.clock.now();
    if (restMs > 0) await world.clock.sleep(restMs, world.signal);
    this.sessions = await runSessions({ request, plan, world, phase, watch: this.start!.watch });
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

  async cleanUp(): Promise<void> {
    const { plan, request, world, phases, problem } = this;
    if (!plan) return;
    const scene = { request, plan, world, phases };
    if (world.signal.aborted) await cleanUpCancelled(scene);
    else this.cleaned = await cleanUp(scene, { problem, states: this.sessions?.states });
  }

  outcome(): ComposeOutcome {
    const { plan, cleaned } = this;
    const problem = cleaned ? cleaned.problem : this.problem;
    const { ready, warnings } = this.start?.watch ?? { ready: new Map(), warnings: [] };
    const sessions = this.sessions?.sessions ?? [];
    const { states = [], remains = [], lastLines = new Map() } = cleaned ?? {};
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
      remains,
    };
  }
}

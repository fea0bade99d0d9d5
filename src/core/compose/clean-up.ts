import type { ContainerState } from '../ports/containers.js';
import { within } from './bell.js';
import { collectAll, saveLogs } from './collect.js';
import { takeDown } from './down.js';
import type { OpenPhase, Phases, PhaseEnd } from './phases.js';
import type { Plan } from './plan.js';
import type { Problem } from './problem.js';
import type { ComposeRequest } from './request.js';
import { runScript } from './scripts.js';
import type { ComposeWorld } from './world.js';

/** How long a service may take to end after SIGTERM, unless its file says more: its volumes are removed with it. */
const GRACE_S = 3;
const LONGEST_GRACE_S = 60;
/** GitHub kills a canceled step after 10 s. The removal comes first, and needs most of them. */
const CANCELLED_LOGS_MS = 1_500;
const CANCELLED_TEARDOWN_MS = 3_000;
const LAST_LINES = 20;

export interface CleanUpScene {
  readonly request: ComposeRequest;
  readonly plan: Plan;
  readonly world: ComposeWorld;
  readonly phases: Phases;
}

export interface CleanedUp {
  /** The first one of all phases. */
  readonly problem?: Problem | undefined;
  readonly states: readonly ContainerState[];
  /** Names at Docker of what could not be removed. */
  readonly remains: readonly string[];
  /** By service, of those that the problem names. */
  readonly lastLines: ReadonlyMap<string, readonly string[]>;
}

/**
 * Runs whatever happened: logs and files are collected, and everything is removed.
 *
 * @param before.problem of the phases before
 * @param before.states the containers, if they were listed after the session
 */
export async function cleanUp(
  scene: CleanUpScene,
  before: { readonly problem: Problem | undefined; readonly states: readonly ContainerState[] | undefined },
): Promise<CleanedUp> {
  const { request, world, phases, plan } = scene;
  const { signal } = world;
  let { problem } = before;
  let states = before.states ?? [];
  let lastLines: CleanedUp['lastLines'] = new Map();
  const collect = async (phase: OpenPhase): Promise<PhaseEnd> => {
    states = before.states ?? (await world.containers.list(world.projectName));
    lastLines = await readLastLines(problem?.culprits ?? [], states, world);
    const end = await collectAll(request, world, { phase, states, isNeeded: problem === undefined });
    return (problem ?? end.problem) || !world.gather ? end : world.gather();
  };
  // If the step is canceled meanwhile, what is not yet collected is lost: the removal is what counts.
  const collected = await phases.run('collect', (phase) => Promise.race([collect(phase), cancelled(signal)]), RUNS);
  problem ??= collected;
  const teardown = teardownOf(scene);
  if (teardown === undefined || signal.aborted) phases.skip('teardown');
  else {
    const run = (phase: OpenPhase): Promise<PhaseEnd> =>
      runScript('teardown', teardown, { world, phase, env: plan.scriptEnv, signal });
    const failed = await phases.run('teardown', run, RUNS);
    problem ??= failed;
  }
  const down = await takeDownIn(scene, () => (signal.aborted ? 0 : findGrace(plan)));
  return { problem: problem ?? down.problem, states, remains: down.remains, lastLines };
}

/** The same in the few seconds that GitHub gives a canceled step. The post step does the rest. */
export async function cleanUpCancelled(scene: CleanUpScene): Promise<void> {
  const { world, phases, plan } = scene;
  const { clock, containers, projectName } = world;
  const saved = containers.list(projectName).then((states) => saveLogs(world, states));
  await Promise.race([saved.catch(() => {}), clock.sleep(CANCELLED_LOGS_MS)]);
  await takeDownIn(scene, () => 0);
  const teardown = teardownOf(scene);
  if (teardown === undefined) return;
  const run = (phase: OpenPhase): Promise<PhaseEnd> =>
    within({ clock, ms: CANCELLED_TEARDOWN_MS }, (signal) =>
      runScript('teardown', teardown, { world, phase, env: plan.scriptEnv, signal }),
    ).then(({ value }) => value);
  await phases.run('teardown', run, RUNS);
}

/** A phase of the clean-up runs although the step was canceled. */
const RUNS = { canCancel: false } as const;

async function takeDownIn(
  { world, phases }: CleanUpScene,
  findSeconds: () => number,
): Promise<Pick<CleanedUp, 'problem' | 'remains'>> {
  let remains: readonly string[] = [];
  const down = async (phase: OpenPhase): Promise<PhaseEnd> => {
    const end = await takeDown(world, phase, findSeconds());
    ({ remains } = end);
    return end;
  };
  const problem = await phases.run('down', down, RUNS);
  return { problem, remains };
}

function teardownOf({ request, plan }: CleanUpScene): string | undefined {
  return request.teardown ?? plan.layout.teardown;
}

function findGrace({ model }: Plan): number {
  const wanted = model.services.map(({ stopGraceMs = 0 }) => Math.ceil(stopGraceMs / 1_000));
  return Math.min(LONGEST_GRACE_S, Math.max(GRACE_S, ...wanted));
}

function cancelled(signal: AbortSignal): Promise<PhaseEnd> {
  const end: PhaseEnd = { detail: 'Cut short, because the step was canceled.' };
  return new Promise((resolve) => {
    if (signal.aborted) resolve(end);
    signal.addEventListener('abort', () => resolve(end), { once: true });
  });
}

async function readLastLines(
  services: readonly string[],
  states: readonly ContainerState[],
  { containers }: ComposeWorld,
): Promise<CleanedUp['lastLines']> {
  const lines = new Map<string, readonly string[]>();
  for (const service of services) {
    const own = states.filter((state) => (state.service ?? 'session') === service);
    const worst = own.find(({ exitCode }) => exitCode !== 0) ?? own[0];
    if (worst) lines.set(service, await containers.lastLines(worst.id, LAST_LINES));
  }
  return lines;
}

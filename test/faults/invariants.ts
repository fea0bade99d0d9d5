import type { Cell } from './cells.js';
import { isLasting } from './lasting.js';
import { BOOT_S } from './machines.js';
import type { World, StepRun } from './world.js';

/**
 * The longest that docs/inside/how-it-works.md states for an instance that nobody stops: `startup-timeout` and `idle-timeout`
 * (5 and 10 min) after its boot, and the 20 s in which the agent forces its power-off.
 */
const STATED_BOUND_S = 15 * 60 + BOOT_S + 20;

export interface Violation {
  readonly rule:
    | 'alive'
    | 'ghost'
    | 'leftover'
    | 'foreign'
    | 'verdict'
    | 'impatient'
    | 'reason'
    | 'secret'
    | 'too many'
    | 'too late'
    | 'post'
    | 'twice'
    | 'lost';
  readonly what: string;
}

/** Of every step, however it ended: no secret told, and a failure explained. */
export function checkStep(step: StepRun, world: World): Violation[] {
  return [...checkSecrets(step, world), ...checkReason(step)];
}

function checkReason({ name, code, lines, heard }: StepRun): Violation[] {
  // What was killed has no last word.
  if (code === 0 || code === null || !heard) return [];
  const annotation = lines.findLast((line) => line.startsWith('::error::')) ?? '';
  const hasHint = /^::error::\S.*%0AWhat to do: \S/.test(annotation);
  if (!hasHint) return [{ rule: 'reason', what: `${name} exits with ${code} and says: ${annotation || 'nothing'}` }];
  if (annotation.includes('A bug in ci-actions')) {
    return [{ rule: 'reason', what: `${name} takes it for a bug of its own: ${annotation}` }];
  }
  if (name === 'start-runner' || !/post.{0,3} step|is being removed/.test(annotation)) return [];
  return [{ rule: 'reason', what: `${name} promises what only a start's post step does: ${annotation}` }];
}

/** The token, AWS's key and every just-in-time configuration; registering one with the runner is not telling it. */
function checkSecrets(step: StepRun, { sandbox }: World): Violation[] {
  const told = [
    ...step.lines.filter((line) => !line.startsWith('::add-mask::')),
    step.summary,
    JSON.stringify([step.outputs, step.state]),
  ].join('\n');
  const configs = sandbox.requests.flatMap(
    ({ response = '' }) => /"encoded_jit_config":"([^"]+)"/.exec(response)?.[1] ?? [],
  );
  const secrets = [sandbox.token, sandbox.environment['AWS_SECRET_ACCESS_KEY'] ?? '', ...configs];
  const found = secrets.filter((secret) => told.includes(secret));
  return found.map((secret) => ({ rule: 'secret', what: `${step.name} tells ${secret.slice(0, 8)}…` }));
}

/** A fault that lasts at most 20 s is waited out: the step that it hits does what it was asked for. */
export function checkPatience({ name, code }: StepRun, world: World, { scenario, at }: Cell): Violation[] {
  if (!at || !isLasting(at.fault)) return [];
  const left = name === 'stop-runner' ? world.live.map(({ id }) => id) : [];
  if (code === 0 && left.length === 0) return [];
  // A cancelled start has seconds to take back what it began, and has failed already.
  if (scenario.step === 'start' && scenario.prelude) return [];
  return [
    {
      rule: 'impatient',
      what: `${name} exits with ${code} because of ${at.fault}, and leaves ${left.join(', ') || 'nothing'}`,
    },
  ];
}

/** Success: as many as were asked for, in the state that was asked for, and the outputs say so. */
export function checkStart(start: StepRun, world: World): Violation[] {
  if (start.code !== 0) return [];
  const { count, waitFor } = world.config;
  const ids = JSON.parse(start.outputs['ec2-instance-ids'] ?? '[]') as string[];
  const live = world.live.filter(({ id }) => ids.includes(id));
  const runners = (JSON.parse(start.outputs['runners'] ?? '[]') as { id: number }[]).map(({ id }) =>
    world.runners.find((runner) => runner.id === id),
  );
  const ready = runners.filter((runner) => runner && (waitFor === 'launched' || runner.status === 'online'));
  const problems = [
    ...(start.outputs['label'] ? [] : ['no label']),
    ...(live.length === count ? [] : [`${live.length} of ${count} instances`]),
    ...(ready.length === count ? [] : [`${ready.length} of ${count} runners`]),
  ];
  if (problems.length === 0) return [];
  return [{ rule: 'verdict', what: `start-runner succeeds with ${problems.join(', ')}` }];
}

/**
 * Success of a stop, or of the post step of a start that did not succeed: nothing of ours runs or is registered but what
 * a warning of it names, such as a runner whose instance EC2 does not list.
 */
export function checkCleaner({ name, code, lines }: StepRun, world: World): Violation[] {
  if (code !== 0) return [];
  const warned = [{ lines }];
  // The id of an instance that EC2 does not list cannot be named; its runner can.
  const live = world.live.filter(({ id, tags }) => {
    return !isWarnedOf(id, warned) && !isWarnedOf(tags.get('ci-actions:runner-name') ?? id, warned);
  });
  const listed = world.runners.filter((runner) => !isWarnedOf(runner.name, warned));
  const problems = [...live.map(({ id }) => id), ...listed.map((runner) => runner.name)];
  if (problems.length === 0) return [];
  return [{ rule: 'verdict', what: `${name} succeeds and leaves ${problems.join(', ')}` }];
}

/** What a sweep says it has removed is gone, and one that nothing disturbed leaves nothing. */
export function checkReap(sweep: StepRun, world: World, { disturbed }: { disturbed: boolean }): Violation[] {
  const findings = JSON.parse(sweep.outputs['findings'] ?? '[]') as { id: string; outcome: string }[];
  const there = world.left;
  const lies = findings.filter(({ id, outcome }) => outcome === 'removed' && there.includes(id));
  const problems = [
    ...lies.map(({ id }) => ({ rule: 'verdict' as const, what: `reap-runners says it removed ${id}, which is there` })),
    ...(disturbed || sweep.code === 0 ? [] : [{ rule: 'verdict' as const, what: 'an undisturbed sweep fails' }]),
  ];
  if (disturbed || there.length === 0) return problems;
  return [...problems, { rule: 'verdict', what: `reap-runners leaves ${there.join(', ')}` }];
}

/** When everything that cleans up has had its turn. */
export function checkEnd(world: World, { ghostsAllowed }: { ghostsAllowed: boolean }): Violation[] {
  const { config } = world;
  const { total, most } = world.countOn();
  return [
    ...world.live.map(({ id }) => ({ rule: 'alive' as const, what: `${id} is still there` })),
    ...(ghostsAllowed ? [] : world.runners.filter((one) => !isWarnedOf(one.name, world.steps))).map(({ name }) => ({
      rule: 'ghost' as const,
      what: `${name} is listed`,
    })),
    ...[...world.volumes, ...world.openSpotRequests].map((id) => ({
      rule: 'leftover' as const,
      what: `${id} is left`,
    })),
    ...checkDamage(world),
    ...(total > config.count ? [{ rule: 'too many' as const, what: `${total} machines for ${config.count}` }] : []),
    ...(most > config.count ? [{ rule: 'too many' as const, what: `${most} at once for ${config.count}` }] : []),
  ];
}

export function checkDamage(world: World): Violation[] {
  return world.listDamage().map((what) => ({ rule: 'foreign', what: `${what} was somebody else's` }));
}

/** @param since the end of the mishap, on the machines' clock; infinite if there was none */
export function checkBound(
  world: World,
  { since, boundS = STATED_BOUND_S }: { since: number; boundS?: number },
): { violations: Violation[]; secondsToClean: number } {
  const ends = world.endings;
  const last = Math.max(...ends);
  const secondsToClean = ends.length === 0 || since === Infinity ? 0 : Math.max(0, last - since) / 1000;
  const what = `all was gone after ${secondsToClean.toFixed(0)} s only`;
  return { violations: secondsToClean > boundS ? [{ rule: 'too late', what }] : [], secondsToClean };
}

function isWarnedOf(what: string, steps: readonly Pick<StepRun, 'lines'>[]): boolean {
  return steps.some(({ lines }) => lines.some((line) => line.startsWith('::warning') && line.includes(what)));
}

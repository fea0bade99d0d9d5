import type { Cell } from './cell.js';
import { isLasting } from './lasting.js';
import { BOOT_S } from './machines.js';
import type { World, StepRun } from './world.js';

/**
 * The longest that docs/inside/how-it-works.md states for an instance that no step stops: `startup-timeout` and `idle-timeout`
 * (5 and 10 min) after its boot, and the 20 s after which the agent forces its power-off.
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

/** Holds for every step, however it ended: it prints no secret and explains its failure. */
export function checkStep(step: StepRun, world: World): Violation[] {
  return [...checkSecrets(step, world), ...checkReason(step)];
}

function checkReason({ name, code, lines, heard }: StepRun): Violation[] {
  // A killed step cannot explain its failure.
  if (code === 0 || code === null || !heard) return [];
  const annotation = lines.findLast((line) => line.startsWith('::error::')) ?? '';
  const hasHint = /^::error::\S.*%0AWhat to do: \S/.test(annotation);
  if (!hasHint) return [{ rule: 'reason', what: `${name} exits with ${code} and prints: ${annotation || 'no error'}` }];
  if (annotation.includes('A bug in ci-actions')) {
    return [{ rule: 'reason', what: `${name} calls the fault a bug in ci-actions: ${annotation}` }];
  }
  if (name === 'start-runner' || !/post.{0,3} step|is being removed/.test(annotation)) return [];
  return [{ rule: 'reason', what: `${name} announces what only a start's post step does: ${annotation}` }];
}

/** The secrets are the token, AWS's key, every just-in-time configuration and registration token. `::add-mask::` lines may hold them. */
function checkSecrets(step: StepRun, { sandbox }: World): Violation[] {
  const printed = [
    ...step.lines.filter((line) => !line.startsWith('::add-mask::')),
    step.summary,
    JSON.stringify([step.outputs, step.state]),
  ].join('\n');
  const configs = sandbox.requests.flatMap(
    ({ response = '' }) => /"encoded_jit_config":"([^"]+)"/.exec(response)?.[1] ?? [],
  );
  const tokens = sandbox.requests.flatMap(({ operation, response = '' }) =>
    operation.endsWith('registration-token') ? (/"token":"([^"]+)"/.exec(response)?.[1] ?? []) : [],
  );
  const secrets = [sandbox.token, sandbox.environment['AWS_SECRET_ACCESS_KEY'] ?? '', ...configs, ...tokens];
  const found = secrets.filter((secret) => printed.includes(secret));
  return found.map((secret) => ({ rule: 'secret', what: `${step.name} prints ${secret.slice(0, 8)}…` }));
}

/** A step waits out a fault that lasts at most 20 s and then does its work. */
export function checkPatience({ name, code }: StepRun, world: World, { scenario, at }: Cell): Violation[] {
  if (!at || !isLasting(at.fault) || (world.config.volume?.isRefused && name === 'start-runner')) return [];
  const left = name === 'stop-runner' ? world.live.map(({ id }) => id) : [];
  if (code === 0 && left.length === 0) return [];
  // A cancelled start has only seconds to roll back, and has failed already.
  if (scenario.step === 'start' && scenario.prelude) return [];
  return [
    {
      rule: 'impatient',
      what: `${name} exits with ${code} because of ${at.fault}, and leaves ${left.join(', ') || 'nothing'}`,
    },
  ];
}

/** A successful start has the requested number of instances and runners, in the requested state, in its outputs. */
export function checkStart(start: StepRun, world: World): Violation[] {
  if (start.code !== 0) return [];
  const { count, waitFor, runners: each = 1 } = world.config;
  const ids = JSON.parse(start.outputs['ec2-instance-ids'] ?? '[]') as string[];
  const live = world.live.filter(({ id }) => ids.includes(id));
  // A runner that takes many jobs has no id before its machine has registered it.
  const runners = (JSON.parse(start.outputs['runners'] ?? '[]') as { id: number | null }[]).map(
    ({ id }) => world.runners.find((runner) => runner.id === id) ?? (id === null ? 'awaited' : undefined),
  );
  const isReady = (runner: (typeof runners)[number]) =>
    waitFor === 'launched' ? runner !== undefined : typeof runner === 'object' && runner.status === 'online';
  const ready = runners.filter(isReady);
  const problems = [
    ...(start.outputs['label'] ? [] : ['no label']),
    ...(live.length === count ? [] : [`${live.length} of ${count} instances`]),
    ...(ready.length === count * each ? [] : [`${ready.length} of ${count * each} runners`]),
  ];
  if (problems.length === 0) return [];
  return [{ rule: 'verdict', what: `start-runner succeeds with ${problems.join(', ')}` }];
}

/**
 * A successful stop, or post step of a start that did not succeed, leaves no instance and no runner of ours, except for
 * those that one of its warnings names, such as a runner whose instance EC2 does not list.
 */
export function checkCleaner({ name, code, lines }: StepRun, world: World): Violation[] {
  if (code !== 0) return [];
  const warned = [{ lines }];
  // A warning cannot name the id of an instance that EC2 does not list. It names the instance's runner.
  const live = world.live.filter(({ id, tags }) => {
    return !isWarnedOf(id, warned) && !isWarnedOf(tags.get('ci-actions:runner-name') ?? id, warned);
  });
  const listed = world.runners.filter((runner) => !isWarnedOf(runner.name, warned));
  const problems = [...live.map(({ id }) => id), ...listed.map((runner) => runner.name)];
  if (problems.length === 0) return [];
  return [{ rule: 'verdict', what: `${name} succeeds and leaves ${problems.join(', ')}` }];
}

/** Everything that a sweep reports as removed is gone, and an undisturbed sweep leaves nothing. */
export function checkReap(sweep: StepRun, world: World, { disturbed }: { disturbed: boolean }): Violation[] {
  const findings = JSON.parse(sweep.outputs['findings'] ?? '[]') as { id: string; outcome: string }[];
  const left = world.left;
  const untrue = findings.filter(({ id, outcome }) => outcome === 'removed' && left.includes(id));
  const problems = [
    ...untrue.map(({ id }) => ({
      rule: 'verdict' as const,
      what: `reap-runners reports ${id} as removed, which exists`,
    })),
    ...(disturbed || sweep.code === 0 ? [] : [{ rule: 'verdict' as const, what: 'an undisturbed sweep fails' }]),
  ];
  if (disturbed || left.length === 0) return problems;
  return [...problems, { rule: 'verdict', what: `reap-runners leaves ${left.join(', ')}` }];
}

/** Holds at the end, when every step and timer that cleans up is over. */
export function checkEnd(world: World, { ghostsAllowed }: { ghostsAllowed: boolean }): Violation[] {
  const { config } = world;
  const { total, most } = world.countOn();
  return [
    ...world.live.map(({ id }) => ({ rule: 'alive' as const, what: `${id} still exists` })),
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
  return world.listDamage().map((what) => ({ rule: 'foreign', what: `${what} belonged to others and has changed` }));
}

/** @param since the end of the fault, on the instances' clock; infinite if there was none */
export function checkBound(
  world: World,
  { since, boundS = STATED_BOUND_S }: { since: number; boundS?: number },
): { violations: Violation[]; secondsToClean: number } {
  const ends = world.endings;
  const last = Math.max(...ends);
  const secondsToClean = ends.length === 0 || since === Infinity ? 0 : Math.max(0, last - since) / 1000;
  const what = `everything was gone only after ${secondsToClean.toFixed(0)} s`;
  return { violations: secondsToClean > boundS ? [{ rule: 'too late', what }] : [], secondsToClean };
}

/** A warning shows the first of many alike, and refers to the log for the others. */
function isWarnedOf(name: string, steps: readonly Pick<StepRun, 'lines'>[]): boolean {
  return steps.some(({ lines }) => {
    const warnings = lines.filter((line) => line.startsWith('::warning'));
    const refers = warnings.some((line) => line.includes('more, see the log'));
    const explained = refers ? lines.filter((line) => line.includes('EC2 does not list an instance')) : [];
    return [...warnings, ...explained].some((line) => line.includes(name));
  });
}

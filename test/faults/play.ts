import { nameCell, type Cell } from './cell.js';
import {
  checkBound,
  checkCleaner,
  checkEnd,
  checkPatience,
  checkReap,
  checkStart,
  checkStep,
  type Violation,
} from './invariants.js';
import { isLasting } from './lasting.js';
import { calm, pause, settle, STEP_MS, STOP_JOB_MS } from './passing-time.js';
import type { Played } from './played.js';
import { checkClaims } from './pool-invariants.js';
import { playFill, playLeftPool, Rival } from './pool-play.js';
import { settlePool } from './pool-world.js';
import { checkAttached, checkKept } from './volume-invariants.js';
import { playJob } from './volume-world.js';
import { World, type StepRun } from './world.js';

/** Plays one cell, from the start to the last step or timer that cleans up. */
export async function play(cell: Cell): Promise<Played> {
  const world = await World.create(cell.config);
  try {
    if (cell.config.pool) await settlePool(world, cell.config.pool);
    const { step, isPoolAlone = false } = cell.scenario;
    if (!isPoolAlone) return await playRun(world, cell);
    return await (step === 'fill' ? playFill(world, cell) : playLeftPool(world, cell));
  } finally {
    await world.close();
  }
}

async function playRun(world: World, cell: Cell): Promise<Played> {
  const violations: Violation[] = [];
  const { scenario, at } = cell;
  const kill = /^(gone|forsaken|hangup)/.exec(
    scenario.prelude ?? (scenario.step === 'start' ? (at?.fault ?? '') : ''),
  )?.[1];
  const start = await runStart(world, cell);
  const ok = start.code === 0 && kill === undefined;
  violations.push(...checkStep(start, world), ...checkStart(start, world), ...checkClaims(world));
  violations.push(...checkAttached(start, world));
  if (cell.config.volume?.takesSnapshot) playJob(world.sandbox, start);
  const rival = cell.config.pool && new Rival(world, cell.config.pool);
  violations.push(...((await rival?.startBetween()) ?? []));
  let disturbed = start;
  if (scenario.step === 'reap') {
    disturbed = await sweep(world, cell, violations);
  } else if (kill === undefined) {
    await pause(STEP_MS);
    const before = world.live.length;
    const post = await runPost(world, cell, start);
    if (scenario.step === 'post') disturbed = post;
    violations.push(...checkStep(post, world));
    // Only the stop can find a registration that takes effect after the post step is over.
    const isLateRegistration = at?.operation.startsWith('POST-') === true && at.fault.endsWith('-late');
    if (!ok && !isLateRegistration) violations.push(...checkCleaner(post, world));
    if (ok && world.live.length < before) violations.push({ rule: 'post', what: 'the post step harmed a good start' });
  }
  let isKept = false;
  if (kill !== 'forsaken' && scenario.step !== 'reap') {
    await pause(STOP_JOB_MS);
    const stop = await runStop(world, cell, ok ? start : undefined);
    if (scenario.step === 'stop') disturbed = stop;
    violations.push(...checkStep(stop, world), ...checkCleaner(stop, world));
    isKept = stop.lines.some((line) => line.startsWith('::warning') && line.includes('Kept i-'));
    // The error's hint: "Run stop-runner again: it is safe to repeat."
    if (stop.code !== 0) violations.push(...(await stopAgain(world, cell)));
  }
  violations.push(...checkPatience(disturbed, world, cell), ...((await rival?.stopAfter()) ?? []));
  await settle(world);
  const bound = checkBound(world, { since: endOfFault(disturbed, start, ok) });
  // An instance that a lost claim has reserved stays reserved until a sweep: its runner is never connected, so no idle
  // timer runs. A stop that may not list the jobs of its run keeps such an instance, with a warning.
  if ((kill === 'forsaken' || isKept) && rival) violations.push(...(await sweepForsaken(world)));
  violations.push(
    ...bound.violations,
    ...checkKept(world),
    ...checkEnd(world, { ghostsAllowed: kill === 'forsaken' && !rival }),
  );
  violations.push(...((await rival?.claimLast()) ?? []));
  return {
    name: nameCell(cell),
    violations,
    struck: disturbed.struck,
    requests: disturbed.requests,
    secondsToClean: bound.secondsToClean,
    steps: world.steps,
  };
}

/** Infinity after a good start: then nothing is to be cleaned up before the stop. */
function endOfFault(disturbed: StepRun, start: StepRun, ok: boolean): number {
  return disturbed === start && ok ? Infinity : disturbed.endedAt;
}

function runStart(world: World, { scenario, config, at }: Cell): Promise<StepRun> {
  const prelude = scenario.prelude && {
    operation: scenario.preludeAt ?? 'DescribeInstances#1',
    fault: scenario.prelude,
  };
  return world.run('start-runner', {
    inputs: config.inputs,
    ...(scenario.step === 'start' && at && { at }),
    ...(prelude && { before: prelude }),
  });
}

function runPost(world: World, { scenario, at }: Cell, start: StepRun): Promise<StepRun> {
  const inputs = world.config.inputs;
  return world.run('start-runner-post', { inputs, state: start.state, ...(scenario.step === 'post' && at && { at }) });
}

/** @param start a start that succeeded, whose outputs are passed on */
function runStop(world: World, { scenario, at }: Cell, start: StepRun | undefined): Promise<StepRun> {
  const { label = '', 'ec2-instance-id': id = '' } = start?.outputs ?? {};
  const inputs = { label, 'ec2-instance-id': id };
  return world.run('stop-runner', { inputs, ...(scenario.step === 'stop' && at && { at }) });
}

async function stopAgain(world: World, cell: Cell): Promise<Violation[]> {
  await pause(STOP_JOB_MS);
  const again = await runStop(world, { ...cell, scenario: { ...cell.scenario, step: 'start' } }, undefined);
  return [...checkStep(again, world), ...checkCleaner(again, world)];
}

/** Completes the run without a stop, then sweeps twice, as a schedule does. The first sweep is the disturbed one. */
async function sweep(world: World, { at }: Cell, violations: Violation[]): Promise<StepRun> {
  await pause(STOP_JOB_MS);
  await world.completeRun();
  const disturbed = await world.run('reap-runners', { inputs: {}, ...(at && { at }) });
  await calm(world);
  const isDisturbed = at !== undefined && !isLasting(at.fault);
  violations.push(...checkStep(disturbed, world), ...checkReap(disturbed, world, { disturbed: isDisturbed }));
  await pause(STOP_JOB_MS);
  const next = await world.run('reap-runners', { inputs: {} });
  await calm(world);
  violations.push(...checkStep(next, world), ...checkReap(next, world, { disturbed: false }));
  return disturbed;
}

/** Completes the run, then sweeps once. */
async function sweepForsaken(world: World): Promise<Violation[]> {
  await world.completeRun();
  const only = await world.run('reap-runners', { inputs: {} });
  await calm(world);
  return [...checkStep(only, world), ...checkReap(only, world, { disturbed: false })];
}

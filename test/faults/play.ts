import { nameCell, type Cell } from './cells.js';
import { LATE_MS } from './faults.js';
import { checkEnd, checkReap, checkStart, checkCleaner, checkStep, type Violation } from './invariants.js';
import { World, type StepRun } from './world.js';

/** What became of one cell. */
export interface Played {
  readonly name: string;
  readonly violations: readonly Violation[];
  /** Whether the request that was to be disturbed was made at all. */
  readonly struck: boolean;
  /** Each request of the disturbed step, as `operation#occurrence`. */
  readonly requests: readonly string[];
  /** From the end of the mishap until nothing of ours was left, in seconds of the instance's clock. */
  readonly secondsToClean: number;
  readonly steps: readonly StepRun[];
}

/** The stop job needs a machine of its own first, in ms. */
const STOP_JOB_MS = 5_000;
/** What GitHub does between two steps. */
const STEP_MS = 500;

/** The whole story of one cell, from the start to the last thing that cleans up. */
export async function play(cell: Cell): Promise<Played> {
  const world = await World.create(cell.config);
  try {
    return await playIn(world, cell);
  } finally {
    await world.close();
  }
}

async function playIn(world: World, cell: Cell): Promise<Played> {
  const violations: Violation[] = [];
  const { scenario, at } = cell;
  const kill = /^(gone|forsaken|hangup)/.exec(
    scenario.prelude ?? (scenario.step === 'start' ? (at?.fault ?? '') : ''),
  )?.[1];
  const start = await runStart(world, cell);
  const ok = start.code === 0 && kill === undefined;
  violations.push(...checkStep(start, world), ...checkStart(start, world));
  let disturbed = start;
  if (scenario.step === 'reap') {
    disturbed = await sweep(world, cell, violations);
  } else if (kill === undefined) {
    await pause(STEP_MS);
    const before = world.live.length;
    const post = await runPost(world, cell, start);
    if (scenario.step === 'post') disturbed = post;
    violations.push(...checkStep(post, world));
    // A registration that takes effect when the post step is over is for the stop to find.
    const isLateMint = at?.operation.startsWith('POST-') === true && at.fault.endsWith('-late');
    if (!ok && !isLateMint) violations.push(...checkCleaner(post, world));
    if (ok && world.live.length < before) violations.push({ rule: 'post', what: 'the post step harmed a good start' });
  }
  if (kill !== 'forsaken' && scenario.step !== 'reap') {
    await pause(STOP_JOB_MS);
    const stop = await runStop(world, cell, ok ? start : undefined);
    if (scenario.step === 'stop') disturbed = stop;
    violations.push(...checkStep(stop, world), ...checkCleaner(stop, world));
    // "Run stop-runner again: it is safe to repeat."
    if (stop.code !== 0) violations.push(...(await stopAgain(world, cell)));
  }
  await settle(world);
  const end = checkEnd(world, { ghostsAllowed: kill === 'forsaken', since: mishapEnd(disturbed, start, ok) });
  return {
    name: nameCell(cell),
    violations: [...violations, ...end.violations],
    struck: disturbed.struck,
    requests: disturbed.requests,
    secondsToClean: end.secondsToClean,
    steps: world.steps,
  };
}

/** A good start is no mishap: cleaning up begins with the stop. */
function mishapEnd(disturbed: StepRun, start: StepRun, ok: boolean): number {
  return disturbed === start && ok ? Infinity : disturbed.endedAt;
}

function runStart(world: World, { scenario, config, at }: Cell): Promise<StepRun> {
  const prelude = scenario.prelude && { operation: 'DescribeInstances#1', fault: scenario.prelude };
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

/** With the outputs of a start that succeeded; without, as after one that did not. */
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

/** The run is over, nobody stopped anything, and the reaper comes by; then it comes by again, as it does on a schedule. */
async function sweep(world: World, { at }: Cell, violations: Violation[]): Promise<StepRun> {
  await pause(STOP_JOB_MS);
  await world.completeRun();
  const disturbed = await world.run('reap-runners', { inputs: {}, ...(at && { at }) });
  await calm(world);
  violations.push(...checkStep(disturbed, world), ...checkReap(disturbed, world, { disturbed: at !== undefined }));
  await pause(STOP_JOB_MS);
  const next = await world.run('reap-runners', { inputs: {} });
  await calm(world);
  violations.push(...checkStep(next, world), ...checkReap(next, world, { disturbed: false }));
  return disturbed;
}

/** Nobody acts any more: what is left is up to the instances themselves, once all that was asked for is there. */
async function settle(world: World): Promise<void> {
  await pause(LATE_MS);
  do await calm(world);
  while (world.machines.timers.ringNext());
}

/** Until no instance is on its way up or down: with it goes its volume. */
async function calm(world: World): Promise<void> {
  while (world.instances.some(({ state }) => state === 'pending' || state === 'shutting-down')) await pause(200);
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

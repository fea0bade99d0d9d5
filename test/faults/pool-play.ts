import { nameCell, POOL, type Cell, type PoolConfig } from './cell.js';
import { checkBound, checkDamage, checkPatience, checkStep, type Violation } from './invariants.js';
import { isLasting } from './lasting.js';
import { BOOT_S, FAILING_SCRIPT } from './machines.js';
import { calm, pause, settle, STOP_JOB_MS } from './passing-time.js';
import type { Played } from './played.js';
import { checkClaims, checkFill, checkMembers } from './pool-invariants.js';
import type { StepRun, World } from './world.js';

/** docs/pools.md states this bound for a first boot: `warm-up-minutes`, the boot before and the power-off after. */
const WARM_UP_BOUND_S = 10 * 60 + BOOT_S + 20;

/** Another run that claims from the same pool: between a start and the step that cleans up after it, or at the end. */
export class Rival {
  private start: StepRun | undefined;

  constructor(
    private readonly world: World,
    private readonly config: PoolConfig,
  ) {}

  async startBetween(): Promise<Violation[]> {
    return this.config.hasRival ? this.begin() : [];
  }

  /** Cleaning up after the disturbed run must not cost the rival its runner. Then the rival stops it. */
  async stopAfter(): Promise<Violation[]> {
    if (!this.start) return [];
    const { instances, runners } = this.world.rivals;
    const isThere = instances.some(({ state }) => state === 'running') && runners.some(isOnline);
    return [
      ...(isThere ? [] : [{ rule: 'twice' as const, what: 'the other run has lost its runner' }]),
      ...checkClaims(this.world),
      ...(await this.end()),
    ];
  }

  /** The next start must claim an instance that waits. */
  async claimLast(): Promise<Violation[]> {
    if (this.config.hasRival || this.world.waiting.length === 0) return [];
    const violations = await this.begin();
    const [runner] = JSON.parse(this.start?.outputs['runners'] ?? '[]') as { pool?: string }[];
    const what = 'the next start does not claim the instance that waits';
    if (runner?.pool !== POOL) violations.push({ rule: 'lost', what });
    return [...violations, ...(await this.end())];
  }

  private async begin(): Promise<Violation[]> {
    const { world } = this;
    this.start = await world.run('start-runner', { inputs: { pool: POOL }, environment: world.asRival() });
    const what = `the other run's start exits with ${this.start.code}`;
    return [
      ...checkStep(this.start, world),
      ...checkClaims(world),
      ...(this.start.code === 0 ? [] : [{ rule: 'twice' as const, what }]),
    ];
  }

  private async end(): Promise<Violation[]> {
    const { world } = this;
    const stop = await world.run('stop-runner', { inputs: {}, environment: world.asRival() });
    const { instances, runners } = world.rivals;
    const left = [...instances.map(({ id }) => id), ...runners.map(({ name }) => name)];
    const what = `the other run's stop leaves ${left.join(', ')}`;
    return [...checkStep(stop, world), ...(left.length === 0 ? [] : [{ rule: 'verdict' as const, what }])];
  }
}

/** The disturbed fill, the end of the warm-ups it has begun, the next scheduled fill, and a start that claims. */
export async function playFill(world: World, cell: Cell): Promise<Played> {
  const { config, at } = cell;
  const fails = config.inputs['warm-up-script'] === FAILING_SCRIPT;
  const disturbed = await fill(world, at);
  const violations = [...checkStep(disturbed, world), ...checkFill(disturbed, world)];
  if (!fails) violations.push(...checkPatience(disturbed, world, cell));
  await settle(world);
  const bound = checkBound(world, { since: disturbed.endedAt, boundS: WARM_UP_BOUND_S });
  violations.push(...bound.violations, ...checkDamage(world));
  world.hide(0);
  const next = await fill(world);
  await settle(world);
  violations.push(...checkStep(next, world), ...checkFill(next, world), ...checkMembers(world), ...checkDamage(world));
  if (next.code !== 0 && !fails) violations.push({ rule: 'verdict', what: 'an undisturbed fill fails' });
  const most = Math.max(0, config.count - (config.pool?.waiting ?? 0));
  const { total } = world.countOn();
  if (total > most && !fails) violations.push({ rule: 'too many', what: `${total} launches for ${most}` });
  violations.push(...(await new Rival(world, { waiting: 0 }).claimLast()));
  return { ...describe(cell, disturbed), violations, secondsToClean: bound.secondsToClean, steps: world.steps };
}

/** Sweeps a pool that is no longer filled: twice now, and once when all its instances have expired. */
export async function playLeftPool(world: World, cell: Cell): Promise<Played> {
  const { at } = cell;
  const before = world.instances.filter(({ id }) => !world.overdue.includes(id)).map(({ id }) => id);
  const disturbed = await sweep(world, at);
  const expected = { overdue: world.overdue, kept: before };
  const violations = checkSweep(disturbed, world, at && isLasting(at.fault) ? expected : undefined);
  violations.push(...checkPatience(disturbed, world, cell), ...checkSweep(await sweep(world), world, expected));
  for (const { tags } of world.waiting) tags.set('ci-actions:expires-at', new Date(Date.now() - 1_000).toISOString());
  violations.push(...checkSweep(await sweep(world), world, { overdue: world.instances.map(({ id }) => id), kept: [] }));
  violations.push(...checkMembers(world), ...checkDamage(world));
  return { ...describe(cell, disturbed), violations, secondsToClean: 0, steps: world.steps };
}

interface Expected {
  readonly overdue: readonly string[];
  readonly kept: readonly string[];
}

/** @param expected what an undisturbed sweep has removed by now, and what it has kept */
function checkSweep(step: StepRun, world: World, expected?: Expected): Violation[] {
  const { ec2 } = world.sandbox;
  const isThere = (id: string) => !['shutting-down', 'terminated'].includes(ec2.instance(id).state);
  const findings = JSON.parse(step.outputs['findings'] ?? '[]') as { id: string; outcome: string }[];
  const removed = findings.flatMap(({ id, outcome }) => (outcome === 'removed' ? [id] : []));
  const problems = [
    ...removed.filter(isThere).map((id) => `reports ${id} as removed, which exists`),
    ...(expected && step.code !== 0 ? ['fails without a fault'] : []),
    ...(expected?.overdue ?? []).filter(isThere).map((id) => `leaves ${id}, which has expired`),
    ...(expected?.kept ?? []).filter((id) => !isThere(id)).map((id) => `has removed ${id}, which has not expired`),
  ];
  const verdicts = problems.map((what) => ({ rule: 'verdict' as const, what: `reap-runners ${what}` }));
  return [...checkStep(step, world), ...verdicts];
}

async function sweep(world: World, at?: Cell['at']): Promise<StepRun> {
  const step = await world.run('reap-runners', { inputs: {}, ...(at && { at }) });
  await calm(world);
  await pause(STOP_JOB_MS);
  return step;
}

function fill(world: World, at?: Cell['at']): Promise<StepRun> {
  return world.run('fill-pool', { inputs: world.config.inputs, ...(at && { at }) });
}

function describe(cell: Cell, { struck, requests }: StepRun): Pick<Played, 'name' | 'struck' | 'requests'> {
  return { name: nameCell(cell), struck, requests };
}

function isOnline({ status }: { readonly status: string }): boolean {
  return status === 'online';
}

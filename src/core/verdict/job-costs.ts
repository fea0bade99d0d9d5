import { describeSum, renderCost, renderSeconds, sumCosts, type CostSum, type MachineCost } from '../kernel/costs.js';
import type { Cell, Heading } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';

/** The machines of a job, from its output `costs`. `unknown`: it had machines, and their costs are not known. */
export type JobCosts = readonly MachineCost[] | 'unknown' | undefined;

/**
 * Reads the output `costs`: that of stop-runner, or a list of several of them. Outputs can hold anything, so all that is
 * not a list of costs counts as `unknown`.
 */
export function readCosts({ costs = '' }: Readonly<Record<string, string>>): JobCosts {
  if (costs.trim() === '') return undefined;
  try {
    const list = [JSON.parse(costs) as unknown].flat(3);
    return list.every(isCost) ? list : 'unknown';
  } catch {
    return 'unknown';
  }
}

function isCost(one: unknown): one is MachineCost {
  if (typeof one !== 'object' || one === null) return false;
  const fields = one as Record<string, unknown>;
  return ['minutes', 'cost', 'startUp', 'idleBefore', 'idleAfter'].every(
    (name) => fields[name] === null || (typeof fields[name] === 'number' && fields[name] >= 0),
  );
}

export const COST_HEADINGS: readonly Heading[] = [
  { right: 'Machine minutes' },
  { right: 'Start-up' },
  { right: 'Idle' },
  { right: 'Cost' },
];

/** The cells below {@link COST_HEADINGS}; empty for a job without a machine. */
export function renderCosts(costs: JobCosts): Cell[] {
  if (costs === undefined || costs.length === 0) return COST_HEADINGS.map(() => '');
  if (costs === 'unknown') return COST_HEADINGS.map(() => 'unknown');
  const sum = sumCosts(costs);
  const most = sum.atMost ? 'at most ' : '';
  const idle = add(costs, ({ idleBefore, idleAfter }) => addUp(idleBefore, idleAfter));
  return [
    costs.every(({ minutes }) => minutes === null) ? 'unknown' : `${most}${sum.minutes.toFixed(1)}`,
    renderSeconds(add(costs, ({ startUp }) => startUp)),
    renderSeconds(idle, sum.atMost),
    renderCost(sum.unknown > 0 ? { cost: null } : sum),
  ];
}

/**
 * The sum over all jobs, in words; `undefined` if no job had a machine.
 *
 * @param isRerun a job that was not run again still has the costs of the attempt in which it ran
 */
export function describeTotal(all: readonly JobCosts[], isRerun: boolean): string | undefined {
  const sum = totalCosts(all);
  const unknown = all.filter((costs) => costs === 'unknown').length;
  if (sum.machines + unknown === 0) return undefined;
  const rest = unknown > 0 ? `, without ${plural(unknown, 'environment')} at unknown costs` : '';
  const attempts = isRerun
    ? ' The costs of each environment are those of its last attempt; earlier attempts have summaries of their own.'
    : '';
  return `Together ${describeSum(sum)}${rest}. Not included: public IPv4 addresses, data transfer, volumes below a cent.${attempts}`;
}

/** What all jobs cost together, where it is known. */
export function totalCosts(all: readonly JobCosts[]): CostSum {
  return sumCosts(all.flatMap((costs) => (costs === undefined || costs === 'unknown' ? [] : costs)));
}

/** The output `cost` of report-tests: US dollars, `unknown` if the costs of one job are, '' without a machine. */
export function renderTotal(all: readonly JobCosts[]): string {
  const { machines, unknown, cost } = totalCosts(all);
  if (unknown > 0 || all.includes('unknown')) return 'unknown';
  return machines === 0 ? '' : cost.toFixed(4);
}

function add(costs: readonly MachineCost[], read: (one: MachineCost) => number | null): number | null {
  return costs.map(read).reduce(addUp, 0);
}

function addUp(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}

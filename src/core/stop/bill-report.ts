import {
  describeSum,
  renderCost,
  renderDollars,
  renderMinutes,
  renderSeconds,
  sumCosts,
  type MachineCost,
} from '../kernel/costs.js';
import { markdown, tableLines, type Cell, type Heading } from '../kernel/markdown.js';
import { describePrices } from '../kernel/prices.js';
import type { Bill } from './bill.js';

interface Column {
  readonly heading: Heading;
  readonly read: (one: MachineCost) => Cell;
  /** Whether a machine has something to show. A column in which none has is left out. */
  readonly has?: (one: MachineCost) => boolean;
}

const COLUMNS: readonly Column[] = [
  { heading: 'Instance', read: ({ instance }) => instance },
  { heading: 'Type', read: ({ type }) => type },
  { heading: 'Market', read: ({ market }) => market },
  { heading: { right: 'Machine' }, read: ({ minutes, atMost }) => renderMinutes(minutes, atMost) },
  timeColumn('Start-up', 'startUp'),
  timeColumn('Idle before its job', 'idleBefore'),
  timeColumn('Idle after it', 'idleAfter'),
  { heading: { right: 'Per hour' }, read: renderHourly },
  { heading: { right: 'Cost' }, read: (one) => markdown(`**${renderCost(one)}**`) },
];

function timeColumn(right: string, name: 'startUp' | 'idleBefore' | 'idleAfter'): Column {
  const isBound = (one: MachineCost) => name === 'idleAfter' && one.atMost === true;
  return {
    heading: { right },
    read: (one) => renderSeconds(one[name], isBound(one)),
    has: (one) => one[name] !== null,
  };
}

function renderHourly({ hourly, about }: MachineCost): string {
  return renderCost({ cost: hourly, ...(about && { about }) });
}

/** A table of machines, with one row each. Markdown. */
export function tabulateCosts(machines: readonly MachineCost[]): string[] {
  const columns = COLUMNS.filter(({ has }) => !has || machines.some(has));
  const rows = machines.map((one) => columns.map(({ read }) => read(one)));
  return [
    ...tableLines(
      columns.map(({ heading }) => heading),
      rows,
    ),
    '',
  ];
}

/** The sum, what is in it, and what is not known. Markdown; empty without machines. */
export function summarizeBill(bill: Bill): string[] {
  if (bill.machines.length === 0) return [];
  const unknown = [...describeUnknown(bill), ...describeTimes(bill)];
  return [
    `Together ${describeSum(sumCosts(bill.machines))}. ${describeBasis(bill.machines)}`,
    '',
    ...(unknown.length > 0 ? [...unknown.map((line) => `- ${line}`), ''] : []),
  ];
}

/** One line for the log, and one for each reason why a cost is not known; empty without machines. */
export function logBill(bill: Bill): string[] {
  if (bill.machines.length === 0) return [];
  const kinds = new Set(bill.machines.map((one) => `${one.type} ${one.market} at ${renderHourly(one)} an hour`));
  const shown = [...kinds].slice(0, 3).join(', ') + (kinds.size > 3 ? ', …' : '');
  return [`Cost: ${describeSum(sumCosts(bill.machines))} (${shown}).`, ...describeUnknown(bill)];
}

function describeBasis(machines: readonly MachineCost[]): string {
  const onDemand = machines.filter(({ market, hourly }) => market !== 'spot' && hourly !== null);
  const lists = new Set(onDemand.map(({ region }) => describePrices(region)));
  const volumes = machines.reduce((sum, one) => sum + (one.volumes ?? 0), 0);
  const sources = [
    ...(lists.size > 0 ? [`AWS's list of ${[...lists].join('; ')}`] : []),
    ...(machines.some(({ market }) => market === 'spot') ? ['for spot, as EC2 names them'] : []),
  ];
  const included = volumes > 0 ? `Included: volumes for ${renderDollars(volumes)}. ` : '';
  return [
    sources.length > 0 ? `Prices: ${sources.join('; ')}. ` : '',
    'EC2 bills by the second, and at least a minute. ',
    included,
    `Not included: ${volumes > 0 ? '' : 'volumes, '}public IPv4 addresses, data transfer.`,
  ].join('');
}

function describeUnknown({ machines, failures }: Bill): string[] {
  const unpriced = machines.filter(
    ({ market, minutes, hourly }) => market !== 'spot' && minutes !== null && hourly === null,
  );
  const types = [...new Set(unpriced.map(({ type, region }) => `${type} in ${region}`))];
  const lost = machines.filter(({ minutes }) => minutes === null).map(({ instance }) => instance);
  return [
    ...(types.length > 0 ? [`The price of ${types.join(', ')} is unknown.`] : []),
    ...(lost.length > 0 ? [`EC2 does not say when ${lost.join(', ')} ran: the costs are unknown.`] : []),
    ...new Set(failures.map(({ message, hint }) => `Spot prices are unknown: ${message} ${hint}`)),
  ];
}

function describeTimes({ machines }: Bill): string[] {
  const isKnown = machines.some(({ startUp, idleAfter }) => startUp !== null || idleAfter !== null);
  return isKnown ? [] : ['Start-up and idle times: give stop-runner the output `runners` of start-runner.'];
}

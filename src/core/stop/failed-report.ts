import { renderDollars } from '../kernel/costs.js';
import { endMachine, openShell } from '../kernel/machine-commands.js';
import { table, type Cell } from '../kernel/markdown.js';
import { findPrice } from '../kernel/prices.js';
import { renderTime } from '../kernel/times.js';
import type { FailedMachine } from './failed-machines.js';
import { hasSessions } from './keep-rules.js';

/** The part of the summary on instances that were left after a job, with their costs and ends. Markdown. */
export function describeFailed(failed: readonly FailedMachine[]): string[] {
  if (failed.length === 0) return [];
  const rows = failed.map((one): Cell[] => {
    const { id, type } = one.instance;
    return [id, type, one.why, renderEnd(one), ...renderCosts(one)];
  });
  return [
    '### Left running',
    '',
    'Their runners take no further job. Each machine ends by itself at the time in the table.',
    '',
    table(['Instance', 'Type', 'Why', 'Ends', { right: 'Per hour' }, { right: 'Until its end' }], rows),
    '',
    ...failed.flatMap((one) => ['```shell', ...listCommands(one), '```', '']),
  ];
}

/** The same for the log, a line each. */
export function logFailed(failed: readonly FailedMachine[]): string[] {
  return failed.map((one) => {
    const [hourly, total] = renderCosts(one);
    const commands = listCommands(one).map((line) => line.replace(/^# /, ''));
    return `Left ${one.instance.id} running: ${one.why}. It ends ${renderEnd(one)}, at ${hourly} an hour (${total} until then). ${commands.join(' ')}`;
  });
}

function listCommands({ instance: { id, ...instance }, region }: FailedMachine): string[] {
  const located = { id, region };
  const open = hasSessions({ id, ...instance }) ? ['# Open a shell on it:', openShell(located)] : [];
  return [...open, '# End it now:', endMachine(located)];
}

function renderEnd({ until }: FailedMachine): string {
  return renderTime(until);
}

/** The list price; a spot instance costs at most this. */
function renderCosts({ instance, region, until, decidedAt }: FailedMachine): [hourly: string, total: string] {
  const price = findPrice(instance.type, region);
  if (price === undefined) return ['unknown', 'unknown'];
  const about = instance.market === 'spot' ? 'at most ' : price.isExact ? '' : 'about ';
  const total = (price.hourly * (until - decidedAt)) / 3_600_000;
  return [`${about}${renderDollars(price.hourly)}`, `${about}${renderDollars(total)}`];
}

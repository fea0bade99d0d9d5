import { median, worst } from '../bench/statistics.js';
import { BOOT_MS, type Outcome } from './hour.js';
import type { Refusal } from './limits.js';

/** vCPUs of the preset's instance type, t3.xlarge. */
const VCPUS = 4;
/** A start that takes longer than this beyond launch and boot has waited for a throttle. */
const PROMPT_S = BOOT_MS / 1000 + 10;

const MINUTE_MS = 60_000;

export interface Row extends Outcome {
  readonly starts: number;
  readonly setting: string;
}

export const HEADS = [
  'starts in the hour',
  'setting',
  'succeeded',
  'waited',
  'failed',
  'failed stops',
  'online: median',
  'worst',
  'refused by',
  'GitHub requests',
  'points in a minute',
  'EC2 requests',
  'at once',
  'vCPUs',
  'left',
] as const;

/** A row of a Markdown table. */
export function renderRow({ starts, setting, ended, balance }: Row): string {
  const good = ended.flatMap(({ toOnline, failure }) =>
    failure === undefined && toOnline !== undefined ? toOnline : [],
  );
  const cells = [
    count(starts),
    setting,
    count(good.length),
    count(good.filter((seconds) => seconds > PROMPT_S).length),
    listFailures(
      ended.map(({ failure, toOnline }) => failure ?? (toOnline === undefined ? 'never online' : undefined)),
    ),
    listFailures(ended.map(({ stopFailure }) => stopFailure)),
    good.length === 0 ? '' : `${median(good).toFixed(0)} s`,
    good.length === 0 ? '' : `${worst(good).toFixed(0)} s`,
    listRefusals(balance.refusals),
    count(balance.gitHubRequests),
    count(balance.pointsInBusiestMinute),
    count(balance.ec2Requests),
    count(balance.mostAtOnce),
    count(balance.mostInstances * VCPUS),
    count(balance.left),
  ];
  return `| ${cells.join(' | ')} |`;
}

export function renderHeads(): string {
  return `| ${HEADS.join(' | ')} |\n|${HEADS.map(() => ' --- ').join('|')}|`;
}

function listFailures(codes: readonly (string | undefined)[]): string {
  const sums = new Map<string, number>();
  for (const code of codes) if (code !== undefined) sums.set(code, (sums.get(code) ?? 0) + 1);
  return sums.size === 0 ? '0' : [...sums].map(([code, times]) => `${count(times)} ${code}`).join(', ');
}

/** In the order of their first refusals. */
function listRefusals(refusals: readonly Refusal[]): string {
  const each = refusals.map(
    ({ limit, times, firstAt }) => `${limit} ${count(times)} (from min ${Math.floor(firstAt / MINUTE_MS) + 1})`,
  );
  return each.length === 0 ? 'nothing' : each.join(', ');
}

function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

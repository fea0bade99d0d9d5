import { median, worst } from '../bench/statistics.js';
import { BOOT_MS, type Outcome } from './hour.js';

/** vCPUs of the preset's instance type, t3.xlarge. */
const VCPUS = 4;
/** Longer than this after the launch and the boot alone is waiting for a throttle. */
const PROMPT_S = BOOT_MS / 1000 + 10;

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
  'GitHub requests (refused)',
  'points in a minute',
  'EC2 requests (refused)',
  'at once',
  'vCPUs',
  'left',
] as const;

/** A line of a Markdown table. */
export function renderRow({ starts, setting, ended, balance }: Row): string {
  const good = ended.flatMap(({ toOnline, failure }) =>
    failure === undefined && toOnline !== undefined ? toOnline : [],
  );
  const { gitHubRequests, gitHubRefused, ec2Requests, ec2Refused } = balance;
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
    `${count(gitHubRequests)} (${count(gitHubRefused)})`,
    count(balance.pointsInBusiestMinute),
    `${count(ec2Requests)} (${count(ec2Refused)})`,
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

function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

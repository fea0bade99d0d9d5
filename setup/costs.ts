import { builtInMachine } from '../src/core/kernel/built-in-presets.js';
import { estimateInstance, estimateVolume, PRICES_OF } from '../src/core/kernel/prices.js';

const MINUTES = 10;
const MS = MINUTES * 60_000;
const MONTH_MS = 30 * 24 * 3_600_000;

/**
 * What the first run costs: one machine of the preset amd64 for ten minutes. And what the starters cost that run on a
 * schedule, as GitHub bills each of their runs as a minute at least.
 */
export function describeCost(region: string, starters: readonly string[] = []): string {
  const { types, volumeGiB } = builtInMachine('amd64');
  const [type] = types;
  const machine = estimateInstance(type, MS);
  const disk = estimateVolume({ type: 'gp3', sizeGiB: volumeGiB }, MS) ?? 0;
  if (machine === undefined) return `The price of ${type} is not known.`;
  const hourly = estimateInstance(type, 3_600_000) ?? 0;
  const where = region === 'us-east-1' ? '' : `, and ${region} may cost more`;
  const month = estimateVolume({ type: 'gp3', sizeGiB: volumeGiB }, MONTH_MS) ?? 0;
  const scheduled = [
    ...(starters.includes('reap')
      ? [
          'reap.yml runs every 15 minutes: 2,880 minutes of a GitHub-hosted machine a month, which are free in a public repository only.',
        ]
      : []),
    ...(starters.includes('pool')
      ? [
          `pool.yml runs every 20 minutes, 2,160 such minutes a month, and keeps stopped machines: $${month.toFixed(2)} a month for the disk of each.`,
        ]
      : []),
  ];
  return [
    `The roles and the security group cost nothing. A first run of ${MINUTES} minutes on one ${type} costs about ` +
      `$${(machine + disk).toFixed(2)} ($${hourly.toFixed(2)} an hour on demand, and its disk; prices of ${PRICES_OF}${where}).`,
    ...scheduled,
  ].join('\n');
}

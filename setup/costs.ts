import { builtInMachine } from '../src/core/kernel/built-in-presets.js';
import { estimateInstance, estimateVolume, PRICES_OF } from '../src/core/kernel/prices.js';

const MINUTES = 10;
const MS = MINUTES * 60_000;

/** What the first run costs: one machine of the preset amd64 for ten minutes. */
export function describeCost(region: string): string {
  const { types, volumeGiB } = builtInMachine('amd64');
  const [type] = types;
  const machine = estimateInstance(type, MS);
  const disk = estimateVolume({ type: 'gp3', sizeGiB: volumeGiB }, MS) ?? 0;
  if (machine === undefined) return `The price of ${type} is not known.`;
  const hourly = estimateInstance(type, 3_600_000) ?? 0;
  const where = region === 'us-east-1' ? '' : `, and ${region} may cost more`;
  return (
    `What the set-up makes costs nothing. A first run of ${MINUTES} minutes on one ${type} costs about ` +
    `$${(machine + disk).toFixed(2)} ($${hourly.toFixed(2)} an hour on demand, and its disk; prices of ${PRICES_OF}${where}).`
  );
}

import { table } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { estimateVolume, PRICES_OF } from '../kernel/prices.js';
import { countReady, type Filled } from './fill.js';

const DAY_MS = 24 * 3_600_000;

/** USD for a day in which the pool is not used; `undefined` when `prices.ts` lacks a volume's price. */
export function estimateIdleDay(filled: Filled): number | undefined {
  const each = filled.volumes.map((volume) => estimateVolume(volume, DAY_MS) ?? Number.NaN);
  const one = each.reduce((sum, price) => sum + price, 0);
  return Number.isNaN(one) ? undefined : one * countReady(filled);
}

/** The job summary, in Markdown: the pool's instances, their cost, and what was done with each. */
export function summarizeFill(filled: Filled): string {
  const { pool, dryRun, judged, wanted, launched, outcomes, notTerminated } = filled;
  const cost = estimateIdleDay(filled);
  const volumes = filled.volumes.map(({ type, sizeGiB }) => `${sizeGiB} GiB of ${type}`).join(' and ');
  const price = cost === undefined ? 'at a price unknown to this action' : `$${cost.toFixed(2)} a day`;
  const rows = [
    ...judged.map(({ instance, region, decision }) => [
      instance.id,
      region,
      instance.type,
      instance.state,
      decision.kind === 'keep' ? 'kept' : describeRetirement(instance.id, { dryRun, notTerminated }),
      decision.why,
    ]),
    ...launched.map(({ id, plan }) => {
      const outcome = outcomes.find((one) => one.id === id);
      const detail = outcome?.kind === 'ready' ? `after ${(outcome.ms / 1000).toFixed(0)} s` : (outcome?.kind ?? '');
      return [id, plan.region, plan.instanceType, '', 'launched', outcome?.kind === 'failed' ? outcome.why : detail];
    }),
  ];
  return [
    dryRun ? `### Dry run: pool ${pool} was not changed` : `### Pool ${pool}`,
    '',
    `${plural(countReady(filled), 'instance')}${dryRun && wanted > 0 ? `, ${wanted} of them to be launched` : ''}. While they wait, only their volumes cost money: ${volumes} each, together ${price} (${PRICES_OF}).`,
    '',
    ...(rows.length > 0 ? [table(['Instance', 'Region', 'Type', 'State', 'What', 'Why'], rows), ''] : []),
  ].join('\n');
}

function describeRetirement(id: string, { dryRun, notTerminated }: Pick<Filled, 'dryRun' | 'notTerminated'>): string {
  if (dryRun) return 'would be retired';
  return notTerminated.some((one) => one.id === id) ? 'could not be retired' : 'retired';
}

import type { Explanation } from '../diagnosis/explanation.js';
import { details, fence, table } from '../kernel/markdown.js';
import type { StopResult } from './stop.js';

export function summarizeStop(stopped: StopResult): string {
  return [...tabulateStopped(stopped), ...tabulateKept(stopped), ...listExplanations(stopped.explanations)].join('\n');
}

function tabulateStopped(stopped: StopResult): string[] {
  const isAllKnown = stopped.kept.length + stopped.refusals.length + stopped.explanations.length === 0;
  const nothing = isAllKnown ? 'No instance of this request is left.' : 'EC2 confirmed no termination.';
  if (stopped.instances.length === 0) return ['### Nothing to stop', '', nothing, ''];
  const rows = stopped.instances.map(({ instance, lifetimeMs }) => [
    instance.id,
    instance.type,
    instance.market,
    `${(lifetimeMs / 60_000).toFixed(1)} min`,
  ]);
  return ['### Runners stopped', '', table(['Instance', 'Type', 'Market', 'Lifetime'], rows), ''];
}

function tabulateKept({ kept }: StopResult): string[] {
  if (kept.length === 0) return [];
  const rows = kept.map(({ instance, why, endsBy }) => [instance.id, instance.type, why, endsBy]);
  return ['### Kept for other jobs of this run', '', table(['Instance', 'Type', 'Why', 'Ends by itself'], rows), ''];
}

function listExplanations(explanations: readonly Explanation[]): string[] {
  if (explanations.length === 0) return [];
  return ['### Runners that took no job', '', ...explanations.flatMap(renderExplanation)];
}

function renderExplanation({ what, evidence, hint, lines }: Explanation): string[] {
  return [
    `**${what}**`,
    '',
    `What to do: ${hint}`,
    '',
    `Known from ${evidence}.`,
    '',
    ...(lines.length > 0 ? details('Console of the instance', fence(lines)) : []),
  ];
}

import type { Explanation } from '../diagnosis/explanation.js';

/** The output `interrupted`: JSON of the machines that EC2 took away; '' if there are none. */
export function renderInterruptions(explanations: readonly Explanation[]): string {
  const taken = explanations.flatMap(({ interruption }) => interruption ?? []);
  if (taken.length === 0) return '';
  return JSON.stringify(
    taken.map(({ instanceId, noticedAt, endsAt, ...one }) => ({
      instance: instanceId,
      ...one,
      noticedAt: toIso(noticedAt),
      endsAt: toIso(endsAt),
    })),
  );
}

function toIso(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

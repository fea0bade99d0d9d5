import { readKept } from '../kernel/kept.js';
import { estimateSnapshot, estimateVolume, MONTH_MS } from '../kernel/prices.js';
import type { Candidate } from './candidate.js';
import type { FindingSubject, KeptThing } from './finding.js';

/** A data volume or snapshot that stays, with what it costs a month; nothing for any other candidate. */
export function describeKept(candidate: Candidate, subject: FindingSubject, why: string): KeptThing[] {
  if (candidate.kind !== 'volume' && candidate.kind !== 'snapshot') return [];
  const { tags } = candidate.kind === 'volume' ? candidate.volume : candidate.snapshot;
  const kept = readKept(tags);
  if (!kept || !('until' in kept)) return [];
  const monthlyCost =
    candidate.kind === 'volume'
      ? estimateVolume(candidate.volume, MONTH_MS)
      : estimateSnapshot(candidate.snapshot.sizeGiB, MONTH_MS);
  return [{ ...subject, keptUntil: kept.until, why, ...(monthlyCost !== undefined && { monthlyCost }) }];
}

import { renderTable } from '../../src/terminal/table.js';
import { daysBetween } from '../../src/core/images/build-date.js';
import type { PruneFinding, PruneOutcome } from '../../src/core/images/prune.js';
import type { Published } from '../../src/core/images/publish.js';
import type { Listed } from '../../src/core/images/survey.js';
import type { DeletedVolume, ListedVolume } from '../../src/core/volumes/manage.js';

const OUTCOMES: Readonly<Record<PruneOutcome, string>> = {
  kept: 'kept',
  removed: 'removed',
  'would-remove': 'would be removed',
  failed: 'FAILED',
};

export function renderImages(images: readonly Listed[]): string {
  const head = ['PRESET', 'REGION', 'IMAGE', 'AGE', 'RUNNER', 'REFUSED IN', 'IN USE BY'];
  const rows = images.map((image) => [
    image.preset,
    image.region,
    image.state === 'available' ? image.id : `${image.id} (${image.state})`,
    renderDays(image.ageDays),
    image.runnerVersion ?? '?',
    renderRefusal(image),
    renderUses(image),
  ]);
  return renderTable([head, ...rows]);
}

export function renderPruned(findings: readonly PruneFinding[]): string {
  const head = ['PRESET', 'REGION', 'WHAT', 'AGE', 'OUTCOME', 'WHY'];
  const rows = findings.map(({ preset, region, id, ageMs, outcome, why, failure }) => [
    preset,
    region,
    id,
    renderDays(daysBetween(0, ageMs)),
    OUTCOMES[outcome],
    failure ? failure.message : why,
  ]);
  return renderTable([head, ...rows]);
}

export function renderVolumes(volumes: readonly ListedVolume[]): string {
  const head = ['REPOSITORY', 'NAME', 'ID', 'WHERE', 'SIZE', 'AGE', 'KEPT UNTIL', 'ATTACHED TO', 'COST A MONTH'];
  const rows = volumes.map((one) => [
    one.repository,
    one.key,
    one.state === 'error' || one.state === 'pending' ? `${one.id} (${one.state})` : one.id,
    one.place,
    `${one.sizeGiB} GiB`,
    renderDays(one.ageDays),
    one.keepUntil ?? '?',
    one.attachedTo.join(', ') || '-',
    renderMonthly(one),
  ]);
  return renderTable([head, ...rows]);
}

function renderMonthly({ kind, monthlyCost }: ListedVolume): string {
  if (monthlyCost === null) return '?';
  return `${kind === 'snapshot' ? 'at most ' : ''}$${monthlyCost.toFixed(2)}`;
}

const FATES: Readonly<Record<DeletedVolume['outcome'], string>> = {
  deleted: 'deleted',
  'would-delete': 'would be deleted',
  kept: 'kept',
  failed: 'FAILED',
};

export function renderDeleted(deleted: readonly DeletedVolume[]): string {
  const head = ['NAME', 'ID', 'WHERE', 'OUTCOME', 'WHY'];
  const rows = deleted.map(({ listed, outcome, why = '' }) => [
    listed.key,
    listed.id,
    listed.place,
    FATES[outcome],
    why,
  ]);
  return renderTable([head, ...rows]);
}

export function describePublished({ preset, region, imageId, previous, changed }: Published): string {
  const before = previous === undefined ? 'there was none before' : `before: ${previous}`;
  return `${preset} in ${region}: ${imageId} is published${changed ? '' : ' already'} (${before}).`;
}

function renderDays(days: number): string {
  return `${days} day${days === 1 ? '' : 's'}`;
}

function renderRefusal({ refusalKnown, daysUntilRefused }: Listed): string {
  if (!refusalKnown) return '?';
  if (daysUntilRefused === null) return 'no date yet';
  return daysUntilRefused === 0 ? 'REFUSED' : renderDays(daysUntilRefused);
}

function renderUses({ usedBy }: Listed): string {
  if (usedBy === null) return '?';
  return usedBy.length === 0 ? '-' : usedBy.join('; ');
}

import { code, markdown, tableLines } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import { PRICES_OF } from '../kernel/prices.js';
import {
  isOverdue,
  type FindingKind,
  type KeptThing,
  type ReapFinding,
  type ReapOutcome,
  type SweepResult,
} from './finding.js';

const NOUNS: Readonly<Record<FindingKind, string>> = {
  instance: 'orphan (instance)',
  runner: 'ghost (runner)',
  volume: 'volume',
  snapshot: 'snapshot',
  'spot-request': 'spot request',
  region: 'listing of a region',
  scope: 'listing of runners',
};
const WORDS: Readonly<Record<ReapOutcome, string>> = {
  removed: 'removed',
  'would-remove': 'would be removed',
  skipped: 'left to you',
  spared: 'spared',
  failed: 'failed',
};

/** The job summary: a row for each finding. Markdown. */
export function summarizeReap(result: SweepResult, dryRun: boolean): string {
  return `${summarizeFindings(result, dryRun)}${tabulateKept(result.kept)}`;
}

/** What stays on purpose, and what it costs. */
function tabulateKept(kept: readonly KeptThing[]): string {
  if (kept.length === 0) return '';
  const rows = kept.map((one) => [
    one.kind,
    one.name === undefined ? one.id : markdown(`${code(one.name).markdown} (${one.id})`),
    one.region ?? '',
    one.type ?? '',
    renderAge(one.ageMs),
    renderCost(one),
    one.monthlyCost === undefined ? 'unknown' : `$${one.monthlyCost.toFixed(2)}`,
    one.why,
  ]);
  const head = ['What', 'Name', 'Where', 'Type', 'Age', 'Cost so far', 'Cost a month', 'Why'];
  return ['', '### Kept data volumes and snapshots', '', ...tableLines(head, rows), ''].join('\n');
}

function summarizeFindings({ findings, instancesSeen, runnersSeen }: SweepResult, dryRun: boolean): string {
  const seen = `Seen: ${plural(instancesSeen, 'instance')} and ${plural(runnersSeen, 'runner')}.`;
  const title = dryRun ? '### Dry run: nothing was removed' : '### Sweep';
  if (findings.length === 0) return `${title}\n\n${seen} There is nothing to remove.\n`;
  const rows = findings.map((finding) => [
    NOUNS[finding.kind],
    finding.name === undefined ? finding.id : markdown(`${code(finding.name).markdown} (${finding.id})`),
    finding.region ?? finding.scope ?? '',
    finding.type ?? '',
    renderAge(finding.ageMs),
    renderCost(finding),
    finding.why,
    describeOutcome(finding),
  ]);
  const head = ['What', 'Id', 'Where', 'Type', 'Age', 'Estimated cost', 'Why', 'Outcome'];
  return [
    title,
    '',
    `${seen} Costs are on-demand prices of ${PRICES_OF}, for the whole age.`,
    '',
    ...tableLines(head, rows),
    '',
  ].join('\n');
}

function describeOutcome(finding: ReapFinding): string {
  const { outcome, failure, inDoubtMs } = finding;
  const word = WORDS[outcome];
  if (failure) return `${word}: ${failure.message}`;
  return isOverdue(finding) ? `${word}, in doubt for ${renderAge(inDoubtMs)}: the sweep fails` : word;
}

/** The findings as the output `findings` holds them. */
export function listFindings(findings: readonly ReapFinding[]) {
  return findings.map(({ ageMs, estimatedCost, failure, inDoubtMs, ...finding }) => ({
    ...finding,
    ...(failure && { error: failure.message }),
    ...(inDoubtMs !== undefined && { inDoubtMinutes: Math.round(inDoubtMs / 60_000) }),
    ageMinutes: ageMs === undefined ? null : Math.round(ageMs / 60_000),
    estimatedCostUsd: estimatedCost === undefined ? null : Math.round(estimatedCost * 10_000) / 10_000,
  }));
}

export function renderAge(ms: number | undefined): string {
  if (ms === undefined) return '';
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${(minutes / 60).toFixed(1)} h` : `${(minutes / 1_440).toFixed(1)} days`;
}

/** Empty for a runner, because GitHub charges nothing for it. */
export function renderCost({ kind, estimatedCost }: Pick<ReapFinding, 'kind' | 'estimatedCost'>): string {
  if (kind === 'runner' || kind === 'region' || kind === 'scope') return '';
  return estimatedCost === undefined ? 'unknown' : `$${estimatedCost.toFixed(2)}`;
}

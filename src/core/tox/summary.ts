import { cell, shorten, tableLines } from '../kernel/markdown.js';
import { summarizeTests } from '../verdict/summary.js';
import type { EnvironmentVerdict } from './environment-verdict.js';
import type { RunFacts } from './facts.js';
import type { ToxRequest } from './request.js';
import { collectResults, type TestVerdict } from './verdict.js';

const LONGEST_CELL = 300;

/** The job summary of a run: its tests, then its environments. */
export function summarizeRun(request: ToxRequest, facts: RunFacts, { failure, environments }: TestVerdict): string {
  const title = `tox -e ${request.environments}`;
  const tests = summarizeTests(title, failure ? 'failed' : 'passed', collectResults(facts));
  return `${tests}\n${summarizeEnvironments(environments)}`;
}

/** The job summary of a run whose machine EC2 took away. @param what sentences about it */
export function summarizeInterruption(request: ToxRequest, what: string): string {
  return `### ${cell(`tox -e ${request.environments}`)}: interrupted\n\n${cell(what)}\n`;
}

/** A Markdown table of the environments: the verdict on each, and what the verdict rests on. */
export function summarizeEnvironments(rows: readonly EnvironmentVerdict[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map(({ name, state, message, evidence }) => {
    const verdict = message === '' ? state : `${state}: ${message}`;
    return [name, verdict, state === 'skipped' ? '' : evidence].map((text) => shorten(text, LONGEST_CELL));
  });
  return [...tableLines(['Environment', 'Verdict', 'The verdict rests on'], cells), ''].join('\n');
}

import type { EnvironmentVerdict } from './environment-verdict.js';
import { cell, shorten } from '../kernel/markdown.js';

const LONGEST_CELL = 300;

/** The environments of a run in Markdown: what each came to, and what that rests on. */
export function summarizeEnvironments(rows: readonly EnvironmentVerdict[]): string {
  if (rows.length === 0) return '';
  return [
    '| Environment | Verdict | The verdict rests on |',
    '| --- | --- | --- |',
    ...rows.map(({ name, state, message, evidence }) => {
      const verdict = message === '' ? state : `${state}: ${message}`;
      return `| ${shortCell(name)} | ${shortCell(verdict)} | ${state === 'skipped' ? '' : shortCell(evidence)} |`;
    }),
    '',
  ].join('\n');
}

function shortCell(text: string): string {
  return cell(shorten(text, LONGEST_CELL));
}

import type { EnvironmentVerdict } from './environment-verdict.js';

const LONGEST_CELL = 300;

/** The environments of a run in Markdown: what each came to, and what that rests on. */
export function summariseEnvironments(rows: readonly EnvironmentVerdict[]): string {
  if (rows.length === 0) return '';
  return [
    '| Environment | Verdict | The verdict rests on |',
    '| --- | --- | --- |',
    ...rows.map(({ name, state, message, evidence }) => {
      const verdict = message === '' ? state : `${state}: ${message}`;
      return `| ${cell(name)} | ${cell(verdict)} | ${state === 'skipped' ? '' : cell(evidence)} |`;
    }),
    '',
  ].join('\n');
}

function cell(text: string): string {
  const short = text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - 1)}…` : text;
  return short
    .replace(/\s+/g, ' ')
    .replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!)
    .replace(/[\\`*_[\]|~]/g, '\\$&');
}

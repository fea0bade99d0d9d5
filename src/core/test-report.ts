import type { Outcome, TestCase } from './junit.js';

/** GitHub takes 1 MiB of summary a step; these keep well below, whatever the tests say. */
const MOST_ROWS = 100;
const LONGEST_MESSAGE = 300;

/** The tests in Markdown, the failing ones first and open, the others folded away. */
export function summariseTests(title: string, verdict: string, cases: readonly TestCase[]): string {
  const count = (outcome: Outcome): number => cases.filter((one) => one.outcome === outcome).length;
  const total = cases.reduce((sum, one) => sum + one.seconds, 0);
  const head = [`### ${title}: ${verdict}`, ''];
  if (cases.length === 0) return [...head, ''].join('\n');
  return [
    ...head,
    `${count('failed')} failed, ${count('passed')} passed, ${count('skipped')} skipped, in ${total.toFixed(1)} s.`,
    '',
    ...renderFailed(cases.filter(({ outcome }) => outcome === 'failed')),
    ...renderFolded('skipped', cases),
    ...renderFolded('passed', cases),
  ].join('\n');
}

function renderFailed(failed: readonly TestCase[]): string[] {
  if (failed.length === 0) return [];
  return [
    '| Failed | What it says | Seconds |',
    '| --- | --- | ---: |',
    ...failed
      .slice(0, MOST_ROWS)
      .map((one) => `| ${nameOf(one)} | ${cell(shorten(one.message))} | ${one.seconds.toFixed(1)} |`),
    '',
    ...countRest(failed),
  ];
}

function renderFolded(outcome: Outcome, cases: readonly TestCase[]): string[] {
  const rows = cases.filter((one) => one.outcome === outcome).sort((a, b) => b.seconds - a.seconds);
  if (rows.length === 0) return [];
  return [
    `<details><summary>${rows.length} ${outcome}${outcome === 'passed' ? ', the slowest first' : ''}</summary>`,
    '',
    '| Test | Seconds | |',
    '| --- | ---: | --- |',
    ...rows
      .slice(0, MOST_ROWS)
      .map((one) => `| ${nameOf(one)} | ${one.seconds.toFixed(1)} | ${cell(shorten(one.message))} |`),
    '',
    ...countRest(rows),
    '</details>',
    '',
  ];
}

function countRest(rows: readonly TestCase[]): string[] {
  return rows.length > MOST_ROWS ? [`… and ${rows.length - MOST_ROWS} more.`, ''] : [];
}

function nameOf({ place, name }: TestCase): string {
  return cell(place ? `${place}: ${name}` : name);
}

function shorten(text: string): string {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE - 1)}…` : text;
}

/** A test's words are text: no Markdown, no HTML, no end of the cell. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!)
    .replace(/[\\`*_[\]|~]/g, '\\$&');
}

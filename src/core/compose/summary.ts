import {
  byteLength,
  cell,
  code,
  details,
  fence,
  markdown,
  shorten,
  tableLines,
  type Cell,
} from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import type { ComposeOutcome, PhaseResult, ServiceResult } from './outcome.js';
import { drawTimeline } from './timeline.js';

const MOST_SERVICES = 60;
const MOST_WARNINGS = 20;
/** Of the last lines of one service. */
const MOST_LINES = 40;
const LONGEST_LINE = 400;
const LONGEST_CELL = 300;
const LONGEST_REASON = 1_000;
/** Beside the first one, which decided. */
const MOST_REASONS = 30;
/** Of all last lines together. GitHub drops a summary of more than 1 MiB. */
const MOST_LINE_BYTES = 200 * 1024;

/** What a summary is about, beside the outcome. */
export interface ComposeSubject {
  /** The project's directory, as the user gave it. */
  readonly directory: string;
  readonly artifacts: string;
}

/** The verdict and its first reason: `error in ready: db is unhealthy.`. Plain text. */
export function describeVerdict({ verdict, phase, reasons, services }: ComposeOutcome): string {
  if (verdict === 'pass') return `pass: ${describePass(services)}.`;
  return `${verdict} in ${phase}: ${reasons[0] ?? 'no reason is known.'}`;
}

/** The evidence of a pass: what ended with 0, and beside how many servers. */
function describePass(services: readonly ServiceResult[]): string {
  const sessions = services.filter(({ role }) => role === 'session').map(({ service }) => service);
  const servers = services.filter(({ role }) => role === 'server').length;
  const who = sessions.length > 0 ? sessions.join(', ') : 'the session';
  const beside = servers > 0 ? `, and ${plural(servers, 'server')} lived as long` : '';
  return `${who} exited with 0${beside}`;
}

/** The job summary of a run, in Markdown. First what a reader needs to act, then the times of everything. */
export function summarizeOutcome(outcome: ComposeOutcome, { directory, artifacts }: ComposeSubject): string {
  const { verdict, phase, hint, warnings, phases, services } = outcome;
  const where = verdict === 'pass' ? '' : ` in ${phase}`;
  return [
    `### Compose project ${cell(code(directory))}: ${verdict}${where}`,
    '',
    ...(verdict === 'pass' ? [`Evidence: ${cell(describePass(services))}.`, ''] : listReasons(outcome)),
    ...(verdict !== 'pass' && hint !== undefined ? [`**What to do:** ${hint}`, ''] : []),
    ...quoteLastLines(services),
    ...listWarnings(warnings),
    ...tabulateServices(services),
    ...tabulatePhases(phases),
    ...(services.some(({ startedAt }) => startedAt !== undefined) ? details('Timeline', drawTimeline(outcome)) : []),
    `Logs of all phases and services: ${cell(code(artifacts))}`,
    '',
  ].join('\n');
}

function listReasons({ verdict, reasons }: ComposeOutcome): string[] {
  const [first = 'No reason is known.', ...others] = reasons.map((one) => prose(shorten(one, LONGEST_REASON)));
  const more = others.slice(0, MOST_REASONS).map((one) => `- ${one}`);
  return [
    `**${first}**`,
    '',
    ...(more.length > 0 ? [...more, ''] : []),
    ...(verdict === 'error' ? ['The session gave no verdict: nothing is known about what it tests.', ''] : []),
  ];
}

/** A sentence whose words in backticks are code. Everything else keeps no markup. */
function prose(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part, index) => cell(index % 2 === 1 ? code(part) : part))
    .join('');
}

/** The last lines of the services that are the reason of the verdict. */
function quoteLastLines(services: readonly ServiceResult[]): string[] {
  let left = MOST_LINE_BYTES;
  return services.flatMap(({ service, lastLines = [] }) => {
    const lines = lastLines.slice(-MOST_LINES).map((line) => shorten(line, LONGEST_LINE));
    left -= byteLength(lines.join('\n'));
    if (lines.length === 0 || left < 0) return [];
    return [`Last lines of ${cell(code(service))}:`, '', ...fence(lines)];
  });
}

function listWarnings(warnings: readonly string[]): string[] {
  if (warnings.length === 0) return [];
  const rest = warnings.length - MOST_WARNINGS;
  const lines = warnings.slice(0, MOST_WARNINGS).map((one) => `- ${prose(shorten(one, LONGEST_LINE))}`);
  return [`**${plural(warnings.length, 'warning')}**`, '', ...lines, ...(rest > 0 ? [`- … and ${rest} more`] : []), ''];
}

function tabulateServices(services: readonly ServiceResult[]): string[] {
  if (services.length === 0) return [];
  const headings = ['Service', 'Role', 'Ready', { right: 'After' }, { right: 'Ran' }, 'Ended', { right: 'Restarts' }];
  const lines = tableLines(headings, services.slice(0, MOST_SERVICES).map(toServiceCells));
  const rest = services.length - MOST_SERVICES;
  return [...lines, '', ...(rest > 0 ? [`… and ${plural(rest, 'more service')}.`, ''] : [])];
}

function toServiceCells(one: ServiceResult): Cell[] {
  const { service, role, readyBy, startedAt, readyAt, endedAt, exitCode, restarts } = one;
  const ended = exitCode === undefined ? '' : `exit code ${exitCode}`;
  const ready = readyBy ?? (startedAt === undefined ? 'never started' : role === 'session' ? '' : 'never');
  return [
    service,
    role,
    shorten(ready, LONGEST_CELL),
    role === 'session' ? '' : formatSpan(startedAt, readyAt),
    formatSpan(startedAt, endedAt),
    ended,
    restarts === 0 ? '' : String(restarts),
  ];
}

function tabulatePhases(phases: readonly PhaseResult[]): string[] {
  if (phases.length === 0) return [];
  const rows = phases.map(({ name, outcome, beganAt, endedAt, detail = '' }) => [
    name,
    outcome,
    outcome === 'skipped' ? '' : formatSpan(beganAt, endedAt),
    markdown(prose(shorten(detail, LONGEST_CELL))),
  ]);
  return [...tableLines(['Phase', 'Outcome', { right: 'Took' }, 'What happened'], rows), ''];
}

/** `3.2 s`; empty if one of the times is not known. */
function formatSpan(from: number | undefined, to: number | undefined): string {
  return from === undefined || to === undefined ? '' : `${(Math.max(0, to - from) / 1_000).toFixed(1)} s`;
}

/** The job summary of a project whose machine EC2 took away. @param what sentences about it */
export function summarizeInterruptedProject(directory: string, what: string): string {
  return `### Compose project ${cell(code(directory))}: interrupted\n\n${cell(what)}\n`;
}

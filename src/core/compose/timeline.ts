import type { ComposeOutcome, PhaseResult, ServiceResult } from './outcome.js';

/** Mermaid draws no readable chart of more bars. */
const MOST_SERVICES = 30;

/** A stretch of time, in ms since the first phase began. */
interface Stretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly look: 'done' | 'active' | 'crit';
}

/**
 * A Mermaid chart: the phases, then one section per service with the time until it was ready, and the time after.
 * Empty if no phase began. Red is what failed.
 */
export function drawTimeline({ phases, services }: Pick<ComposeOutcome, 'phases' | 'services'>): readonly string[] {
  const ran = phases.filter(({ outcome }) => outcome !== 'skipped');
  const zero = ran[0]?.beganAt;
  if (zero === undefined) return [];
  const end = Math.max(...ran.map(({ endedAt }) => endedAt));
  const sections = [
    ['section phases', ...ran.map((phase) => drawBar(toStretch(phase), zero))],
    ...services
      .filter(({ startedAt }) => startedAt !== undefined)
      .slice(0, MOST_SERVICES)
      .map((one) => [`section ${one.service}`, ...divide(one, end).map((stretch) => drawBar(stretch, zero))]),
  ];
  // Time since the beginning, written as a date: Mermaid has no axis of plain numbers.
  return ['```mermaid', 'gantt', '  dateFormat x', '  axisFormat %M:%S', ...sections.flat().map(indent), '```'];
}

function toStretch({ name, beganAt, endedAt, outcome }: PhaseResult): Stretch {
  return { name, from: beganAt, to: endedAt, look: outcome === 'failed' ? 'crit' : 'done' };
}

/** @param end when the last phase ended, for a service of which no end is known */
function divide(service: ServiceResult, end: number): readonly Stretch[] {
  const { startedAt, readyAt, endedAt = end, exitCode, role } = service;
  if (startedAt === undefined) return [];
  // What ended before the removal, and not with 0, is red: also a server that died during the session.
  const isBad = exitCode !== undefined && exitCode !== 0;
  const code = isBad ? `, exit code ${exitCode}` : '';
  if (role !== 'server' || readyAt === undefined || readyAt >= endedAt) {
    const isRed = isBad || role === 'server';
    const name = role === 'server' ? `starting, never ready${code}` : `running${code}`;
    return [{ name, from: startedAt, to: endedAt, look: isRed ? 'crit' : 'active' }];
  }
  const since = Math.max(readyAt, startedAt);
  return [
    { name: 'starting', from: startedAt, to: since, look: 'done' },
    { name: `ready${code}`, from: since, to: endedAt, look: isBad ? 'crit' : 'active' },
  ];
}

function drawBar({ name, from, to, look }: Stretch, zero: number): string {
  const begin = Math.max(0, Math.round(from - zero));
  // A bar without a length has no end in Mermaid.
  return `${name} :${look}, ${begin}, ${Math.max(Math.round(to - zero), begin + 1)}`;
}

function indent(line: string): string {
  return `  ${line}`;
}

/** The text of `timeline.json`: every phase and service with its times, as ISO 8601 and in seconds since the beginning. */
export function renderTimelineFile({ phases, services }: Pick<ComposeOutcome, 'phases' | 'services'>): string {
  const zero = phases[0]?.beganAt ?? 0;
  const since = (at: number | undefined): number | undefined => (at === undefined ? undefined : (at - zero) / 1_000);
  const timeline = {
    beganAt: new Date(zero).toISOString(),
    phases: phases.map(({ name, outcome, beganAt, endedAt, detail }) => ({
      name,
      outcome,
      began: since(beganAt),
      ended: since(endedAt),
      detail,
    })),
    services: services.map(({ service, role, startedAt, readyAt, endedAt, readyBy, exitCode, restarts }) => ({
      service,
      role,
      started: since(startedAt),
      ready: since(readyAt),
      ended: since(endedAt),
      readyBy,
      exitCode,
      restarts,
    })),
  };
  return `${JSON.stringify(timeline, undefined, 2)}\n`;
}

import { nearest } from '../kernel/nearest.js';
import type { Readiness } from './request.js';

const FORMS = ['healthy', 'port:N', 'exit', 'started', 'log:TEXT'] as const;
const ALLOWED = FORMS.map((form) => `\`${form}\``).join(', ');
/** What Compose itself allows as the name of a service. */
const SERVICE = /^[a-zA-Z0-9._-]+$/;
const LARGEST_PORT = 65_535;

/**
 * Reads the input `ready`: a map from services to what makes each ready.
 *
 * @param value the parsed YAML; `undefined` without the input
 * @returns what could be read, and a problem for every entry that could not
 */
export function readReady(value: unknown): {
  readonly ready: Readonly<Record<string, Readiness>>;
  readonly problems: readonly string[];
} {
  if (value === undefined || value === null) return { ready: {}, problems: [] };
  if (typeof value !== 'object' || Array.isArray(value))
    return {
      ready: {},
      problems: [`\`ready\` is no map; allowed: a line \`SERVICE: CONDITION\` per service, with one of ${ALLOWED}.`],
    };
  const ready: Record<string, Readiness> = {};
  const problems: string[] = [];
  for (const [service, given] of Object.entries(value)) {
    const condition = readCondition(given);
    if (!SERVICE.test(service))
      problems.push(
        `\`ready\` names the service ${JSON.stringify(service)}; allowed: letters, digits, \`.\`, \`_\`, \`-\`.`,
      );
    else if (condition === undefined) problems.push(describeBad(service, given));
    else ready[service] = condition;
  }
  return { ready, problems };
}

function readCondition(given: unknown): Readiness | undefined {
  if (given === 'healthy' || given === 'exit' || given === 'started') return { kind: given };
  if (typeof given !== 'string') return undefined;
  const [, kind, rest = ''] = /^(port|log):\s*(.*)$/s.exec(given.trim()) ?? [];
  if (kind === 'log') return rest === '' ? undefined : { kind, text: rest };
  const port = kind === 'port' && /^\d{1,5}$/.test(rest) ? Number(rest) : 0;
  return port >= 1 && port <= LARGEST_PORT ? { kind: 'port', port } : undefined;
}

/** Words that users write for a condition, and what they mean. */
const MEANT: Readonly<Record<string, string>> = {
  healthy: 'healthy',
  health: 'healthy',
  port: 'port:N',
  tcp: 'port:N',
  exit: 'exit',
  exited: 'exit',
  completed: 'exit',
  started: 'started',
  running: 'started',
  log: 'log:TEXT',
};

function describeBad(service: string, given: unknown): string {
  const shown = JSON.stringify(given);
  return `\`ready\` is ${shown} for the service ${service}; allowed: ${ALLOWED}${suggest(given) || '.'}`;
}

function suggest(given: unknown): string {
  if (typeof given === 'number') return `; did you mean \`port:${given}\`?`;
  // YAML reads `db: {port: 5432}` and, in lines of their own, `log: text` as a map.
  if (typeof given === 'object' && given !== null) return ' as one word, in quotes if it has a blank.';
  if (typeof given !== 'string') return '';
  if (/^port:\s*\d+$/.test(given.trim())) return `; a port is a number from 1 to ${LARGEST_PORT}.`;
  const near = nearest(given.split(':')[0]!.trim(), Object.keys(MEANT));
  return near === undefined ? '' : `; did you mean \`${MEANT[near]!}\`?`;
}

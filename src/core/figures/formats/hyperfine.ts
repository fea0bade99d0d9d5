import { plural } from '../../kernel/plural.js';
import type { FigureCollector } from '../collector.js';
import { isMap, type JsonMap } from '../json.js';
import { type TextReader, UnreadableError } from '../reading.js';
import { readDocument } from './document.js';
import { findRepeated, reportRepeated } from './repeated.js';

const SECONDS = { unit: 's', better: 'lower' } as const;

/**
 * The JSON of `hyperfine --export-json`. A figure per command: the wall-clock time of each run, which is a process of its own. `COMMAND [user]` and
 * `COMMAND [system]` are the means of the CPU times; the file has no others.
 */
export function readHyperfine(collector: FigureCollector): TextReader {
  const commands: { readonly result: JsonMap; readonly command: string }[] = [];
  return readDocument({
    key: 'results',
    take: (result, { label }) => {
      const { command } = result;
      if (typeof command !== 'string') throw new UnreadableError(`has no "command" in ${label}`);
      commands.push({ result, command });
    },
    // Names are known only after the last command: the same text with two parameters needs them in both names.
    finish: () => {
      const repeated = findRepeated(commands.map(({ command }) => command));
      const names = commands.map(({ command, result }) =>
        repeated.has(command) ? nameWithParameters(command, result) : command,
      );
      for (const [index, { result }] of commands.entries()) addCommand(names[index]!, result, collector);
      reportRepeated(names, collector);
    },
  });
}

function addCommand(name: string, result: JsonMap, collector: FigureCollector): void {
  const { times, median, user, system, exit_codes: codes } = result;
  if (Array.isArray(times)) collector.addAll(name, times, { ...SECONDS, areRuns: true });
  else collector.add(name, median, SECONDS);
  // Windows and old versions have no CPU times.
  if (typeof user === 'number') collector.add(`${name} [user]`, user, SECONDS);
  if (typeof system === 'number') collector.add(`${name} [system]`, system, SECONDS);
  if (!Array.isArray(codes)) return;
  const failed = codes.filter((code) => code !== 0);
  if (failed.length === 0) return;
  // hyperfine goes on after a failure only if it was told to.
  const list = [...new Set(failed.map((code) => (code === null ? 'a signal' : String(code))))].join(', ');
  collector.report(`${name}: ${failed.length} of ${plural(codes.length, 'run')} failed (exit code ${list})`);
}

function nameWithParameters(command: string, { parameters }: JsonMap): string {
  const entries = isMap(parameters) ? Object.entries(parameters) : [];
  return entries.length === 0
    ? command
    : `${command} [${entries.map(([key, value]) => `${key}=${String(value)}`).join(', ')}]`;
}

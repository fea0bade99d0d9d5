import type { ValuesOf } from '../../src/terminal/definition.js';
import { flag, list, oneOf, value, wholeNumber, withDefault } from '../../src/terminal/options.js';
import { misuse } from '../../src/terminal/usage-error.js';
import { settings, type SettingName } from './settings.js';

export interface SimulateOptions {
  readonly starts: readonly number[];
  readonly settings: readonly SettingName[];
  readonly batch: number;
  readonly jobMinutes: number;
  /** Whether registrations are limited to 80 a minute. */
  readonly strict: boolean;
  readonly seed: number;
  /** Whether to compute all tables of docs/inside/scale.md and write them there. */
  readonly write: boolean;
}

const names = Object.keys(settings) as SettingName[];

export const simulateCommandLine = {
  command: 'npm run lab -- simulate',
  description: `Simulates an hour of starts, each with its job and its stop: this project's own code against the
sandbox's EC2 and GitHub with their documented throttles, on a virtual clock that skips waiting times.
Prints a table, which docs/inside/scale.md explains. All rows take minutes, --write a quarter of an hour.`,
  options: {
    starts: withDefault(
      list('Starts in the hour.', wholeNumber(1, 100_000)),
      [10, 100, 300, 1_000, 2_500, 5_000, 10_000],
    ),
    settings: withDefault(list('The settings.', oneOf(names)), names, 'all'),
    batch: withDefault(
      value('Starts that begin at one moment, as in a workflow with several jobs.', wholeNumber(1, 1_000)),
      5,
    ),
    'job-minutes': withDefault(value('How long a job runs.', wholeNumber(1, 360)), 5),
    strict: flag('Registrations count as "content-generating": 80 a minute.'),
    seed: withDefault(value('Draws other moments.', wholeNumber(1, 2 ** 31)), 1),
    write: flag(
      'All rows of docs/inside/scale.md, also those with --strict, written into that file. Cannot be used with other options.',
    ),
  },
};

/** The document's rows with `--strict`: the settings that the limit on registrations restricts. One token never reaches that limit. */
export const STRICT = { strict: true, starts: [1_000, 2_500, 5_000, 10_000], settings: ['launched', 'apps'] } as const;

/** @throws UsageError for `--write` with other options */
export function toSimulateOptions(
  { 'job-minutes': jobMinutes, ...rest }: ValuesOf<typeof simulateCommandLine.options>,
  argv: readonly string[],
): SimulateOptions {
  if (rest.write && argv.length > 1)
    throw misuse(
      simulateCommandLine,
      '`--write` cannot be used with other options: docs/inside/scale.md has one table.',
    );
  return { ...rest, jobMinutes };
}

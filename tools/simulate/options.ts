import { parseArgs } from 'node:util';
import { settings, type SettingName } from './settings.js';

export interface SimulateOptions {
  readonly starts: readonly number[];
  readonly settings: readonly SettingName[];
  readonly batch: number;
  readonly jobMinutes: number;
  /** Whether registrations are held to 80 a minute. */
  readonly strict: boolean;
  readonly seed: number;
  /** Whether the tables of docs/inside/scale.md are made, and written there. */
  readonly write: boolean;
}

const names = Object.keys(settings) as SettingName[];

export const usage = `npm run simulate -- [options]

Simulates an hour of starts, each with its job and its stop: this suite's own code against the sandbox's EC2 and GitHub
with their documented throttles, on a clock that jumps. Prints a table; docs/inside/scale.md says what it means.

  --starts LIST       starts in the hour (default 10,100,300,1000,2500,5000,10000)
  --settings LIST     of ${names.join(', ')} (default: all)
  --batch N           starts that begin at one moment, as in a workflow of several jobs (default 5)
  --job-minutes N     how long a job runs (default 5)
  --strict            registrations count as "content-generating": 80 a minute
  --seed N            another draw of the moments (default 1)
  --write             all rows of docs/inside/scale.md, those with --strict too, and writes them there; goes with no other
  --help`;

/** The document's rows with `--strict`: what registrations bind, which one token never gets to. */
export const STRICT = { strict: true, starts: [1_000, 2_500, 5_000, 10_000], settings: ['launched', 'apps'] } as const;

/** @returns the options, or `help`. @throws Error that says which option is wrong */
export function readOptions(argv: readonly string[]): SimulateOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      starts: { type: 'string', default: '10,100,300,1000,2500,5000,10000' },
      settings: { type: 'string', default: names.join(',') },
      batch: { type: 'string', default: '5' },
      'job-minutes': { type: 'string', default: '5' },
      strict: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.write && argv.length > 1)
    throw new Error('--write goes with no other option: the document has one table.');
  return {
    starts: values.starts.split(',').map((one) => readNumber('--starts', one, 100_000)),
    settings: values.settings.split(',').map(readSetting),
    batch: readNumber('--batch', values.batch, 1_000),
    jobMinutes: readNumber('--job-minutes', values['job-minutes'], 360),
    strict: values.strict,
    seed: readNumber('--seed', values.seed, 2 ** 31),
    write: values.write,
  };
}

function readNumber(name: string, given: string, most: number): number {
  const value = /^\s*\d+\s*$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= 1 && value <= most))
    throw new Error(`${name} has "${given}"; allowed: a whole number from 1 to ${most}.`);
  return value;
}

function readSetting(given: string): SettingName {
  const found = names.find((name) => name === given.trim());
  if (!found) throw new Error(`--settings has "${given}"; allowed: ${names.join(', ')}.`);
  return found;
}

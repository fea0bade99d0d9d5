import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const sections = ['overhead', 'launched', 'stop', 'growth', 'bundle', 'act', 'waves'] as const;
export type Section = (typeof sections)[number];

export interface BenchOptions {
  readonly sections: readonly Section[];
  /** From launch to online, in s: start overhead is measured for each. */
  readonly boots: readonly number[];
  readonly starts: number;
  readonly pairs: number;
  /** Of the whole way through act. */
  readonly rounds: number;
  /** How many runners the starts of the growth have. */
  readonly counts: readonly number[];
  /** How many start processes at a time. */
  readonly waves: readonly number[];
  /** How many starts in all there are of the largest wave. */
  readonly total: number;
  /** ec2-github-runner's `dist/index.js`. */
  readonly peer: string | undefined;
  /** The folder for JSON, table and plots; absent: none are written. */
  readonly out: string | undefined;
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
/** Checked in with each release. */
const RESULTS = `tools/bench/results/${version}`;

export const usage = `npm run bench -- [options]

Measures the bundles in dist/ against the sandbox, prints a table of figures with their bars, and writes it with the
samples and plots of them to ${RESULTS}/. It takes about half an hour, most of it the waves.
\`act\` needs what scripts/peers.sh installs; without that it is left out, which the table and the exit code say.
Exit code: 0, 1 when a bar is missed, 2 for a wrong option, 3 when something could not be measured.
docs/inside/bench.md says what each figure means.

  --only LIST       of ${sections.join(', ')} (default: all)
  --boots SECONDS   how long instances take from launch to online; start overhead is measured for each (7,25,60)
  --starts N        starts for each of these boots, side by side (default 10, at least 5)
  --pairs N         cold starts, in alternation with bare Node (default 20, at least 15)
  --rounds N        whole runs through act, in alternation with runs without EC2 (default 3)
  --counts LIST     runners of one start, beside a start of 1 (default 10,50,100)
  --waves LIST      start processes at a time, under the documented throttles (default 1,10,100)
  --total N         starts in all of the largest wave, one wave after the other (default 500)
  --peer PATH       ec2-github-runner's dist/index.js, beside its action.yml: measured in the same way, with its
                    default inputs and with its waits tuned down to 1 s
  --out FOLDER      where figures.json, table.txt and plots go (default ${RESULTS}; with --only: nowhere)
  --help`;

/** @returns the options, or `help`. @throws Error that says which option is wrong */
export function readOptions(argv: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      boots: { type: 'string', default: '7,25,60' },
      starts: { type: 'string', default: '10' },
      pairs: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '3' },
      counts: { type: 'string', default: '10,50,100' },
      waves: { type: 'string', default: '1,10,100' },
      total: { type: 'string', default: '500' },
      peer: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const readList = (name: string, given: string, range: Range) =>
    given.split(',').map((one) => readNumber(name, one, range));
  // What is measured in part must not take the place of a whole run.
  const out = values.out ?? (values.only === undefined ? RESULTS : undefined);
  return {
    sections: values.only === undefined ? sections : values.only.split(',').map(readSection),
    boots: readList('--boots', values.boots, { min: 2, max: 240 }),
    starts: readNumber('--starts', values.starts, { min: 5, max: 100 }),
    pairs: readNumber('--pairs', values.pairs, { min: 15, max: 1000 }),
    rounds: readNumber('--rounds', values.rounds, { min: 3, max: 100 }),
    counts: readList('--counts', values.counts, { min: 2, max: 100 }),
    waves: readList('--waves', values.waves, { min: 1, max: 200 }),
    total: readNumber('--total', values.total, { min: 1, max: 5000 }),
    peer: values.peer === undefined ? undefined : readPeer(values.peer),
    out: out === undefined ? undefined : resolve(out),
  };
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function readSection(given: string): Section {
  const found = sections.find((section) => section === given.trim());
  if (!found) throw new Error(`--only has "${given}"; allowed: ${sections.join(', ')}.`);
  return found;
}

function readNumber(name: string, given: string, { min, max }: Range): number {
  const value = /^\s*\d+\s*$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new Error(`${name} has "${given}"; allowed: a whole number from ${min} to ${max}.`);
  return value;
}

function readPeer(given: string): string {
  if (!statSync(given, { throwIfNoEntry: false })?.isFile()) throw new Error(`--peer is "${given}", which is no file.`);
  return resolve(given);
}

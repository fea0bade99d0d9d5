import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const sections = ['overhead', 'requests', 'bundle'] as const;
export type Section = (typeof sections)[number];

export interface BenchOptions {
  readonly sections: readonly Section[];
  /** From launch to online, in s: start overhead is measured for each. */
  readonly boots: readonly number[];
  readonly starts: number;
  readonly pairs: number;
  readonly count: number;
  /** ec2-github-runner's `dist/index.js`. */
  readonly peer: string | undefined;
  readonly json: string | undefined;
}

export const usage = `npm run bench -- [options]

Measures the bundles in dist/ against the sandbox and prints a table of figures with their bars.
Exit code: 0, 1 when a bar is missed, 2 for a wrong option, 3 when something could not be measured.
docs/bench.md says what each figure means.

  --only LIST       of ${sections.join(', ')} (default: all)
  --boots SECONDS   how long instances take from launch to online; start overhead is measured for each (default 20;
                    try 7,20,60)
  --starts N        starts for each of these boots, side by side (default 8, at least 5)
  --pairs N         cold starts, in alternation with bare Node (default 20, at least 15)
  --count N         runners of the large start (default 50)
  --peer PATH       ec2-github-runner's dist/index.js, beside its action.yml: measured in the same way, with its
                    default inputs and with its waits tuned down to 1 s
  --json FILE       write all figures with their samples there
  --help`;

/** @returns the options, or `help`. @throws Error that says which option is wrong */
export function readOptions(argv: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', default: sections.join(',') },
      boots: { type: 'string', default: '20' },
      starts: { type: 'string', default: '8' },
      pairs: { type: 'string', default: '20' },
      count: { type: 'string', default: '50' },
      peer: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    sections: values.only.split(',').map(readSection),
    boots: values.boots.split(',').map((boot) => readNumber('--boots', boot, { min: 2, max: 240 })),
    starts: readNumber('--starts', values.starts, { min: 5, max: 100 }),
    pairs: readNumber('--pairs', values.pairs, { min: 15, max: 1000 }),
    count: readNumber('--count', values.count, { min: 2, max: 100 }),
    peer: values.peer === undefined ? undefined : readPeer(values.peer),
    json: values.json,
  };
}

function readSection(given: string): Section {
  const found = sections.find((section) => section === given.trim());
  if (!found) throw new Error(`--only has "${given}"; allowed: ${sections.join(', ')}.`);
  return found;
}

function readNumber(name: string, given: string, { min, max }: { min: number; max: number }): number {
  const value = /^\s*\d+\s*$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new Error(`${name} has "${given}"; allowed: a whole number from ${min} to ${max}.`);
  return value;
}

function readPeer(given: string): string {
  if (!statSync(given, { throwIfNoEntry: false })?.isFile()) throw new Error(`--peer is "${given}", which is no file.`);
  return resolve(given);
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ValuesOf } from '../../src/terminal/definition.js';
import { existing, list, oneOf, text, value, wholeNumber, withDefault } from '../../src/terminal/options.js';

export const sections = [
  'overhead',
  'launched',
  'stop',
  'growth',
  'bundle',
  'act',
  'waves',
  'compose',
  'judge',
] as const;
export type Section = (typeof sections)[number];

export interface BenchOptions {
  readonly sections: readonly Section[];
  /** From launch to online, in s. Start overhead is measured for each. */
  readonly boots: readonly number[];
  readonly starts: number;
  readonly pairs: number;
  /** Runs of a Compose project, in alternation with plain Compose. */
  readonly composes: number;
  /** Steps of judge-results of each kind. */
  readonly judges: number;
  /** Rounds of whole workflow runs on act. */
  readonly rounds: number;
  /** The numbers of runners in the starts of the growth. */
  readonly counts: readonly number[];
  /** The numbers of start processes at a time. */
  readonly waves: readonly number[];
  /** The number of starts of the largest wave in all. */
  readonly total: number;
  /** ec2-github-runner's `dist/index.js`. */
  readonly peer: string | undefined;
  /** The folder for JSON, table and plots; if absent, none is written. */
  readonly out: string | undefined;
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
/** The results of each release are committed. */
const RESULTS = `tools/bench/results/${version}`;

export const benchCommandLine = {
  command: 'npm run lab -- bench',
  description: `Measures the bundles in dist/ against the sandbox, prints a table of figures with their bars, and writes the
table, the samples and plots of them to ${RESULTS}/. It takes about half an hour, most of it for the waves.
\`act\` needs what scripts/peers.sh installs; if that is missing, \`act\` is left out, which the table and
the exit code show. Exit code: 0, 1 if a bar is missed, 2 for wrong arguments, 3 if something could not be
measured. docs/inside/bench.md explains each figure.`,
  options: {
    only: list('Only these sections. Default: all.', oneOf(sections, 'SECTION')),
    boots: withDefault(
      list('Seconds from launch to online; start overhead is measured for each.', wholeNumber(2, 240)),
      [7, 25, 60],
    ),
    starts: withDefault(value('Starts for each of these boots, side by side.', wholeNumber(5, 100)), 10),
    pairs: withDefault(value('Cold starts, in alternation with bare Node.', wholeNumber(15, 1000)), 20),
    composes: withDefault(
      value('Runs of a Compose project, in alternation with plain Compose.', wholeNumber(3, 100)),
      5,
    ),
    judges: withDefault(value('Steps of judge-results of each kind.', wholeNumber(1, 100)), 5),
    rounds: withDefault(value('Whole runs through act, in alternation with runs without EC2.', wholeNumber(3, 100)), 3),
    counts: withDefault(list('Runners of one start, compared with a start of 1.', wholeNumber(2, 100)), [10, 50, 100]),
    waves: withDefault(
      list('Start processes at a time, under the documented throttles.', wholeNumber(1, 200)),
      [1, 10, 100],
    ),
    total: withDefault(
      value('Starts in all of the largest wave, one wave after the other.', wholeNumber(1, 5000)),
      500,
    ),
    peer: value(
      "ec2-github-runner's dist/index.js, next to its action.yml: measured in the same way, with its default inputs and with its waits tuned down to 1 s.",
      existing('file'),
    ),
    out: value(
      `The folder for figures.json, table.txt and plots. Default: ${RESULTS}; with --only: none is written.`,
      text('PATH'),
    ),
  },
};

export function toBenchOptions({ only, out: given, ...rest }: ValuesOf<typeof benchCommandLine.options>): BenchOptions {
  // A partial measurement must not replace a whole run's results.
  const out = given ?? (only === undefined ? RESULTS : undefined);
  return { ...rest, sections: only ?? sections, out: out === undefined ? undefined : resolve(out) };
}

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { shuffle } from '../worlds/random.js';

export interface MatrixOptions {
  readonly jobs: number;
  readonly list: boolean;
  readonly verbose: boolean;
  readonly only: string | undefined;
  /** The cells to run: those that `--only` and `--match` allow, or a draw of `--sample` of them. */
  choose<T>(cells: readonly T[], name: (cell: T) => string): T[];
}

const HELP = `npm run test:faults -- [options]
  --only <name>   one cell (start:online-1-spot:RunInstances#1:kill-after), or all whose name begins with this text
  --match <regex> the cells whose name matches: -20s, '(throttle|5xx)-'
  --sample <n>    n cells drawn at random
  --seed <n>      the seed of the draw (default: a new one, printed)
  --jobs <n>      cells at a time (default: three per core)
  --list          print the names and run nothing
  --verbose       print the output of every step
`;

/** @returns an exit code when there is nothing to run */
export function readOptions(args: readonly string[]): MatrixOptions | number {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const options = {
    only: text,
    match: text,
    sample: text,
    seed: text,
    jobs: text,
    list: flag,
    verbose: flag,
    help: flag,
  };
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const numbers = [values.sample, values.seed, values.jobs].filter((one) => one !== undefined);
  if (numbers.some((one) => !/^\d+$/.test(one))) {
    process.stderr.write(HELP);
    return 2;
  }
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  const { only = '', match = '', sample } = values;
  const pattern = new RegExp(match);
  return {
    jobs: Number(values.jobs ?? 3 * availableParallelism()),
    list: values.list,
    verbose: values.verbose,
    only: values.only,
    choose(cells, name) {
      const fitting = cells.filter((cell) => name(cell).startsWith(only) && pattern.test(name(cell)));
      if (sample === undefined) return fitting;
      console.log(`Seed ${seed}.`);
      return shuffle(fitting, seed).slice(0, Number(sample));
    },
  };
}

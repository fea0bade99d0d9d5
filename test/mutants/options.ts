import { parseArgs } from 'node:util';

export interface MutantOptions {
  readonly count: number;
  readonly seed: number;
  /** Only files whose path contains this. */
  readonly only: string;
  /** How many mutants are tested at the same time. */
  readonly jobs: number;
}

const HELP = `npm run test:mutants -- [options]

Changes one line at a time of the sources that decide which instances are terminated (reap, start, stop, pool, plan
queue, agent) and runs their tests. A mutant that no test notices survives. A survivor fails this run, unless
test/mutants/equivalent.json explains why the change makes no difference.

  --count N    the number of mutants, drawn at random and spread over the targets (default 60)
  --seed N     the seed of the draw (default 1)
  --only TEXT  only files whose path contains TEXT
  --jobs N     mutants at the same time (default 2)
`;

/** @returns the exit code when there is nothing to run */
export function readOptions(args: readonly string[]): MutantOptions | number {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { count: text, seed: text, only: text, jobs: text, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const number = (name: 'count' | 'seed' | 'jobs', otherwise: number): number => {
      const given = values[name] ?? String(otherwise);
      if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
      throw new Error(`--${name} is '${given}'; allowed: a whole number from 1 to 999999`);
    };
    return { count: number('count', 60), seed: number('seed', 1), jobs: number('jobs', 2), only: values.only ?? '' };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
}

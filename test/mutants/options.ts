import { text, value, wholeNumber, withDefault } from '../../src/terminal/options.js';

export interface MutantOptions {
  readonly count: number;
  readonly seed: number;
  /** Only files whose path contains this. */
  readonly only: string;
  /** How many mutants are tested at the same time. */
  readonly jobs: number;
}

export const mutantsCommandLine = {
  command: 'npm run test:mutants --',
  description: `Changes one line at a time of the sources that decide which instances are terminated (reap, start, stop, pool, plan
queue, agent) and what the verdicts of run-compose and run-phases are, and runs their tests. A mutant that no test notices survives. A survivor fails this run, unless
test/mutants/equivalent.json explains why the change makes no difference.`,
  options: {
    count: withDefault(
      value('How many mutants, drawn by the seed and spread over the targets.', wholeNumber(1, 999_999)),
      60,
    ),
    seed: withDefault(value('Draws other mutants.', wholeNumber(1, 999_999)), 1),
    only: withDefault(value('Only files whose path contains this.', text('TEXT')), '', 'all files'),
    jobs: withDefault(value('How many mutants are tested at a time.', wholeNumber(1, 999_999)), 2),
  },
};

import { availableParallelism } from 'node:os';
import type { ValuesOf } from '../../src/terminal/definition.js';
import { flag, regularExpression, text, value, wholeNumber, withDefault } from '../../src/terminal/options.js';
import { shuffle } from '../worlds/random.js';

export interface MatrixOptions {
  readonly jobs: number;
  readonly list: boolean;
  readonly verbose: boolean;
  readonly only: string | undefined;
  /** Those of the cells that are to be run. */
  choose<T>(cells: readonly T[], name: (cell: T) => string): T[];
}

export const matrixCommandLine = {
  command: 'npm run test:faults --',
  description: 'Breaks starts, post steps and stops in every way that can be listed, and checks what is left behind.',
  options: {
    only: value(
      'One cell, such as start:online-1-spot:RunInstances#1:kill-after, or all cells whose names begin so.',
      text('NAME'),
    ),
    match: value("Cells whose names match, such as -20s or '(throttle|5xx)-'.", regularExpression),
    sample: value('How many cells to draw at random. Default: all.', wholeNumber(0, 1_000_000)),
    seed: value('The draw to repeat. Default: a new one, which is printed.', wholeNumber(0, 2 ** 32)),
    jobs: withDefault(
      value('Cells at a time.', wholeNumber(1, 1_000)),
      3 * availableParallelism(),
      'three for each processor core',
    ),
    list: flag('Only print the names.'),
    verbose: flag('Print the output of every step.'),
  },
};

export function toMatrixOptions(values: ValuesOf<typeof matrixCommandLine.options>): MatrixOptions {
  const { only = '', match: pattern = /^/, sample, seed = Math.floor(Math.random() * 1_000_000) } = values;
  return {
    jobs: values.jobs,
    list: values.list,
    verbose: values.verbose,
    only: values.only,
    choose(cells, name) {
      const fitting = cells.filter((cell) => name(cell).startsWith(only) && pattern.test(name(cell)));
      if (sample === undefined) return fitting;
      console.log(`Seed ${seed}.`);
      return shuffle(fitting, seed).slice(0, sample);
    },
  };
}

import { list } from '../src/core/inputs/input-kinds.js';
import { needsInput } from '../src/core/verdict/run-summary.js';

export const action = {
  name: 'Report tests',
  description: 'Gives one verdict and one table for jobs that ran side by side.',
  icon: 'list',
  color: 'orange',
} as const;

export const inputs = {
  needs: needsInput('What the jobs came to: the `needs` context, by `toJSON`. Required.'),
  environments: list(
    'Jobs that must have a verdict. Default: those that a job names in its output `environments`, else all.',
    { matches: /^[A-Za-z_][\w-]*$/, allowed: 'ids of jobs' },
  ),
};

export const outputs = {
  verdict: '`passed`, `failed`, or `skipped` when nothing was tested and nothing failed.',
  skipped: 'Environments that were skipped, with the reasons; empty when there is none.',
};

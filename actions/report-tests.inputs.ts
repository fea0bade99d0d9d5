import { list } from '../src/core/inputs/input-kinds.js';
import { needsInput } from '../src/core/verdict/jobs.js';

export const action = {
  name: 'Report tests',
  description: 'One verdict and one table for all environments of a run.',
  icon: 'list',
  color: 'orange',
} as const;

export const inputs = {
  needs: needsInput('The results of the jobs: the `needs` context as JSON, from `toJSON`. Required.'),
  environments: list(
    'Jobs that must have a verdict. Default: the jobs that a job lists in its output `environments`; without such an output, all jobs.',
    { matches: /^[A-Za-z_][\w-]*$/, allowed: 'ids of jobs' },
  ),
};

export const outputs = {
  verdict: '`passed`, `failed`, or `skipped` when nothing was tested and nothing failed.',
  skipped: 'Environments that were skipped, with the reasons; empty when none was skipped.',
};

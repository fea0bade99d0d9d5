import { list } from '../src/core/inputs/input-kinds.js';
import { needsInput } from '../src/core/verdict/jobs.js';

export const action = {
  name: 'Report tests',
  description: 'One verdict and one table for all environments of a run.',
  icon: 'list',
  color: 'orange',
} as const;

export const inputs = {
  needs: needsInput('The results of the jobs: the `needs` context, by `toJSON`. Required.'),
  environments: list(
    'The jobs that must have a verdict. Default: the jobs in the output `environments` of one of them, or else all jobs.',
    { matches: /^[A-Za-z_][\w-]*$/, allowed: 'ids of jobs' },
  ),
};

export const outputs = {
  verdict: '`passed`, `failed`, or `skipped` if nothing was tested and nothing failed.',
  cost: 'What the machines of the environments cost together, in US dollars, such as `0.0335`; `unknown` if the costs of one are; empty without a machine.',
  skipped: 'The environments that were skipped, with the reasons; empty if there are none.',
};

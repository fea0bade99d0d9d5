import { needsInput } from '../src/core/run-summary.js';

export const action = {
  name: 'Report tests',
  description: 'One verdict and one table for environments that were tested side by side.',
  icon: 'list',
  color: 'orange',
} as const;

export const inputs = {
  needs: needsInput('What the jobs came to: the `needs` context, by `toJSON`. Required.'),
};

export const outputs = {
  verdict: '`passed` or `failed`.',
};

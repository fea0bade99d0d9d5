import { needsInput } from '../src/core/run-summary.js';

export const action = {
  name: 'Report tests',
  description: 'One verdict and one table for environments that were tested side by side.',
  icon: 'list',
  color: 'orange',
} as const;

export const inputs = {
  // No expression in it: GitHub and act refuse an action.yml with one in a description.
  needs: needsInput('What the jobs came to: toJSON(needs). Required.'),
};

export const outputs = {
  verdict: '`passed` or `failed`.',
};

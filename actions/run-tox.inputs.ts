import { variables } from '../src/core/environment-variables.js';
import { list, text } from '../src/core/input-kinds.js';

export const action = {
  name: 'Run tox',
  description: 'Runs one tox environment, and is green only when tests were run and passed.',
  icon: 'check-square',
  color: 'orange',
} as const;

export const inputs = {
  'tox-env': text('The tox environment. Required.', {
    matches: /^[A-Za-z0-9][A-Za-z0-9._,-]*$/,
    allowed: 'the name of a tox environment',
  }),
  'python-version': text('The Python that tox runs with, brought by uv. Default: the machine’s.', {
    matches: /^[A-Za-z0-9.]+$/,
    allowed: 'a version such as 3.8',
  }),
  'tox-version': text('The version of tox, brought by uv. Default: the machine’s tox, else the newest.', {
    matches: /^[0-9][A-Za-z0-9.]*$/,
    allowed: 'a version such as 3.26',
  }),
  'working-directory': text('The folder with the tox.ini, relative to the workspace.', {
    matches: /^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/,
    allowed: 'a path inside the workspace',
  }),
  setup: text('Bash commands to run before tox, as `bash -eo pipefail` does, in the same folder and environment.'),
  env: variables('Environment variables for `setup` and tox.'),
  'secret-env': variables(
    'Secret ones, which win over `env`. Each value is masked, unless it has fewer than four characters or is `true` or `false`: GitHub drops outputs that contain a masked text.',
    { secret: true },
  ),
  report: list(
    'JUnit files that the tests write, relative to the working directory. Without one, or without a test in it, the step is red.',
    { matches: /^(?!\/).+$/, allowed: 'paths inside the working directory' },
  ),
};

export const outputs = {
  verdict: '`passed` or `failed`.',
  minutes: 'How long `setup` and tox took.',
};

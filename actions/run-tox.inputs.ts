import { variables } from '../src/core/inputs/environment-variables.js';
import { filePatterns } from '../src/core/inputs/file-patterns.js';
import { flag, text, withDefault } from '../src/core/inputs/input-kinds.js';
import { words } from '../src/core/inputs/split-words.js';

export const action = {
  name: 'Run tox',
  description: 'Runs tox environments, and succeeds only when tests ran and passed in each of them.',
  icon: 'check-square',
  color: 'orange',
} as const;

export const inputs = {
  'tox-env': text('The tox environment, or several, separated by commas. Required.', {
    matches: /^[A-Za-z0-9][A-Za-z0-9._-]*(,[A-Za-z0-9][A-Za-z0-9._-]*)*$/,
    allowed: 'the name of a tox environment, or names separated by commas, without blanks',
  }),
  posargs: words('Words for `{posargs}` in the commands of tox, quoted as in a shell.'),
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
  env: variables('Environment variables for `setup` and the tests.'),
  'secret-env': variables(
    'Secret ones, which win over `env`. Each value is masked, unless it has fewer than four characters or is `true` or `false`: GitHub drops outputs that contain a masked text.',
    { secret: true },
  ),
  'pass-env': withDefault(
    'true',
    flag('Hand `env`, `secret-env` and what `setup` writes to GITHUB_ENV on to the tests, whatever `pass_env` says.'),
  ),
  report: filePatterns(
    'JUnit files that the tests write, relative to the working directory. Without one, or without a test in it, the step is red.',
  ),
  'allow-skipped': withDefault(
    'false',
    flag('Be green when tox skips some, but not all, of the environments, for want of a Python for example.'),
  ),
  'allow-ignored-failures': withDefault(
    'false',
    flag('Be green when tests fail whose failure tox ignores: behind `- command`, or with `ignore_outcome`.'),
  ),
};

export const outputs = {
  verdict: '`passed` or `failed`.',
  minutes: 'How long `setup` and tox took.',
};

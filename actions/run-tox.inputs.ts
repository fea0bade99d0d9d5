import { variables } from '../src/core/inputs/environment-variables.js';
import { fieldsOf } from '../src/core/inputs/fields.js';
import { filePatterns } from '../src/core/inputs/file-patterns.js';
import { flag, text, withDefault } from '../src/core/inputs/input-kinds.js';
import { words } from '../src/core/inputs/split-words.js';
import type { ToxRequest } from '../src/core/tox/request.js';
import { onInterruption, secretEnv } from './run.inputs.js';

export const action = {
  name: 'Run tox',
  description: 'Runs tox environments. Succeeds only when tests were executed and passed in each environment.',
  icon: 'check-square',
  color: 'orange',
} as const;

const into = fieldsOf<{ tox: ToxRequest }>();

export const inputs = {
  'tox-env': into(
    'tox.environments',
    text('The tox environment, or several, separated by commas. Required.', {
      matches: /^[A-Za-z0-9][A-Za-z0-9._-]*(,[A-Za-z0-9][A-Za-z0-9._-]*)*$/,
      allowed: 'the name of a tox environment, or names separated by commas, without blanks',
    }),
    '',
  ),
  posargs: into('tox.posargs', words('Arguments for `{posargs}` in the commands of tox, quoted as in a shell.')),
  'python-version': into(
    'tox.pythonVersion',
    text("The Python version that tox runs with; uv installs it. Default: the machine's.", {
      matches: /^[A-Za-z0-9.]+$/,
      allowed: 'a version such as 3.8',
    }),
  ),
  'tox-version': into(
    'tox.toxVersion',
    text("The version of tox; uv installs it. Default: the machine's tox, or else the newest.", {
      matches: /^[0-9][A-Za-z0-9.]*$/,
      allowed: 'a version such as 3.26',
    }),
  ),
  'working-directory': text('The folder with the tox configuration, relative to the workspace.', {
    matches: /^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/,
    allowed: 'a path inside the workspace',
  }),
  setup: text('Bash commands to run before tox with `bash -eo pipefail`, in the same folder and environment.'),
  env: variables('Environment variables for `setup` and the tests.'),
  'secret-env': secretEnv,
  'pass-env': into(
    'tox.passEnv',
    withDefault(
      'true',
      flag(
        'Pass `env`, `secret-env` and the variables that `setup` writes to GITHUB_ENV to the tests, even if `pass_env` does not name them.',
      ),
    ),
  ),
  report: into(
    'tox.report',
    filePatterns(
      'The JUnit files that the tests write, relative to the working directory. Without such a file, or without a test in it, the step fails.',
    ),
  ),
  'allow-skipped': into(
    'tox.allowSkipped',
    withDefault(
      'false',
      flag('Succeed if tox skips some, but not all, of the environments, for example because a Python is missing.'),
    ),
  ),
  'on-interruption': onInterruption,
  'allow-ignored-failures': into(
    'tox.allowIgnored',
    withDefault(
      'false',
      flag('Succeed if tests fail and tox ignores that, because of `- command` or `ignore_outcome`.'),
    ),
  ),
};

export const outputs = {
  verdict: '`passed` or `failed`; empty if EC2 took the machine away.',
  minutes: 'Minutes that `setup` and tox took.',
  interrupted: '`true` if EC2 took the spot machine away before the tests had finished, otherwise `false`.',
};

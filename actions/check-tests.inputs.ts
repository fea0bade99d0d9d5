import { variables } from '../src/core/inputs/environment-variables.js';
import { BadValue, type InputDefinition } from '../src/core/inputs/inputs.js';
import { LONGEST_KEEP_MINUTES } from '../src/core/kernel/bounds.js';
import { choice, flag, integer, list, secret, text, withDefault } from '../src/core/inputs/input-kinds.js';

export const action = {
  name: 'Check a request for tests',
  description: 'Finds the commit to test, and reports everything that is wrong with a request before a machine starts.',
  icon: 'check-circle',
  color: 'orange',
} as const;

const name = { matches: /^[a-z][a-z0-9_]*$/, allowed: 'names of environments' };

export const inputs = {
  environments: text(
    'The environments to test: names separated by commas or spaces, or `all`. Needs `known-environments`.',
  ),
  'known-environments': list('The names of all environments.', name),
  ref: text("The branch, tag or full commit SHA to test. Default: the run's commit.", {
    matches: /^(?!-)[^\s~^:?*[\\]+$/,
    allowed: 'a branch, a tag, or the full SHA of a commit',
  }),
  repository: text("The repository to test, as `owner/name`. Default: the run's repository.", {
    matches: /^[\w.-]+\/[\w.-]+$/,
    allowed: '`owner/name`',
  }),
  'repository-token': secret('A token that may read the repository, if it is private.'),
  'allow-forks': withDefault('false', flag('Also allow commits that are in no branch or tag of the repository.')),
  'runs-on': text(
    'The runner for the tests, instead of EC2. Then no AWS credentials are needed, and `label` is empty.',
  ),
  'role-to-assume': text('The AWS role, if the credentials come by OpenID Connect.'),
  'aws-access-key-id': secret('The AWS access key id, if the credentials are a key.'),
  'aws-secret-access-key': secret('The AWS secret access key.'),
  env: variables('Environment variables for the tests.'),
  'secret-env': variables('Secret environment variables for the tests.', { secret: true }),
  'required-secrets': list('Names in `secret-env`. If one of them has no value, the tests are skipped.', {
    matches: /^[A-Za-z_][A-Za-z0-9_]*$/,
    allowed: 'names of environment variables',
  }),
  'timeout-minutes': withDefault('60', integer('The time limit of the tests.', { min: 1, max: 7_000 })),
  'more-minutes': text('Minutes that the job may take before and after the tests, beyond `timeout-minutes`.', {
    matches: /^\d{1,4}(\.\d+)?( *[+*] *\d{1,4}(\.\d+)?)*$/,
    allowed: 'a number of minutes, a sum, or a sum of products, such as `10 * 2 + 30`',
  }),
  'on-interruption': choice('The input of run-tox, which is checked here before a machine starts.', ['fail', 'rerun']),
  'run-compose': inputsOf('run-compose'),
  'run-phases': inputsOf('run-phases'),
  'judge-results': inputsOf('judge-results'),
  keep: flag('Whether the machine, if there is one, stays after the tests.'),
  'keep-minutes': withDefault('60', integer('How long it stays.', { min: 1, max: LONGEST_KEEP_MINUTES })),
  artifact: text("The beginning of the artifact's name. Characters that GitHub does not allow become `-`."),
};

function inputsOf(action: string): InputDefinition<Readonly<Record<string, unknown>> | undefined> {
  return {
    takes: 'JSON',
    description: `The inputs of ${action} that the job will have, which are checked here before a machine starts. Other names are ignored.`,
    parse: readJsonMap,
  };
}

function readJsonMap(input: string): Readonly<Record<string, unknown>> {
  const allowed = 'a map in JSON, such as the expression `toJSON(inputs)` gives';
  try {
    const map: unknown = JSON.parse(input);
    if (typeof map === 'object' && map !== null && !Array.isArray(map)) return map as Record<string, unknown>;
  } catch {
    // Reported below.
  }
  throw new BadValue(allowed);
}

export const outputs = {
  sha: 'The commit to test.',
  skip: 'Why the tests are skipped; empty if they are not.',
  artifact: 'A name for the artifact that no other call of this action has in the run.',
  label: 'A unique label for the runner; empty if no machine is needed.',
  'job-minutes': 'The time limit of the job: `timeout-minutes` and `more-minutes`.',
  'max-lifetime-minutes': 'The `max-lifetime-minutes` to pass to start-runner.',
  'keep-minutes': 'The `keep-minutes` to pass to start-runner; empty without `keep`.',
  environments: 'The environments to test, as JSON.',
};

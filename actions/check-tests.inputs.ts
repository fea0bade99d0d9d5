import { variables } from '../src/core/inputs/environment-variables.js';
import { flag, integer, list, secret, text, withDefault } from '../src/core/inputs/input-kinds.js';

export const action = {
  name: 'Check a request for tests',
  description: 'Finds the commit to test, and reports everything that is wrong with a request before a machine starts.',
  icon: 'check-circle',
  color: 'orange',
} as const;

const name = { matches: /^[a-z][a-z0-9_]*$/, allowed: 'names of environments' };

export const inputs = {
  environments: text('Names separated by commas or spaces, or `all`. Only with `known-environments`.'),
  'known-environments': list('All environments that may be requested.', name),
  ref: text("Branch, tag or full commit SHA. Default: the run's own commit.", {
    matches: /^(?!-)[^\s~^:?*[\\]+$/,
    allowed: 'a branch, a tag, or the full SHA of a commit',
  }),
  repository: text("`owner/name`. Default: the run's own repository.", {
    matches: /^[\w.-]+\/[\w.-]+$/,
    allowed: '`owner/name`',
  }),
  'repository-token': secret('A token that may read the repository.'),
  'allow-forks': withDefault('false', flag('Also test a commit that lies in no branch or tag of the repository.')),
  'runs-on': text(
    'The runner label for tests that do not run on EC2. Then no AWS credentials are needed, and the output `label` is empty.',
  ),
  'role-to-assume': text('The role, for access to AWS by OpenID Connect.'),
  'aws-access-key-id': secret('The access key id, for access to AWS by a key.'),
  'aws-secret-access-key': secret('The secret access key.'),
  env: variables('Environment variables for the tests.'),
  'secret-env': variables('Secret environment variables for the tests.', { secret: true }),
  'required-secrets': list('Names in `secret-env`. The tests are skipped when one of them is not set.', {
    matches: /^[A-Za-z_][A-Za-z0-9_]*$/,
    allowed: 'names of environment variables',
  }),
  'timeout-minutes': withDefault('60', integer('The time limit of the tests.', { min: 1, max: 7_000 })),
  artifact: text('The beginning of the name of the artifact. Characters that GitHub does not allow become `-`.'),
};

export const outputs = {
  sha: 'The commit to test.',
  skip: 'Why the tests are skipped; empty when they are not.',
  artifact: 'A name for the artifact, unique in the run.',
  label: 'A runner label that no other job has; empty when no machine is to be started.',
  'max-lifetime-minutes': 'The lifetime of the machine, for start-runner.',
  environments: 'The chosen environments, as JSON.',
};

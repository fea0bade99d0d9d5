import { variables } from '../src/core/inputs/environment-variables.js';
import { flag, integer, list, secret, text, withDefault } from '../src/core/inputs/input-kinds.js';

export const action = {
  name: 'Check a request for tests',
  description: 'Finds the commit of a ref and checks a test request before a machine is started.',
  icon: 'check-circle',
  color: 'orange',
} as const;

const name = { matches: /^[a-z][a-z0-9_]*$/, allowed: 'names of environments' };

export const inputs = {
  environments: text('Names separated by commas or spaces, or `all`. Only with `known-environments`.'),
  'known-environments': list('The environments that there are.', name),
  ref: text('Branch, tag or full commit SHA. Default: the run’s own commit.', {
    matches: /^(?!-)[^\s~^:?*[\\]+$/,
    allowed: 'a branch, a tag, or a commit’s full SHA',
  }),
  repository: text('`owner/name`. Default: the run’s own.', {
    matches: /^[\w.-]+\/[\w.-]+$/,
    allowed: '`owner/name`',
  }),
  'repository-token': secret('Token that may read the repository.'),
  'allow-forks': withDefault('false', flag('Take a commit that lies in no branch or tag of the repository, too.')),
  'runs-on': text('Where the tests run instead of on EC2. Then AWS needs no way in, and there is no `label`.'),
  'role-to-assume': text('The role for OpenID Connect, if that is the way in to AWS.'),
  'aws-access-key-id': secret('The key, if that is the way in to AWS.'),
  'aws-secret-access-key': secret('The key’s secret.'),
  env: variables('Environment variables for the tests.'),
  'secret-env': variables('Secret ones.', { secret: true }),
  'required-secrets': list('Names in `secret-env` without which the tests are skipped.', {
    matches: /^[A-Za-z_][A-Za-z0-9_]*$/,
    allowed: 'names of environment variables',
  }),
  'timeout-minutes': withDefault('60', integer('The tests’ own time limit.', { min: 1, max: 7_000 })),
  artifact: text('What the name of the artifact begins with. Characters that GitHub does not allow become `-`.'),
};

export const outputs = {
  sha: 'The commit to test.',
  skip: 'Why the tests have to be skipped; empty when they need not be.',
  artifact: 'A name for the artifact of this call, which no other call of the run has.',
  label: 'A label that no other job has; empty when there is nothing to start.',
  'max-lifetime-minutes': 'How long the machine may live, for start-runner.',
  environments: 'The environments that were asked for, as JSON.',
};

import type { ValuesOf } from '../../src/terminal/definition.js';
import { decimalNumber, flag, oneOf, text, value, wholeNumber, withDefault } from '../../src/terminal/options.js';

const REGION = { matches: /^[a-z]{2}(-[a-z]+)+-\d$/, allowed: 'a region, such as `eu-west-1`' };
const REPOSITORY = { matches: /^[\w.-]+\/[\w.-]+$/, allowed: '`owner/name`' };

export const sandboxCommandLine = {
  command: 'npm run sandbox --',
  description: `Keeps EC2, SSM, STS and GitHub on loopback, with machines that run as processes, until Ctrl-C. Prints what to
export to standard output, and what happens to standard error. \`stop\` ends the sandbox that SANDBOX_URL, --port or
--env-file names. sandbox/README.md has examples.`,
  positionals: {
    description: 'What to do. Default: start.',
    kind: oneOf(['start', 'stop'], 'COMMAND'),
    least: 0,
    most: 1,
  },
  options: {
    port: value(
      'EC2, SSM and STS listen on this port, GitHub and the control API on the next one. Default: any free ports.',
      wholeNumber(1, 65_534),
    ),
    'env-file': value(
      'Writes the variables there as NAME=value, once the sandbox is ready, and removes the file at the end. For `set -a; source`, dotenv, `node --env-file`, `docker --env-file`. Lines are added to $GITHUB_ENV if that is the file.',
      text('FILE'),
    ),
    events: value('Adds what happens to this file, instead of printing it to standard error.', text('FILE')),
    quiet: flag('Prints nothing to standard error but errors.'),
    detach: flag('Leaves the sandbox running in the background: eval "$(npm run -s sandbox -- --detach)".'),
    'api-only': flag('Instances exist in the API alone: no program runs on them.'),
    region: withDefault(value('The region.', text('NAME', REGION)), 'us-east-1'),
    repository: withDefault(
      value('The repository whose workflow runs.', text('OWNER/NAME', REPOSITORY)),
      'octo-org/octo-repo',
    ),
    'boot-seconds': withDefault(
      value('How long an instance boots before its programs start.', decimalNumber(0, 600)),
      3,
    ),
  },
};

export type SandboxValues = ValuesOf<typeof sandboxCommandLine.options>;

import { choice, flag, integer, list, secret, text, withDefault } from '../src/core/inputs/input-kinds.js';
import { credentialInputs } from './credentials.inputs.js';

export const action = {
  name: 'Reap EC2 runners',
  description: 'Removes instances, runners, volumes and spot requests that no job needs any more.',
  icon: 'trash-2',
  color: 'orange',
} as const;

export const inputs = {
  ...credentialInputs,
  'github-token': secret(
    'As start-runner’s, and also able to read runs: fine-grained with "Administration: write" and "Actions: read" on the repository, or classic with `repo` (organisation: also "Self-hosted runners: write" or `admin:org`). Or use `app-id`.',
  ),
  'dry-run': withDefault('false', flag('Only say what would be removed, and why.')),
  'grace-minutes': withDefault(
    '15',
    integer('How old something must be before it may count as unregistered, stopped or left behind.', {
      min: 1,
      max: 1440,
    }),
  ),
  enterprise: text(
    'The enterprise in which runners are registered, if any are. Default: the one that the event names. No other enterprise is asked, whatever a machine’s tags say.',
    { matches: /^[A-Za-z0-9_-]+$/, allowed: 'an enterprise’s slug' },
  ),
  regions: list('All regions in which start-runner launches. Default: the region of the AWS credentials.', {
    matches: /^[a-z]{2,}(-[a-z]+)+-\d+$/,
    allowed: 'regions like eu-west-1',
  }),
  scope: withDefault(
    'repo',
    choice(
      '`repo`: what this repository started. `org`: what any repository of its organisation started; the token must be good for all of them.',
      ['repo', 'org'],
    ),
  ),
};

export const outputs = {
  findings:
    'What was found, as a JSON list: `kind` (instance, runner, volume, spot-request; region, scope: a listing that could not be read), `id`, `why`, `outcome` (removed, would-remove, skipped, spared, failed), `error`, `ageMinutes`, `estimatedCostUsd` (null when unknown) and, where they apply, `name`, `type`, `region`, `scope`, `inDoubtMinutes`.',
  removed: 'How many were removed.',
  failed: 'How many could not be judged or removed.',
};

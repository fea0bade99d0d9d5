import { choice, flag, integer, list, secret, text, withDefault } from '../src/core/inputs/input-kinds.js';
import { credentialInputs } from './credentials.inputs.js';

export const action = {
  name: 'Reap EC2 runners',
  description: 'Removes what no job needs: orphaned instances, ghost runners, leftover volumes and spot requests.',
  icon: 'trash-2',
  color: 'orange',
} as const;

export const inputs = {
  ...credentialInputs,
  'github-token': secret(
    'A personal access token as for start-runner that may also read runs: fine-grained with "Administration: write" and "Actions: read" on the repository, or classic with `repo` (organization: also "Self-hosted runners: write" or `admin:org`). Alternative: `app-id`.',
  ),
  'dry-run': withDefault('false', flag('Only report what would be removed, and why.')),
  'grace-minutes': withDefault(
    '15',
    integer('The minimum age before an instance, runner, volume or spot request may count as a leftover.', {
      min: 1,
      max: 1440,
    }),
  ),
  enterprise: text(
    "The enterprise in which runners are registered, if any are. Default: the enterprise that the event names. No other enterprise is searched, whatever an instance's tags name.",
    { matches: /^[A-Za-z0-9_-]+$/, allowed: 'the slug of an enterprise' },
  ),
  regions: list('All regions in which start-runner launches instances. Default: the region of the AWS credentials.', {
    matches: /^[a-z]{2,}(-[a-z]+)+-\d+$/,
    allowed: 'regions like eu-west-1',
  }),
  scope: withDefault(
    'repo',
    choice(
      '`repo`: what this repository started. `org`: what any repository of its organization started; the token needs access to all of them.',
      ['repo', 'org'],
    ),
  ),
};

export const outputs = {
  findings:
    'The findings, as a JSON list: `kind` (instance, runner, volume, spot-request; region, scope: a listing that could not be read), `id`, `why`, `outcome` (removed, would-remove, skipped, spared, failed), `error`, `ageMinutes`, `estimatedCostUsd` (null when unknown) and, where they apply, `name`, `type`, `region`, `scope`, `inDoubtMinutes`.',
  removed: 'How many findings were removed.',
  failed: 'How many findings could not be decided or removed.',
};

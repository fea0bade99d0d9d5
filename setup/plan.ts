import type { Facts } from './facts/facts.js';
import { planAws, planVariables } from './steps/aws.js';
import { planCredentials } from './steps/credentials.js';
import { planImages } from './steps/images.js';
import { planStarters } from './steps/starters.js';
import type { Step } from './steps/step.js';

/** Everything that the set-up changes, in order. A dry run prints this very list, and a run executes it. */
export function planSteps(facts: Facts): readonly Step[] {
  return [
    ...planAws(facts),
    ...planVariables(facts),
    ...planCredentials(facts),
    ...planImages(facts),
    ...planStarters(facts),
  ];
}

/** What remains for a person when all steps are done. */
export function listDuties({ github, request, credentials, account, proposal }: Facts): readonly string[] {
  const { repository, webUrl } = github;
  const pulls = `${webUrl}/${repository.name}/pulls`;
  return [
    ...(request.starters.length > 0
      ? [
          ...(proposal.missing.length + proposal.proposed.length > 0 ? [`Merge the pull request: ${pulls}`] : []),
          `Run a workflow: ${webUrl}/${repository.name}/actions`,
        ]
      : ['Add a workflow: docs/getting-started.md']),
    ...(request.starters.includes('pool')
      ? [
          'Build an image before pool.yml is merged: a pool accepts no other, and its runs are red until then (ami/README.md).',
        ]
      : []),
    ...(credentials.kind === 'token'
      ? ['Renew the token before it expires: `npm run setup -- … --token` saves the new one.']
      : []),
    ...(request.images
      ? [
          `Build the images: Actions, Build AMIs, in your copy of ci-actions. Or wait for the weekly run (${account.region}).`,
        ]
      : []),
  ];
}

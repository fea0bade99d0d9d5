import type { Facts } from '../facts/facts.js';
import { BRANCH } from '../names.js';
import { gh } from './aws.js';
import type { Step } from './step.js';

const TITLE = 'Run jobs on EC2 machines';

/** A branch with the starters, and a pull request. */
export function planStarters({ github, proposal }: Facts): readonly Step[] {
  const { repository, sha } = github;
  const { missing, proposed, merged, branchExists, pull } = proposal;
  const place = `repos/${repository.name}`;
  const isWanted = missing.length > 0 || (proposed.length > 0 && pull === undefined);
  if (!isWanted && pull === undefined && merged.length === 0) return [];
  return [
    {
      title: `Create the branch ${BRANCH}`,
      isDone: branchExists || missing.length === 0,
      commands: [
        gh('api', '-X', 'POST', '--silent', `${place}/git/refs`, '-f', `ref=refs/heads/${BRANCH}`, '-f', `sha=${sha}`),
      ],
    },
    ...planFiles(place, missing),
    {
      title: `Open the pull request`,
      isDone: pull !== undefined || !isWanted,
      commands: [
        gh(
          ['api', '-X', 'POST', `${place}/pulls`, '--jq', '.html_url', '-f', `head=${BRANCH}`],
          ['-f', `base=${repository.defaultBranch}`, '-f', `title=${TITLE}`, '-f', `body=${BODY}`],
        ),
      ],
    },
  ];
}

const BODY =
  'Workflows that run jobs on EC2 machines, which exist for one job. `npm run setup` of ci-actions filled them in.';

function planFiles(place: string, missing: Facts['proposal']['missing']): readonly Step[] {
  const write = ['-X', 'PUT', '--silent'];
  return missing.map(({ starter, replaces }) => ({
    title: `Write ${starter.path} on the branch ${BRANCH}`,
    isDone: false,
    commands: [
      gh(
        ['api', ...write, `${place}/contents/${starter.path}`],
        ['-f', `message=Add ${starter.path}`, '-f', `branch=${BRANCH}`],
        ...(replaces === undefined ? [] : ['-f', `sha=${replaces}`]),
        '-f',
        { before: 'content=', value: { kind: 'file' as const, text: starter.text } },
      ),
    ],
  }));
}

import type { Facts } from '../facts/facts.js';
import { APP_ID, APP_KEY, TOKEN } from '../starters.js';
import { gh } from './aws.js';
import type { Step } from './step.js';

/** How runners are registered: by an App (new, interrupted or of the user's), by a token, or as before. */
export function planCredentials(facts: Facts): readonly Step[] {
  const { github, credentials } = facts;
  switch (credentials.kind) {
    case 'kept':
      return [{ title: `Let runners be registered by the ${credentials.what}`, isDone: true, commands: [] }];
    case 'token':
      return [
        {
          title: `Save the token as the secret ${TOKEN}`,
          isDone: false,
          commands: [{ ...gh('secret', 'set', TOKEN, '--repo', github.repository.name), stdin: { kind: 'token' } }],
        },
      ];
    case 'app':
      return planApp(facts);
  }
}

function planApp(facts: Facts): readonly Step[] {
  const { repository, variables } = facts.github;
  const { credentials } = facts;
  const app = credentials.kind === 'app' ? credentials.app : undefined;
  const link = creationLink(facts);
  return [
    {
      title: app
        ? `Wait until the GitHub App ${app.name} is installed`
        : 'Create a GitHub App and install it: two clicks',
      isDone: false,
      commands: [],
      person: {
        kind: app ? 'use-app' : 'create-app',
        script: [
          ...(app
            ? []
            : [`# Create the App, generate its private key, and install it for ${repository.name}:`, `# ${link}`]),
          "read -rp 'Id of the App: ' app_id",
          "read -rp 'File with its private key: ' key_file",
        ],
      },
    },
    {
      title: `Set the variable ${APP_ID}`,
      isDone: app !== undefined && variables.get(APP_ID) === `${app.id}`,
      commands: [
        gh('variable', 'set', APP_ID, '--repo', repository.name, '--body', { before: '', value: { kind: 'app-id' } }),
      ],
    },
    {
      title: `Save the App's key as the secret ${APP_KEY}`,
      isDone: false,
      commands: [{ ...gh('secret', 'set', APP_KEY, '--repo', repository.name), stdin: { kind: 'app-key' } }],
    },
  ];
}

/** GitHub's page for a new App, with everything filled in. */
function creationLink({ github, copy }: Facts): string {
  const { repository, webUrl } = github;
  const place = repository.isOrganization ? `/organizations/${repository.owner}` : '';
  const query = new URLSearchParams({
    name: `runners ${repository.name.split('/')[1]}`.slice(0, 34),
    url: `${webUrl}/${copy.name}`,
    public: 'false',
    webhook_active: 'false',
    ...APP_PERMISSIONS,
  });
  return `${webUrl}${place}/settings/apps/new?${query.toString()}`;
}

/** What the App may do, and why. */
export const APP_PERMISSIONS = { administration: 'write', actions: 'read', contents: 'read' } as const;

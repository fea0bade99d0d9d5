import type { GitHubWorld } from './github/github.js';
import type { Server } from './http.js';

/** The environment variables by which an AWS SDK, Octokit and an action find the sandbox. Without a GitHub token. */
export function describeEnvironment(from: {
  readonly aws: Server;
  readonly hub: Server;
  readonly region: string;
  readonly github: GitHubWorld;
}): Record<string, string> {
  const { aws, hub, region, github } = from;
  const [owner = ''] = github.repository.split('/');
  return {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'AKIASANDBOX000000000',
    AWS_SECRET_ACCESS_KEY: 'sandbox-secret-access-key',
    AWS_EC2_METADATA_DISABLED: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: 'start',
    GITHUB_ACTOR: 'octocat',
    GITHUB_API_URL: hub.url,
    GITHUB_EVENT_NAME: 'push',
    GITHUB_GRAPHQL_URL: `${hub.url}/graphql`,
    GITHUB_JOB: 'start',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REPOSITORY: github.repository,
    GITHUB_REPOSITORY_ID: `${github.repositoryId}`,
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: `${github.runId}`,
    GITHUB_RUN_NUMBER: '1',
    GITHUB_SERVER_URL: hub.url,
    GITHUB_SHA: github.sha,
    GITHUB_WORKFLOW: 'ci',
    GITHUB_WORKFLOW_REF: `${github.repository}/.github/workflows/ci.yml@refs/heads/main`,
    GITHUB_WORKFLOW_SHA: github.sha,
  };
}

import { readFileSync } from 'node:fs';
import type { Request } from '../options.js';
import type { Findings } from '../problems.js';
import { firstLine, type Programs } from '../program.js';
import { APP_ID, APP_KEY, TOKEN } from '../starters.js';
import type { CreatedApp } from '../state.js';
import { askGitHub } from '../program.js';
import type { GitHubFacts } from './github.js';

/** How runners are registered. */
export type Credentials =
  | { readonly kind: 'kept'; readonly what: string; readonly usesApp: boolean }
  | { readonly kind: 'token'; readonly token: string | undefined; readonly usesApp: false }
  /** `app` was created before, by an interrupted set-up or by the user. */
  | { readonly kind: 'app'; readonly app: CreatedApp | undefined; readonly usesApp: true };

export interface CredentialsWorld {
  readonly tools: Programs;
  readonly github: GitHubFacts;
  readonly request: Request;
  /** An App whose key is not saved yet. */
  readonly created: CreatedApp | undefined;
  readonly isTerminal: boolean;
  /** Reads the token; `undefined` if none is to be read, as in a dry run. */
  readonly readToken: () => Promise<string | undefined>;
}

/** Chooses between what the user asked for, what an interrupted set-up began, and what is there. */
export async function chooseCredentials(world: CredentialsWorld, findings: Findings): Promise<Credentials | undefined> {
  const { request, github, created, isTerminal } = world;
  const { variables, secrets } = github;
  if (request.credentials === 'token') return checkToken(world, findings);
  if (request.ownApp) {
    const { id, keyFile } = request.ownApp;
    return { kind: 'app', app: { id, name: `${id}`, key: readFileSync(keyFile, 'utf8'), page: '' }, usesApp: true };
  }
  if (created) return { kind: 'app', app: created, usesApp: true };
  const hasApp = variables.has(APP_ID) && secrets.has(APP_KEY);
  if (hasApp) return { kind: 'kept', what: `GitHub App ${variables.get(APP_ID)}`, usesApp: true };
  if (request.credentials !== 'app' && secrets.has(TOKEN))
    return { kind: 'kept', what: `secret ${TOKEN}`, usesApp: false };
  if (request.credentials !== 'app' && !isTerminal && !request.dryRun) {
    findings.problem(
      'It is not said how runners are registered, and there is no terminal to ask on.',
      'Give `--app` (a page for two clicks in a browser), or `--token` with a token on stdin.',
    );
    return undefined;
  }
  if (github.repository.isOrganization) await checkOwner(world, findings);
  return { kind: 'app', app: undefined, usesApp: true };
}

/** Only owners of an organization may create its Apps. */
async function checkOwner({ tools, github }: CredentialsWorld, findings: Findings): Promise<void> {
  const { owner } = github.repository;
  const answer = await askGitHub<{ role: string }>(tools, `user/memberships/orgs/${owner}`);
  if (answer.kind !== 'value' || answer.value.role === 'admin') return;
  findings.problem(
    `${github.login} is no owner of ${owner}, and only owners may create its GitHub Apps.`,
    'Ask an owner to run this command, or use a fine-grained token with `--token`.',
  );
}

/** Asks GitHub for a registration token, because reading alone would not show that the token may register runners. */
async function checkToken({ tools, github, readToken }: CredentialsWorld, findings: Findings) {
  const token = await readToken();
  if (token === undefined) return { kind: 'token', token, usesApp: false } as const;
  const { name } = github.repository;
  const remedy =
    `Create a fine-grained token for ${name} with the permission "Administration: read and write" ` +
    `(and "Actions: read" for reap-runners): ${github.webUrl}/settings/personal-access-tokens/new`;
  if (!/^(gh[a-z]_|github_pat_)\w+$/.test(token)) {
    findings.problem('What was given as token is none: it does not begin with `github_pat_` or `ghp_`.', remedy);
    return undefined;
  }
  const args = ['api', '-X', 'POST', '--silent', `repos/${name}/actions/runners/registration-token`];
  const ran = await tools.run('gh', args, { env: { GH_TOKEN: token, GH_ENTERPRISE_TOKEN: token } });
  if (ran.code === 0) return { kind: 'token', token, usesApp: false } as const;
  findings.problem(`The token may not register runners of ${name}: ${firstLine(ran.stderr)}`, remedy);
  return undefined;
}

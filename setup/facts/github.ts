import type { Findings } from '../problems.js';
import { askGitHub, listGitHub, valueOf, type Answer, type Programs } from '../program.js';
import { addressesOf, type Addresses } from './addresses.js';

export interface RepositoryFacts {
  readonly id: number;
  /** As GitHub spells it. */
  readonly name: string;
  readonly owner: string;
  readonly ownerId: number;
  readonly isOrganization: boolean;
  readonly defaultBranch: string;
}

export interface GitHubFacts extends Addresses {
  readonly login: string;
  readonly repository: RepositoryFacts;
  /** The commit of the default branch. */
  readonly sha: string;
  readonly variables: ReadonlyMap<string, string>;
  readonly secrets: ReadonlySet<string>;
}

interface RepositoryAnswer {
  id: number;
  full_name: string;
  owner: { id: number; login: string; type: string };
  default_branch: string;
  archived?: boolean;
  permissions?: { admin?: boolean };
}

/** Checks the repository and what the user may do there. @returns `undefined` after a problem */
export async function readGitHub(
  tools: Programs,
  wanted: string,
  findings: Findings,
): Promise<GitHubFacts | undefined> {
  const login = await readLogin(tools, findings);
  if (!login) return undefined;
  const answer = await askGitHub<RepositoryAnswer>(tools, `repos/${wanted}`);
  const repository = checkRepository(answer, { wanted, login }, findings);
  if (!repository) return undefined;
  const [sha, variables, secrets] = await Promise.all([
    readCommit(tools, repository, findings),
    readVariables(tools, repository, findings),
    readSecrets(tools, repository, findings),
    checkActions(tools, repository, findings),
  ]);
  const addresses = addressesOf(process.env);
  return sha && variables && secrets ? { ...addresses, login, repository, sha, variables, secrets } : undefined;
}

/** Also checks the scopes of a classic token. Other tokens have none, and GitHub refuses what they may not do. */
async function readLogin(tools: Programs, findings: Findings): Promise<string | undefined> {
  const ran = await tools.run('gh', ['api', '--include', 'user']);
  const login = /"login":\s*"([^"]+)"/.exec(ran.stdout)?.[1];
  if (ran.code !== 0 || !login) {
    findings.problem(`gh cannot use GitHub: ${ran.stderr.trim().split('\n')[0] ?? ''}`, 'Run `gh auth login`.');
    return undefined;
  }
  const scopes = /^x-oauth-scopes:(.*)$/im
    .exec(ran.stdout)?.[1]
    ?.split(',')
    .map((scope) => scope.trim());
  const lacking = ['repo', 'workflow'].filter((scope) => scopes && scopes.join('') !== '' && !scopes.includes(scope));
  if (lacking.length > 0)
    findings.problem(
      `gh's login lacks the scope ${lacking.map((scope) => `\`${scope}\``).join(' and ')}, without which it may not propose workflows.`,
      `Run \`gh auth refresh --scopes ${lacking.join(',')}\`.`,
    );
  return login;
}

function checkRepository(
  answer: Answer<RepositoryAnswer>,
  { wanted, login }: { wanted: string; login: string },
  findings: Findings,
): RepositoryFacts | undefined {
  if (answer.kind === 'absent') {
    const remedy = 'Correct `--repo`, or log in as a user who can see it: `gh auth status`, `gh auth login`.';
    findings.problem(`${login} sees no repository ${wanted}.`, remedy);
    return undefined;
  }
  if (answer.kind === 'unknown') {
    findings.problem(`GitHub did not show ${wanted}: ${answer.why}`, 'Try it again, or run `gh auth status`.');
    return undefined;
  }
  const { id, full_name: name, owner, default_branch: defaultBranch, archived, permissions } = answer.value;
  if (archived) findings.problem(`${name} is archived.`, 'Unarchive it in its settings.');
  if (permissions?.admin !== true)
    findings.problem(
      `${login} is no administrator of ${name}, who alone may set its variables and secrets.`,
      'Ask an administrator to run this command, or to give you the role Admin.',
    );
  const isOrganization = owner.type === 'Organization';
  const facts = { id, name, owner: owner.login, ownerId: owner.id, isOrganization, defaultBranch };
  return archived || permissions?.admin !== true ? undefined : facts;
}

async function readCommit(tools: Programs, { name, defaultBranch }: RepositoryFacts, findings: Findings) {
  const path = `repos/${name}/git/ref/heads/${defaultBranch}`;
  const answer = await askGitHub<{ object: { sha: string } }>(tools, path);
  if (answer.kind === 'value') return answer.value.object.sha;
  // GitHub answers 409 for a repository without any commit.
  if (answer.kind === 'absent' || answer.code === '409')
    findings.problem(`${name} has no commit yet.`, 'Push one: a pull request needs a branch to start from.');
  else findings.problem(`GitHub did not show the branch ${defaultBranch}: ${answer.why}`, 'Try it again.');
  return undefined;
}

async function readVariables(tools: Programs, { name }: RepositoryFacts, findings: Findings) {
  type Variable = { name: string; value: string };
  const answer = await listGitHub<Variable>(tools, `repos/${name}/actions/variables`, 'variables');
  if (answer.kind === 'value') return new Map(answer.value.map((one) => [one.name, one.value]));
  findings.problem(
    `GitHub does not let you manage the Actions variables of ${name}: ${answer.kind === 'unknown' ? answer.why : 'Not Found'}`,
    'A policy of the organization, or the login of gh, forbids it. Ask an owner of the organization.',
  );
  return undefined;
}

async function readSecrets(tools: Programs, { name }: RepositoryFacts, findings: Findings) {
  const answer = await listGitHub<{ name: string }>(tools, `repos/${name}/actions/secrets`, 'secrets');
  if (answer.kind === 'value') return new Set(answer.value.map((one) => one.name));
  findings.problem(
    `GitHub does not let you manage the Actions secrets of ${name}: ${answer.kind === 'unknown' ? answer.why : 'Not Found'}`,
    'A policy of the organization, or the login of gh, forbids it. Ask an owner of the organization.',
  );
  return undefined;
}

async function checkActions(tools: Programs, { name }: RepositoryFacts, findings: Findings): Promise<void> {
  type Permissions = { enabled: boolean; allowed_actions?: string };
  const permissions = valueOf(await askGitHub<Permissions>(tools, `repos/${name}/actions/permissions`));
  const place = `Change it in the settings of ${name} (Actions, General) or of its organization.`;
  if (permissions?.enabled === false) findings.problem(`GitHub Actions is switched off in ${name}.`, place);
  if (permissions?.allowed_actions === 'local_only')
    findings.problem(
      `${name} may only use actions of its own owner, so not aws-actions/configure-aws-credentials.`,
      place,
    );
  if (permissions?.allowed_actions === 'selected')
    findings.remark(
      `${name} may only use selected actions.`,
      'See that aws-actions/* and your copy of ci-actions are among them.',
    );
}

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { STARTERS } from '../options.js';
import type { Findings } from '../problems.js';
import { askGitHub, valueOf, type Programs } from '../program.js';
import type { RepositoryFacts } from './github.js';

export interface CopyFacts {
  readonly id: number;
  readonly name: string;
  readonly owner: string;
  readonly ownerId: number;
}

/** The name that the project has before anybody adopts it. */
export const PLACEHOLDER = 'org/ci-actions';
const ADOPT =
  'Make your own copy first, and run `npm run adopt -- OWNER/ci-actions` in it, or name it with `--actions`.';

interface CopyAnswer {
  id: number;
  full_name: string;
  private: boolean;
  owner: { id: number; login: string };
}

/** Checks the copy of ci-actions that the workflows are to use: they can only use one that exists and that they may see. */
export async function readCopy(
  tools: Programs,
  { wanted, repository }: { readonly wanted: string | undefined; readonly repository: RepositoryFacts },
  findings: Findings,
): Promise<CopyFacts | undefined> {
  const name = wanted ?? adoptedName() ?? (await remoteName());
  if (!name) {
    findings.problem('This clone does not say where your copy of ci-actions is.', ADOPT);
    return undefined;
  }
  const answer = await askGitHub<CopyAnswer>(tools, `repos/${name}`);
  if (answer.kind !== 'value') {
    const why =
      answer.kind === 'absent' ? `There is no repository ${name}.` : `GitHub did not show ${name}: ${answer.why}`;
    findings.problem(why, ADOPT);
    return undefined;
  }
  const { id, full_name, owner } = answer.value;
  const copy = { id, name: full_name, owner: owner.login, ownerId: owner.id };
  await Promise.all([
    answer.value.private ? checkAccess(tools, { copy, repository }, findings) : undefined,
    checkTag(tools, copy, findings),
  ]);
  return copy;
}

/** The name that the starters have: the copy's own once it was adopted, or the placeholder. */
export function nameInStarters(): string {
  return /uses: (\S+\/\S+?)\/reap-runners@/.exec(readFileSync(`${STARTERS}reap.yml`, 'utf8'))?.[1] ?? PLACEHOLDER;
}

function adoptedName(): string | undefined {
  const name = nameInStarters();
  return name === PLACEHOLDER ? undefined : name;
}

async function remoteName(): Promise<string | undefined> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const run = promisify(execFile);
  const url = await run('git', ['remote', 'get-url', 'origin'], { cwd }).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  // https://HOST/OWNER/NAME.git, git@HOST:OWNER/NAME.git, ssh://git@HOST/OWNER/NAME. A path of this machine is no name.
  return /^(?:https?:\/\/|ssh:\/\/|[\w.-]+@)[^/:]+(?::\d+)?[/:]([\w-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(url)?.[1];
}

async function checkAccess(
  tools: Programs,
  { copy, repository }: { readonly copy: CopyFacts; readonly repository: RepositoryFacts },
  findings: Findings,
): Promise<void> {
  if (copy.owner.toLowerCase() !== repository.owner.toLowerCase()) {
    const what = `${copy.name} is private, so workflows of ${repository.owner} cannot use it.`;
    findings.problem(what, `Make it public, or make a copy that belongs to ${repository.owner}.`);
    return;
  }
  if (copy.id === repository.id) return;
  const path = `repos/${copy.name}/actions/permissions/access`;
  const level = valueOf(await askGitHub<{ access_level: string }>(tools, path))?.access_level;
  if (level === 'none')
    findings.problem(
      `${copy.name} is private, and not open to other repositories.`,
      `Run \`gh api -X PUT ${path} -f access_level=${repository.isOrganization ? 'organization' : 'user'}\`.`,
    );
}

async function checkTag(tools: Programs, { name }: CopyFacts, findings: Findings): Promise<void> {
  const answer = await askGitHub(tools, `repos/${name}/git/ref/tags/v1`);
  if (answer.kind === 'absent')
    findings.problem(
      `${name} has no tag v1, which the workflows name.`,
      'Tag the commit to use: `git tag v1 && git push origin v1` in a clone of it.',
    );
}

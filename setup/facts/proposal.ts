import { BRANCH } from '../names.js';
import type { Findings } from '../problems.js';
import { askGitHub, valueOf, type Programs } from '../program.js';
import type { Starter } from '../starters.js';
import type { RepositoryFacts } from './github.js';

interface FileFacts {
  readonly sha: string;
  readonly text: string;
}

/** What GitHub has of the pull request with the starters. */
export interface ProposalFacts {
  readonly branchExists: boolean;
  /** The open pull request. */
  readonly pull: string | undefined;
  /** Starters that have to be written, with the file that they replace on the branch. */
  readonly missing: readonly { readonly starter: Starter; readonly replaces: string | undefined }[];
  /** Paths that are on the branch as they should be, and not yet on the default branch. */
  readonly proposed: readonly string[];
  /** Paths that are on the default branch as they should be. */
  readonly merged: readonly string[];
}

/** Compares the starters with the default branch and with the branch of an earlier set-up. */
export async function readProposal(
  tools: Programs,
  { repository, starters }: { readonly repository: RepositoryFacts; readonly starters: readonly Starter[] },
  findings: Findings,
): Promise<ProposalFacts> {
  const { name, owner, defaultBranch } = repository;
  const head = `repos/${name}/git/ref/heads/${BRANCH}`;
  const pulls = `repos/${name}/pulls?state=open&head=${owner}:${BRANCH}`;
  const [branch, open, files] = await Promise.all([
    askGitHub(tools, head),
    askGitHub<{ html_url: string }[]>(tools, pulls),
    Promise.all(starters.map((starter) => readFile(tools, { name, path: starter.path, ref: defaultBranch }))),
  ]);
  const branchExists = branch.kind === 'value';
  const onBranches = await Promise.all(
    starters.map(async ({ path }) => (branchExists ? readFile(tools, { name, path, ref: BRANCH }) : undefined)),
  );
  const missing: ProposalFacts['missing'][number][] = [];
  const [proposed, merged]: [string[], string[]] = [[], []];
  for (const [index, starter] of starters.entries()) {
    const [there, onBranch] = [files[index], onBranches[index]];
    if (there?.text === starter.text) merged.push(starter.path);
    else if (there && !there.text.includes('ci-actions'))
      findings.remark(
        `${starter.path} exists in ${name} and is yours, so it stays as it is.`,
        'Rename it to get the starter.',
      );
    else if (onBranch?.text === starter.text) proposed.push(starter.path);
    else missing.push({ starter, replaces: (branchExists ? onBranch : there)?.sha });
  }
  return { branchExists, pull: valueOf(open)?.[0]?.html_url, missing, proposed, merged };
}

async function readFile(
  tools: Programs,
  { name, path, ref }: { readonly name: string; readonly path: string; readonly ref: string },
): Promise<FileFacts | undefined> {
  type File = { sha: string; content: string };
  const file = valueOf(await askGitHub<File>(tools, `repos/${name}/contents/${path}?ref=${encodeURIComponent(ref)}`));
  return file && { sha: file.sha, text: Buffer.from(file.content, 'base64').toString('utf8') };
}

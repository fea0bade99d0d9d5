import { PERMISSIONS, type Permission, type PullRequest, type PullRequests } from '../ports/pull-requests.js';
import { checkCommit } from './check-commit.js';
import { readCommand, type CommandText } from './command.js';
import { readCommandLines } from './lines.js';
import { loadFiles, type WantedFiles } from './load-files.js';
import { makePlan, type Plan, type PlanRequest } from './plan.js';

/** A comment that may hold a command. */
export interface HeardComment {
  readonly id: number;
  /** Of the pull request. */
  readonly number: number;
  /** What is read as the command. */
  readonly text: string;
  /** What GitHub had when the run began. If the comment has another text now, it was edited. */
  readonly posted: string;
  /** The login; absent for a deleted account. */
  readonly author?: string;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** What a plan is made of, apart from the comment, its commit and the files of that commit. */
export type PlanOptions = Omit<PlanRequest, 'sha' | 'comment' | 'description' | 'config' | 'payload' | 'template'>;

export interface HearRequest {
  readonly comment: HeardComment;
  readonly options: PlanOptions;
  readonly files: WantedFiles;
  /** The least permission of the comment's author. */
  readonly permission: Permission;
  readonly forks: 'by-commit' | 'never';
  /** `owner/repo` */
  readonly repository: string;
}

export type Hearing =
  /** Nothing is to run, and nobody needs an answer. */
  | { readonly kind: 'none'; readonly why: string }
  /** The author gets an answer. `usage`: what to write instead. */
  | { readonly kind: 'refused'; readonly problems: readonly string[]; readonly usage?: string }
  | { readonly kind: 'plan'; readonly plan: Plan };

type HearGitHub = Pick<PullRequests, 'readComment' | 'readPullRequest' | 'readPermission' | 'readFile'>;

/**
 * From a comment to what is to run. A comment without a command costs no request. The author's permission is asked of
 * GitHub, and the head commit that GitHub names then is the one that is tested.
 *
 * @param onAccepted called when the author may run the command, before the files are read
 */
export async function hearComment(
  request: HearRequest,
  github: HearGitHub,
  onAccepted: () => void = () => undefined,
): Promise<Hearing> {
  const { comment, options } = request;
  const text: CommandText = { text: comment.text, source: 'the comment' };
  const reading = readCommand(text, undefined, options);
  if (reading.kind === 'none' && reading.hint === undefined) return { kind: 'none', why: describeNone(options) };
  const [permission, pull, current] = await Promise.all([
    comment.author === undefined ? ('none' as const) : github.readPermission(comment.author),
    github.readPullRequest(comment.number),
    github.readComment(comment.id),
  ]);
  if (!pull) return { kind: 'none', why: `There is no pull request #${comment.number}.` };
  if (!current) return { kind: 'none', why: 'The comment was deleted before it was read.' };
  const isAllowed = isAtLeast(permission, request.permission);
  if (reading.kind === 'none') return isAllowed ? refuse(reading.hint!) : { kind: 'none', why: describeNone(options) };
  if (!isAllowed) return refuse(describePermission(permission, request.permission));
  const obstacle = findObstacle(pull, { ...request, isEdited: !isSameText(current.body, comment.posted) });
  if (obstacle !== undefined) return refuse(obstacle);
  onAccepted();
  return planComment(request, { github, pull, text });
}

interface Scene {
  readonly github: HearGitHub;
  readonly pull: PullRequest;
  readonly text: CommandText;
}

async function planComment(request: HearRequest, { github, pull, text }: Scene): Promise<Hearing> {
  const { comment, options, repository } = request;
  const sha = pull.headSha;
  const isFork = isFromFork(pull, repository);
  const [description, { files, problems }] = await Promise.all([
    readDescription(pull, request, github),
    loadFiles(request.files, (path) => github.readFile(path, sha), `${repository} at ${sha}`),
  ]);
  if (problems.length > 0) return refuse(...problems);
  const planning = makePlan({ ...options, ...files, sha, comment: text, ...description.use });
  if (planning.kind === 'none') return { kind: 'none', why: describeNone(options) };
  if (planning.kind === 'refused') return { ...refuse(...planning.problems), ...describeUsage(options) };
  const again = describeAgain(comment.text, options.testName, { plan: planning.plan, sha });
  const mistake = checkCommit({ plan: planning.plan, pull, isFork, writtenAt: comment.createdAt, again });
  if (mistake !== undefined) return refuse(mistake);
  const warnings = [...planning.plan.warnings, ...description.warnings];
  return { kind: 'plan', plan: { ...planning.plan, warnings } };
}

function refuse(...problems: string[]): { readonly kind: 'refused'; readonly problems: readonly string[] } {
  return { kind: 'refused', problems };
}

function isAtLeast(permission: Permission, least: Permission): boolean {
  return PERMISSIONS.indexOf(permission) >= PERMISSIONS.indexOf(least);
}

function isFromFork({ headRepository }: PullRequest, repository: string): boolean {
  return headRepository?.toLowerCase() !== repository.toLowerCase();
}

function isSameText(one: string, other: string): boolean {
  return one.replace(/\r\n/g, '\n').trim() === other.replace(/\r\n/g, '\n').trim();
}

function findObstacle(
  pull: PullRequest,
  { forks, repository, isEdited }: Pick<HearRequest, 'forks' | 'repository'> & { readonly isEdited: boolean },
): string | undefined {
  if (pull.state !== 'open') return `This pull request is ${pull.state}.`;
  if (isEdited) return 'The comment was edited after it was posted. Write the command in a new comment.';
  if (forks === 'never' && isFromFork(pull, repository))
    return 'This pull request comes from a fork, and this workflow runs no code of forks (`forks: never`). Push the branch to this repository.';
  return undefined;
}

/**
 * The pull request's description counts as its author's commands, so it is read only where that author could have
 * written them in a comment. A branch of this repository is no evidence: whoever may read it can open a pull request of any
 * branch that exists.
 */
async function readDescription(
  pull: PullRequest,
  { comment, permission }: HearRequest,
  github: HearGitHub,
): Promise<{ readonly use: Pick<PlanRequest, 'description'>; readonly warnings: readonly string[] }> {
  const use = { description: { text: pull.body, source: "the pull request's description" } };
  const { commands, doubtful } = readCommandLines(pull.body);
  if (commands.length + doubtful.length === 0) return { use: {}, warnings: [] };
  if (pull.author !== undefined && pull.author === comment.author) return { use, warnings: [] };
  if (pull.author !== undefined && isAtLeast(await github.readPermission(pull.author), permission))
    return { use, warnings: [] };
  if (commands.length === 0) return { use: {}, warnings: [] };
  return {
    use: {},
    warnings: ["The pull request's description is not read, because its author may not write commands."],
  };
}

/** How the command of a comment is written again, with the whole commit. */
function describeAgain(
  text: string,
  testName: string | undefined,
  { plan, sha }: { readonly plan: Plan; readonly sha: string },
): string {
  const words = plan.args.filter((word) => word.toLowerCase() !== plan.commit);
  const line = ['/test', ...(testName === undefined ? [] : [testName]), ...words, sha].join(' ');
  const isWhole = readCommandLines(text).commands.every(({ word }) => word === 'test' || word === 'plan');
  return `\`${line.replaceAll('`', '')}\`${isWhole ? '' : ', with the other lines of your comment'}`;
}

function describePermission(permission: Permission, least: Permission): string {
  const who = least === 'write' ? 'people who may push to this repository' : `people with the permission \`${least}\``;
  return `\`/test\` is for ${who}; your permission is \`${permission}\`.`;
}

function describeNone({ testName }: PlanOptions): string {
  const word = testName === undefined ? '/test' : `/test ${testName}`;
  return `The comment has no line that begins with \`${word}\`.`;
}

/** What may be written, for a command that names no environment or a wrong one. */
function describeUsage({ environments, testName }: PlanOptions): { readonly usage?: string } {
  if (environments.length === 0) return {};
  const word = testName === undefined ? '/test' : `/test ${testName}`;
  return { usage: `Write \`${word} all\`, or \`${word}\` and some of: ${environments.join(', ')}.` };
}

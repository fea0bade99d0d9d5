import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tooLarge } from '../core/history/too-large.js';
import * as resultAdvice from '../core/kernel/result-advice.js';
import { Failure } from '../core/kernel/failure.js';
import type { HistoryPlace, StoredHistory } from '../core/ports/history.js';
import { createGit, urlOf } from './git.js';

const LIST_BOUND_MS = 60_000;
/** A history of some hundred megabytes over a slow network. */
const TRANSFER_BOUND_MS = 600_000;
/** What git answers when the branch is not where this push expects it. */
const REJECTED = /\[rejected\]|stale info|cannot lock ref|failed to update ref|fetch first|reference already exists/;
/** The commits of a workflow, as GitHub shows them. */
const AUTHOR = { name: 'github-actions[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' };

export interface HistoryBranch {
  readonly serverUrl: string;
  /** `owner/repo` */
  readonly repository: string;
  /** May write contents. */
  readonly token: string | undefined;
  readonly branch: string;
  /** Path inside the branch. */
  readonly file: string;
}

type Git = (args: readonly string[], onText?: (text: string) => void) => Promise<string[]>;

interface Most {
  readonly name: string;
  readonly bytes: number;
}

/**
 * A history in a file of a branch, whose other files stay. Each write is a commit. A push succeeds only if the branch is
 * where it was read, so that the slower of two writers reads again.
 */
export function createBranchPlace(place: HistoryBranch): HistoryPlace {
  const name = `${place.file} in the branch ${place.branch} of ${place.repository}`;
  return {
    name,
    read: (mostBytes) =>
      inFolder(async (folder) => read(place, await openGit(place, folder), { name, bytes: mostBytes })),
    replace: (bytes, version) =>
      inFolder(async (folder) => {
        const source = join(folder, 'history');
        await writeFile(source, bytes);
        const files = [[place.file, source]] as const;
        return push(place, await openGit(place, folder), { version, files, message: 'Add figures' });
      }),
  };
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(process.env['RUNNER_TEMP'] || tmpdir(), 'history-branch-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** git in a new repository without a work tree. */
async function openGit({ serverUrl, token }: HistoryBranch, folder: string): Promise<Git> {
  const repository = join(folder, 'repository');
  const env = {
    GIT_INDEX_FILE: join(folder, 'index'),
    GIT_AUTHOR_NAME: AUTHOR.name,
    GIT_AUTHOR_EMAIL: AUTHOR.email,
    GIT_COMMITTER_NAME: AUTHOR.name,
    GIT_COMMITTER_EMAIL: AUTHOR.email,
  };
  const git = createGit({
    serverUrl,
    token,
    consequence: 'the history was neither read nor written',
    hint: resultAdvice.ALLOW_BRANCH,
    env,
  });
  await git(['init', '--quiet', '--bare', repository], LIST_BOUND_MS);
  return (args, onText) => git(['-C', repository, ...args], TRANSFER_BOUND_MS, onText);
}

async function read(place: HistoryBranch, git: Git, most: Most): Promise<StoredHistory | undefined> {
  const version = await fetchTip(place, git);
  if (version === undefined) return undefined;
  const [entry] = await git(['ls-tree', '--long', version, '--', place.file]);
  // MODE blob SHA SIZE<tab>PATH
  const [, , blob, size] = entry?.split(/[ \t]+/) ?? [];
  if (blob === undefined) return { bytes: new Uint8Array(), version };
  if (Number(size) > most.bytes) throw tooLarge(most.name, most.bytes);
  const pieces: Buffer[] = [];
  await git(['cat-file', 'blob', blob], (text) => void pieces.push(Buffer.from(text)));
  return { bytes: Buffer.concat(pieces), version };
}

/** The commit of the branch, which is then in the repository; `undefined` if there is no such branch. */
async function fetchTip({ serverUrl, repository, branch }: HistoryBranch, git: Git): Promise<string | undefined> {
  const url = urlOf(serverUrl, repository);
  const [line] = await git(['ls-remote', url, `refs/heads/${branch}`]);
  if (line === undefined) return undefined;
  await git(['fetch', '--quiet', '--depth=1', url, `refs/heads/${branch}`]);
  const [version] = await git(['rev-parse', 'FETCH_HEAD']);
  return version;
}

/** What a commit changes. */
interface Changes {
  /** The version that it follows; undefined: it begins the branch. */
  readonly version: string | undefined;
  /** The files to write: by their path in the branch, that of their content on this machine. */
  readonly files: readonly (readonly [path: string, source: string])[];
  readonly removed?: readonly string[];
  readonly message: string;
}

async function push(
  place: HistoryBranch,
  git: Git,
  { version, files, removed = [], message }: Changes,
): Promise<boolean> {
  const url = urlOf(place.serverUrl, place.repository);
  if ((await fetchTip(place, git)) !== version) return false;
  const blobs = await git(['hash-object', '-w', ...files.map(([, source]) => source)]);
  if (version !== undefined) await git(['read-tree', version]);
  const infos = files.flatMap(([path], index) => ['--cacheinfo', `100644,${blobs[index]},${path}`]);
  await git(['update-index', '--add', ...infos]);
  if (removed.length > 0) await git(['rm', '-r', '--quiet', '--cached', '--ignore-unmatch', '--', ...removed]);
  const [tree] = await git(['write-tree']);
  const parent = version === undefined ? [] : ['-p', version];
  const [commit] = await git(['commit-tree', tree!, ...parent, '-m', message]);
  const ref = `refs/heads/${place.branch}`;
  try {
    await git(['push', '--quiet', `--force-with-lease=${ref}:${version ?? ''}`, url, `${commit}:${ref}`]);
    return true;
  } catch (error) {
    if (error instanceof Failure && REJECTED.test(error.about.why ?? '')) return false;
    throw error;
  }
}

/** The folder of the branch with a folder of pictures for each run, and how many of these stay. */
const PICTURES = 'plots';
const MOST_FOLDERS = 50;
const TRIES = 5;

/** Pictures of a run. */
export interface Pictures {
  /** Begins with a number that grows from run to run: the oldest folders are removed. */
  readonly folder: string;
  readonly files: readonly { readonly file: string; readonly svg: string }[];
}

/**
 * Puts pictures beside a history, where GitHub can show them: a summary shows no picture that it holds itself.
 *
 * @returns the address of a picture by its file; undefined if other writers were faster several times
 * @throws Failure `git-failed`
 */
export function publishPictures(
  place: HistoryBranch,
  pictures: Pictures,
): Promise<((file: string) => string) | undefined> {
  const { serverUrl, repository, branch } = place;
  const path = `${PICTURES}/${pictures.folder}`;
  return inFolder(async (folder) => {
    const files: [string, string][] = [];
    for (const [index, { file, svg }] of pictures.files.entries()) {
      const source = join(folder, `${index}.svg`);
      await writeFile(source, svg);
      files.push([`${path}/${file}`, source]);
    }
    for (let tries = 0; tries < TRIES; tries += 1) {
      const attempt = join(folder, `try-${tries}`);
      await mkdir(attempt);
      const git = await openGit(place, attempt);
      const version = await fetchTip(place, git);
      const removed = version === undefined ? [] : await listOld(git, version);
      if (await push(place, git, { version, files, removed, message: 'Add plots' }))
        return (file) => `${serverUrl}/${repository}/raw/${branch}/${path}/${encodeURIComponent(file)}`;
    }
    return undefined;
  });
}

/** The folders of the oldest runs. */
async function listOld(git: Git, version: string): Promise<readonly string[]> {
  const paths = await git(['ls-tree', '-d', '--name-only', version, '--', `${PICTURES}/`]);
  const runOf = (path: string): number => Number.parseInt(path.slice(PICTURES.length + 1), 10) || 0;
  return paths.toSorted((one, other) => runOf(other) - runOf(one)).slice(MOST_FOLDERS - 1);
}

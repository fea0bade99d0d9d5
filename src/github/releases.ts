import { Failure } from '../core/kernel/failure.js';
import type { Architecture, RunnerDownload } from '../core/ports/github.js';
import { toCall, type Connection } from './connection.js';
import { isRecord, readList } from './json.js';

const SHA256 = /^[0-9a-f]{64}$/i;
/** The file name of a runner archive for Linux. */
const ARCHIVE = /^actions-runner-linux-(x64|arm64)-(\d+\.\d+\.\d+)\.tar\.gz$/;

/** Completes "The token needs …" in an error message. */
const PUBLIC = 'no permission at all for a public repository';

/** One archive of the runner, as GitHub lists it. */
interface Archive {
  readonly filename: string;
  readonly url: string;
  /** 64 hexadecimal digits; absent when GitHub lists none. */
  readonly sha256?: string;
}

/**
 * See {@link GitHub.findDownload}. `latest` is the version that GitHub offers for this scope. A pinned version is a
 * release of actions/runner, which only github.com has. Other servers offer a single version.
 *
 * @throws Failure `github-not-found` when there is no such archive, or GitHub lists no checksum for it
 */
export async function findDownload(
  connection: Connection,
  version: string,
  architecture: Architecture,
): Promise<RunnerDownload> {
  const pinned = version.replace(/^v/, '');
  const fromRelease = pinned !== 'latest' && connection.server === 'github.com';
  const archives = fromRelease ? await readRelease(connection, pinned) : await readOffered(connection);
  const wanted = architecture === 'arm64' ? 'arm64' : 'x64';
  for (const archive of archives) {
    const [, built, release] = ARCHIVE.exec(archive.filename) ?? [];
    if (built !== wanted || release === undefined || (pinned !== 'latest' && release !== pinned)) continue;
    if (!archive.sha256) throw unverifiable(archive.filename);
    return { url: archive.url, sha256: archive.sha256.toLowerCase(), version: release };
  }
  throw new Failure('github-not-found', `GitHub offers no runner ${version} for Linux on ${wanted}.`, {
    hint: fromRelease
      ? 'Choose a release of https://github.com/actions/runner with such an archive, or `latest`.'
      : 'This server offers only one version: use `latest`, or an image that contains the runner.',
    details: [`Offered: ${archives.map((archive) => archive.filename).join(', ') || 'nothing'}.`],
  });
}

/** The newest release of a public repository, with what is needed to pin it. */
export interface Release {
  /** Without a leading `v`. */
  readonly version: string;
  /** SHA-256 by file name, for the files with a checksum. */
  readonly checksums: ReadonlyMap<string, string>;
}

/** @throws Failure `github-not-found` when the repository does not exist or has no release */
export async function readLatestRelease(connection: Connection, repository: string): Promise<Release> {
  const [owner, repo] = repository.split('/');
  const release = await connection.requests.ask(
    toCall(connection, {
      route: 'GET /repos/{owner}/{repo}/releases/latest',
      parameters: { owner, repo },
      permission: PUBLIC,
      read: ({ data }) => (isRecord(data) ? toRelease(data) : undefined),
      expected: ({ status }) => (status === 404 ? ('absent' as const) : undefined),
    }),
  );
  if (release !== 'absent') return release;
  throw new Failure('github-not-found', `GitHub has no release of ${repository}.`, {
    hint: 'Check GITHUB_API_URL: only github.com has the releases of other projects.',
  });
}

function toRelease(data: Readonly<Record<string, unknown>>): Release | undefined {
  const tag = data['tag_name'];
  const assets = readList(data['assets'], (item) => readArchive(item, 'name', 'browser_download_url', 'digest'));
  if (typeof tag !== 'string' || !assets) return undefined;
  const checksums = assets.flatMap(({ filename, sha256 }) => (sha256 ? [[filename, sha256] as const] : []));
  return { version: tag.replace(/^v/, ''), checksums: new Map(checksums) };
}

/**
 * See {@link GitHub.readDeprecation}. The result is the earlier of the end of registration and the end of running jobs.
 */
export async function readDeprecation(
  connection: Connection,
  version: string,
): Promise<{ readonly refusedFrom?: number } | 'unknown'> {
  return connection.requests.ask(
    toCall(connection, {
      route: `GET ${connection.paths.runners}/deprecations/{version}`,
      parameters: { version },
      read: ({ data }) => (isRecord(data) ? readEnds(data) : undefined),
      expected: ({ status }) => (status === 404 ? ('unknown' as const) : undefined),
    }),
  );
}

function readEnds(data: Readonly<Record<string, unknown>>): { readonly refusedFrom?: number } {
  const ends = [data['registration_deprecates_at'], data['runtime_deprecates_at']]
    .map((end) => (typeof end === 'string' ? Date.parse(end) : Number.NaN))
    .filter((end) => !Number.isNaN(end));
  return ends.length > 0 ? { refusedFrom: Math.min(...ends) } : {};
}

function readOffered(connection: Connection): Promise<readonly Archive[]> {
  return connection.requests.ask(
    toCall(connection, {
      route: `GET ${connection.paths.runners}/downloads`,
      read: ({ data }) => readList(data, (item) => readArchive(item, 'filename', 'download_url', 'sha256_checksum')),
    }),
  );
}

function readRelease(connection: Connection, version: string): Promise<readonly Archive[]> {
  return connection.requests.ask(
    toCall(connection, {
      route: 'GET /repos/actions/runner/releases/tags/{tag}',
      parameters: { tag: `v${version}` },
      permission: PUBLIC,
      read: ({ data }) =>
        isRecord(data)
          ? readList(data['assets'], (item) => readArchive(item, 'name', 'browser_download_url', 'digest'))
          : undefined,
      expected: ({ status }) => (status === 404 ? [] : undefined),
    }),
  );
}

function readArchive(item: unknown, name: string, address: string, checksum: string): Archive | undefined {
  if (!isRecord(item)) return undefined;
  const { [name]: filename, [address]: url, [checksum]: digest } = item;
  if (typeof filename !== 'string' || typeof url !== 'string') return undefined;
  const sha256 = typeof digest === 'string' ? digest.replace(/^sha256:/, '') : '';
  return { filename, url, ...(SHA256.test(sha256) ? { sha256 } : {}) };
}

function unverifiable(filename: string): Failure {
  return new Failure(
    'github-not-found',
    `GitHub lists no SHA-256 for ${filename}, so the archive cannot be verified.`,
    {
      hint: 'Use another runner version, or an image that contains the runner.',
    },
  );
}

import type { GitHub, ReaperGitHub, StopGitHub } from '../core/ports/github.js';
import type { Connection } from './connection.js';
import { readFile } from './contents.js';
import { resolveGroup } from './groups.js';
import { openConnection, type GitHubOptions } from './open-connection.js';
import { findDownload, readDeprecation, readLatestRelease, type Release } from './releases.js';
import { Runners } from './runners.js';
import { listRunJobs, readRunAttempt } from './runs.js';

export type { CredentialsInput } from './credentials.js';
export type { GitHubOptions } from './open-connection.js';
export type { Repository, Scope } from './scope.js';

export type ConnectedGitHub = GitHub & ReaperGitHub & StopGitHub;

/**
 * Connects to GitHub for one scope. A token needs no request yet. For a GitHub App, the installation is looked up and a
 * token with the least permissions is created.
 *
 * @throws Failure `bad-input` for invalid credentials or an invalid address; `github-*` when GitHub refuses an App
 */
export async function connectGitHub(options: GitHubOptions): Promise<ConnectedGitHub> {
  return toPort(await openConnection(options));
}

/** The releases of any public repository, by `owner/repo`. @throws Failure as {@link connectGitHub} */
export async function connectReleases(
  options: GitHubOptions,
): Promise<{ readLatestRelease(repository: string): Promise<Release> }> {
  const connection = await openConnection(options);
  return { readLatestRelease: (repository) => readLatestRelease(connection, repository) };
}

function toPort(connection: Connection): ConnectedGitHub {
  const runners = new Runners(connection);
  return {
    registerRunner: (request, signal) => runners.register(request, signal),
    createRegistrationToken: (signal) => runners.createToken(signal),
    readRunner: (id, purpose) => runners.read(id, purpose),
    findRunnerByName: (name) => runners.findByName(name),
    listRunners: (purpose) => runners.list({ purpose }),
    removeRunner: (id) => runners.remove(id),
    resolveGroup: (nameOrId) => resolveGroup(connection, nameOrId),
    findDownload: (version, architecture) => findDownload(connection, version, architecture),
    readDeprecation: (version) => readDeprecation(connection, version),
    readFile: (path, ref) => readFile(connection, path, ref),
    readRunAttempt: (of, runId, attempt) => readRunAttempt(connection, { repository: of, runId, attempt }),
    listRunJobs: (of, runId, attempt) => listRunJobs(connection, { repository: of, runId, attempt }),
    get pace() {
      return connection.requests.pace;
    },
  };
}

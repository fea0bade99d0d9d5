import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';

/** A git server. Both functions reject when the server does not answer. */
export interface Remote {
  /** The commits of refs, by their full names. The map has no entry for a ref that does not exist. */
  listRefs(repository: string, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Whether a commit is in the history of any branch or tag. */
  contains(repository: string, sha: string): Promise<boolean>;
}

export interface RefRequest {
  /** `owner/name` */
  readonly repository: string;
  /** A branch, a tag, a full name that begins with `refs/`, or a full SHA. Default: the repository's HEAD. */
  readonly ref: string | undefined;
  readonly allowForks: boolean;
}

const SHA = /^[0-9a-f]{40}$/;

/** The commit to test. The run's own commit needs no request to git, because GitHub has resolved it already. */
export async function findCommit(
  request: RefRequest,
  run: { readonly repository: string; readonly sha: string },
  remote: Remote,
): Promise<string> {
  const isOwn = request.repository.toLowerCase() === run.repository.toLowerCase();
  if (isOwn && (request.ref === undefined || request.ref === run.sha)) return run.sha;
  return resolveRef(request, remote);
}

/**
 * Resolves a ref to one commit, so that all jobs of a run test the same commit. A branch wins over a tag of the same
 * name, as in actions/checkout.
 *
 * GitHub serves the commits of every fork under the name of the parent repository. Therefore a bare SHA, and a ref
 * under `refs/pull/`, must be in a branch or tag, unless forks are allowed.
 *
 * @throws Failure `ref-not-found`, `ref-not-allowed`, or the error of a remote that does not answer
 */
export async function resolveRef(request: RefRequest, remote: Remote): Promise<string> {
  const { repository, ref = 'HEAD', allowForks } = request;
  const isSha = SHA.test(ref.toLowerCase());
  const sha = isSha ? ref.toLowerCase() : await findRef(repository, ref, remote);
  if (!(isSha || ref.startsWith('refs/pull/')) || allowForks) return sha;
  if (await remote.contains(repository, sha)) return sha;
  throw new Failure('ref-not-allowed', `${sha} lies in no branch or tag of ${repository}.`, {
    why: 'The commit does not exist, or it comes from a fork, whose code no member of this repository may have read.',
    hint: advice.NAME_OWN_REF,
  });
}

async function findRef(repository: string, ref: string, remote: Remote): Promise<string> {
  const names = ref === 'HEAD' || ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
  // An annotated tag is a separate object. Git lists its commit under the name with `^{}`.
  const listed = names.flatMap((name) => (name.startsWith('refs/tags/') ? [`${name}^{}`, name] : [name]));
  const found = await remote.listRefs(repository, listed);
  const sha = listed.map((name) => found.get(name)).find((one) => one !== undefined);
  if (sha !== undefined) return sha;
  throw new Failure('ref-not-found', `${repository} has no branch or tag "${ref}".`, {
    hint: advice.CHECK_REF,
  });
}

import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';

/** What is asked of a git server. Both reject when it could not be asked. */
export interface Remote {
  /** The commits that these full names of refs point to; a name that is not there is absent. */
  listRefs(repository: string, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Whether a commit lies in the history of any branch or tag. */
  contains(repository: string, sha: string): Promise<boolean>;
}

export interface RefRequest {
  /** `owner/name` */
  readonly repository: string;
  /** A branch, a tag, a full name beginning with `refs/`, or a full SHA; `undefined` is the repository's HEAD. */
  readonly ref: string | undefined;
  readonly allowForks: boolean;
}

const SHA = /^[0-9a-f]{40}$/;

/**
 * Finds the one commit that a ref means, so that all jobs of a run test the same. A branch wins over a tag of the
 * same name, as in actions/checkout.
 *
 * GitHub hands out commits of any fork under the name of the repository that it is a fork of, so a bare SHA is only
 * taken if it lies in a branch or tag, unless forks are allowed. The same holds for `refs/pull/…`.
 *
 * @throws Failure `ref-not-found`, `ref-not-allowed`, or what the remote throws when it cannot be asked
 */
export async function resolveRef(request: RefRequest, remote: Remote): Promise<string> {
  const { repository, ref = 'HEAD', allowForks } = request;
  const isSha = SHA.test(ref.toLowerCase());
  const sha = isSha ? ref.toLowerCase() : await findRef(repository, ref, remote);
  if (!(isSha || ref.startsWith('refs/pull/')) || allowForks) return sha;
  if (await remote.contains(repository, sha)) return sha;
  throw new Failure('ref-not-allowed', `${sha} lies in no branch or tag of ${repository}.`, {
    why: 'It does not exist, or it comes from a fork, whose code nobody of this repository may have looked at.',
    hint: advice.NAME_OWN_REF,
  });
}

async function findRef(repository: string, ref: string, remote: Remote): Promise<string> {
  const names = ref === 'HEAD' || ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
  // An annotated tag is an object of its own; its commit is listed under `^{}`.
  const asked = names.flatMap((name) => (name.startsWith('refs/tags/') ? [`${name}^{}`, name] : [name]));
  const found = await remote.listRefs(repository, asked);
  const sha = asked.map((name) => found.get(name)).find((one) => one !== undefined);
  if (sha !== undefined) return sha;
  throw new Failure('ref-not-found', `${repository} has no branch or tag "${ref}".`, {
    hint: advice.CHECK_REF,
  });
}

import type { State } from '../state.js';
import { GitHubError } from '../world/errors.js';
import { encodeJitConfig } from '../world/runners.js';

/** Labels that GitHub adds to every runner that is not just-in-time. */
const OWN_LABELS = ['self-hosted', 'Linux'];

/**
 * What `config.sh` does with a registration token: registers a runner that is not just-in-time. Returns its files.
 *
 * @throws GitHubError 404 for an unknown or expired token, as GitHub does
 */
export function configureRunner(body: Record<string, unknown>, state: State, baseUrl: string): Record<string, unknown> {
  const {
    token,
    name,
    labels = [],
    ephemeral = false,
    replace = false,
    architecture = 'X64',
    workFolder = '_work',
  } = body as {
    token: string;
    name: string;
    labels?: string[];
    ephemeral?: boolean;
    replace?: boolean;
    architecture?: string;
    workFolder?: string;
  };
  const grant = state.registrationTokens.get(token);
  if (!grant || grant.expiresAt <= Date.now()) throw new GitHubError(404, 'Not Found');
  const existing = state.registry.list(grant.scope).find((runner) => runner.name === name);
  if (existing && replace) state.switchboard.remove(existing, 'replaced');
  const runner = state.registry.register({
    scope: grant.scope,
    name,
    groupId: 1,
    labels: [...OWN_LABELS, architecture, ...labels],
    workFolder,
    ephemeral,
  });
  return { config: encodeJitConfig(runner, baseUrl) };
}

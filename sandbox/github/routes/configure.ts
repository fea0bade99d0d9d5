import { GitHubError } from '../world/errors.js';
import { encodeJitConfig } from '../world/runners.js';
import type { State } from '../state.js';

/** Labels that GitHub adds to every runner that is not just-in-time. */
const OWN_LABELS = ['self-hosted', 'Linux'];

/**
 * `config.sh` with a registration token: a runner that is not just-in-time, and its files.
 *
 * @throws GitHubError 404 for a token that is not, or no longer, known, as GitHub answers it.
 */
export function configureRunner(body: Record<string, unknown>, state: State, baseUrl: string): Record<string, unknown> {
  const { token, name, labels, ephemeral, replace, architecture, workFolder } = body as {
    token: string;
    name: string;
    labels: string[];
    ephemeral: boolean;
    replace: boolean;
    architecture: string;
    workFolder: string;
  };
  const grant = state.registrationTokens.get(token);
  if (!grant || grant.expiresAt <= Date.now()) throw new GitHubError(404, 'Not Found');
  const twin = state.registry.list(grant.scope).find((runner) => runner.name === name);
  if (twin && replace) state.switchboard.remove(twin, 'replaced');
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

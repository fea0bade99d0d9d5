import type { createAws } from './aws.js';
import { isControlRequest } from './control/control.js';
import { serve, type Handler, type SandboxRequest, type Server, type Traffic } from './http.js';

type Aws = ReturnType<typeof createAws>;

/** What is behind the two ports. Asked for each request, because a reset replaces it. */
export interface Services {
  readonly aws: () => Aws;
  readonly github: () => Handler;
  readonly control: Handler;
  readonly traffic: Traffic;
}

export interface Listening {
  readonly aws: Server;
  /** GitHub and the control API. */
  readonly hub: Server;
}

/** @throws Error of the system, such as EADDRINUSE with its `port` */
export async function listen(
  { aws: awsOf, github, control, traffic }: Services,
  {
    address,
    ports,
  }: {
    readonly address?: string | undefined;
    readonly ports?: { readonly aws?: number; readonly github?: number } | undefined;
  },
): Promise<Listening> {
  const aws = await serve({ ...latest(awsOf), traffic, address, port: ports?.aws });
  try {
    const handler = choose(control, github);
    const hub = await serve({ service: 'github', handler, traffic, address, port: ports?.github });
    return { aws, hub };
  } catch (error) {
    await aws.close();
    throw error;
  }
}

/** Serves what `current` returns at each request. */
function latest(current: () => Aws): Aws {
  return {
    service: (request) => current().service(request),
    handler: {
      name: (request) => current().handler.name(request),
      handle: (request) => current().handler.handle(request),
      refuse: (fault, request) => current().handler.refuse(fault, request),
    },
  };
}

/** The control API, and GitHub for all other requests. */
function choose(control: Handler, github: () => Handler): Handler {
  const of = (request: SandboxRequest): Handler => (isControlRequest(request) ? control : github());
  return {
    name: (request) => of(request).name(request),
    handle: (request) => of(request).handle(request),
    refuse: (fault, request) => of(request).refuse(fault, request),
  };
}

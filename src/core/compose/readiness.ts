import { plural } from '../kernel/plural.js';
import type { ContainerState } from '../ports/containers.js';
import type { ServiceModel } from './model.js';
import type { Readiness } from './request.js';

/** Where a service stands on its way to the session. */
export type Standing =
  /** `by`: its evidence, such as `healthy` or `port 5432 open`. */
  | { readonly kind: 'ready'; readonly by: string; readonly warning?: string }
  /** Completes "still waits for …". */
  | { readonly kind: 'waiting'; readonly what: string }
  /** Completes "SERVICE …". */
  | { readonly kind: 'failed'; readonly why: string };

/** What is known of a container beside its state. */
export interface ContainerFacts {
  /** The declared ports that have accepted a connection since its last start. */
  readonly openPorts: ReadonlySet<number>;
  /** How long at least one port has been open and no further one has opened, in ms. */
  readonly restMs: number;
  /** Whether the host can reach it by TCP. */
  readonly isReachable: boolean;
  /** Whether its log has the text of `log:TEXT`. */
  readonly hasText: boolean;
  /** Whether it was ready by its health check or a port. Then it is a server, and its end is none of a one-shot. */
  readonly isProvenServer: boolean;
}

/** How long further declared ports may open after the last one that did. `expose` names ports that nobody opens, too. */
export const REST_OF_PORTS_MS = 10_000;

/** Judges a service by its container that is furthest from being ready. */
export function judgeService(
  service: ServiceModel,
  wanted: Readiness | undefined,
  containers: readonly { readonly state: ContainerState; readonly facts: ContainerFacts }[],
): Standing {
  const standings = containers.map(({ state, facts }) => judgeContainer(service, wanted, { state, facts }));
  const failed = standings.find(({ kind }) => kind === 'failed');
  if (failed) return failed;
  if (containers.length < service.replicas) return { kind: 'waiting', what: 'its container to be created' };
  return standings.find(({ kind }) => kind === 'waiting') ?? standings[0] ?? { kind: 'ready', by: 'no container' };
}

interface Container {
  readonly state: ContainerState;
  readonly facts: ContainerFacts;
}

function judgeContainer(service: ServiceModel, wanted: Readiness | undefined, container: Container): Standing {
  const { state } = container;
  switch (state.status) {
    case 'created':
      // If Docker could not start it, `up` fails with the reason.
      return { kind: 'waiting', what: 'its start' };
    case 'restarting':
      return {
        kind: 'waiting',
        what: `its restart after exit code ${state.exitCode} (${plural(state.restarts, 'restart')} so far)`,
      };
    case 'paused':
      return { kind: 'waiting', what: 'an end of its pause' };
    case 'exited':
    case 'dead':
    case 'removing':
      return judgeEnded(service, wanted, container);
    case 'running':
      return judgeRunning(service, wanted, container);
  }
}

/** `exited with 3`, with what Docker knows of the reason. */
export function describeExit({
  exitCode,
  oomKilled,
  error,
}: Pick<ContainerState, 'exitCode' | 'oomKilled' | 'error'>): string {
  const why = oomKilled ? ', because the machine or its limit had no more memory' : error ? `: ${error}` : '';
  return `exited with ${exitCode}${why}`;
}

function judgeEnded(service: ServiceModel, wanted: Readiness | undefined, { state, facts }: Container): Standing {
  if (state.status === 'dead' || state.exitCode !== 0 || state.error)
    return { kind: 'failed', why: describeExit(state) };
  if (facts.isProvenServer) return { kind: 'failed', why: 'exited with 0 after it was ready' };
  if (wanted?.kind === 'log' && facts.hasText) return { kind: 'ready', by: 'its log, then exited 0' };
  if (wanted && wanted.kind !== 'exit' && wanted.kind !== 'started')
    return { kind: 'failed', why: `exited with 0 before it was ready by \`${renderReadiness(wanted)}\`` };
  const isOdd = wanted === undefined && (service.ports.length > 0 || state.health !== undefined);
  const declares = state.health === undefined ? 'a port' : 'a health check';
  return {
    kind: 'ready',
    by: 'exited 0',
    ...(isOdd && { warning: `${service.name} exited with 0 although it has ${declares}, and counts as done.` }),
  };
}

function judgeRunning(service: ServiceModel, wanted: Readiness | undefined, { state, facts }: Container): Standing {
  switch (wanted?.kind) {
    case 'started':
      return { kind: 'ready', by: 'running' };
    case 'exit':
      return { kind: 'waiting', what: 'its end' };
    case 'log':
      if (facts.hasText) return { kind: 'ready', by: `"${wanted.text}" in its log` };
      return { kind: 'waiting', what: `"${wanted.text}" in its log` };
    case 'port':
      if (facts.openPorts.has(wanted.port)) return { kind: 'ready', by: `port ${wanted.port} open` };
      if (!facts.isReachable)
        return { kind: 'failed', why: `has no address, so port ${wanted.port} cannot be tried (\`ready\`)` };
      return { kind: 'waiting', what: `its port ${wanted.port} to open` };
    case 'healthy':
      if (state.health !== undefined) return judgeHealth(state);
      return {
        kind: 'failed',
        why: 'has no health check in the Compose file nor in its image, but `ready` is `healthy`',
      };
    case undefined:
      return state.health === undefined ? judgePorts(service, facts) : judgeHealth(state);
  }
}

function judgeHealth({ health, lastHealthOutput }: ContainerState): Standing {
  const output = lastHealthOutput?.trim();
  if (health === 'healthy') return { kind: 'ready', by: 'healthy' };
  if (health === 'unhealthy')
    return { kind: 'failed', why: `is unhealthy.${output ? ` Its last output: ${output}` : ''}` };
  return { kind: 'waiting', what: `its health check${output ? ` (last output: ${output})` : ''}` };
}

function judgePorts({ name, ports }: ServiceModel, facts: ContainerFacts): Standing {
  if (ports.length === 0 || !facts.isReachable) {
    const why = ports.length === 0 ? 'no declared port' : 'no address at which its ports could be tried';
    return {
      kind: 'ready',
      by: `running (no health check, ${why})`,
      warning: `${name} counts as ready because it runs: it has no health check and ${why}. Say when it is ready in \`ready\`.`,
    };
  }
  const shut = ports.filter((port) => !facts.openPorts.has(port));
  if (shut.length === 0) return { kind: 'ready', by: renderPorts(ports) };
  if (facts.openPorts.size > 0 && facts.restMs >= REST_OF_PORTS_MS) {
    const open = ports.filter((port) => facts.openPorts.has(port));
    return {
      kind: 'ready',
      by: renderPorts(open),
      warning: `${name} declares ${nameOf(shut)} ${shut.join(', ')}, which nothing has opened, and counts as ready without. Say when it is ready in \`ready\`.`,
    };
  }
  return { kind: 'waiting', what: `its ${nameOf(shut)} ${shut.join(', ')} to open` };
}

function renderPorts(ports: readonly number[]): string {
  return `${nameOf(ports)} ${ports.join(', ')} open`;
}

function nameOf(ports: readonly number[]): string {
  return ports.length === 1 ? 'port' : 'ports';
}

/** As users write it in `ready`. */
export function renderReadiness(wanted: Readiness): string {
  if (wanted.kind === 'port') return `port:${wanted.port}`;
  return wanted.kind === 'log' ? `log:${wanted.text}` : wanted.kind;
}

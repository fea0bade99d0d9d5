import type { ContainerState } from '../ports/containers.js';
import type { ServiceResult } from './outcome.js';
import { sessionServices, type Plan } from './plan.js';
import type { SessionRun } from './session-scene.js';
import type { Ready } from './watch.js';

/** What happened to each service, in the order of the model. */
export function listServices(
  plan: Plan,
  {
    states,
    ready,
    sessions,
    lastLines,
  }: {
    readonly states: readonly ContainerState[];
    readonly ready: ReadonlyMap<string, Ready>;
    readonly sessions: readonly SessionRun[];
    readonly lastLines: ReadonlyMap<string, readonly string[]>;
  },
): ServiceResult[] {
  const own = sessionServices(plan);
  const extra = states.some(({ service }) => service === undefined) ? ['session'] : [];
  return [...plan.servers, ...own, ...extra].map((service) => {
    const containers = states.filter(({ service: name = 'session', oneOff }) => name === service && !oneOff);
    const isSession = own.includes(service) || extra.includes(service);
    const ended = containers.filter(({ status }) => status === 'exited' || status === 'dead');
    const worst = ended.find((one) => one.exitCode !== 0) ?? ended[0];
    const session = isSession ? sessions.find(({ name }) => name === service) : undefined;
    const exitCode = session?.exitCode ?? worst?.exitCode;
    const { by, at } = ready.get(service) ?? {};
    const isOneShot = ended.length > 0 && ended.length === containers.length && worst?.exitCode === 0;
    const lines = lastLines.get(service);
    return {
      service,
      role: isSession ? 'session' : isOneShot ? 'one-shot' : 'server',
      ...(by !== undefined && { readyBy: by }),
      ...findStart(containers),
      ...(at !== undefined && { readyAt: at }),
      ...(worst?.finishedAt !== undefined && { endedAt: worst.finishedAt }),
      ...(exitCode !== undefined && { exitCode }),
      restarts: containers.reduce((sum, { restarts }) => sum + restarts, 0),
      ...(lines && { lastLines: lines }),
    };
  });
}

function findStart(containers: readonly ContainerState[]): { readonly startedAt?: number } {
  const known = containers.flatMap(({ startedAt }) => startedAt ?? []);
  return known.length === 0 ? {} : { startedAt: Math.min(...known) };
}

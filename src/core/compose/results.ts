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
  const names = [...plan.servers, ...own, ...extra];
  return names.map((service) => {
    const containers = states.filter((state) => (state.service ?? 'session') === service);
    const isSession = own.includes(service) || extra.includes(service);
    const ended = containers.filter(({ status }) => status === 'exited' || status === 'dead');
    const worst = ended.find(({ exitCode }) => exitCode !== 0) ?? ended[0];
    const exitCode = isSession ? sessions.find(({ name }) => name === service)?.exitCode : worst?.exitCode;
    const { by, at } = ready.get(service) ?? {};
    const isOneShot = !isSession && ended.length > 0 && ended.length === containers.length && worst?.exitCode === 0;
    const lines = lastLines.get(service);
    return {
      service,
      role: isSession ? 'session' : isOneShot ? 'one-shot' : 'server',
      ...(by !== undefined && { readyBy: by }),
      ...firstTime(
        'startedAt',
        containers.map(({ startedAt }) => startedAt),
      ),
      ...(at !== undefined && { readyAt: at }),
      ...(worst?.finishedAt !== undefined && { endedAt: worst.finishedAt }),
      ...((exitCode ?? worst?.exitCode) !== undefined && { exitCode: (exitCode ?? worst?.exitCode)! }),
      restarts: containers.reduce((sum, { restarts }) => sum + restarts, 0),
      ...(lines && { lastLines: lines }),
    };
  });
}

function firstTime<const K extends string>(
  key: K,
  times: readonly (number | undefined)[],
): { readonly [P in K]?: number } {
  const known = times.filter((time) => time !== undefined);
  return (known.length === 0 ? {} : { [key]: Math.min(...known) }) as { readonly [P in K]?: number };
}

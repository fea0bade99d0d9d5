import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerExit } from '../../core/ports/containers.js';
import { runProgram } from '../programs.js';
import type { DockerCli } from './cli.js';
import { PROJECT_LABEL } from './states.js';

/** Health checks run commands all the time, whose events change no state. */
const EVENTS = ['create', 'start', 'die', 'stop', 'kill', 'oom', 'pause', 'unpause', 'destroy', 'health_status'];
/** An engine that restarts answers again within seconds. */
const RETRY_MS = 1_000;

/** `<no value>` in place of the exit code for all events but `die`. */
const FORMAT = '{{.Actor.ID}} {{.Action}} {{.Actor.Attributes.exitCode}}';

/** Reads an exit out of the lines of `docker events`. An `oom` comes before its `die`. */
export function readExits(): (line: string) => ContainerExit | undefined {
  const starved = new Set<string>();
  return (line) => {
    const [containerId = '', action, code] = line.split(' ');
    if (action === 'oom') starved.add(containerId);
    if (action !== 'die' || !/^\d+$/.test(code ?? '')) return undefined;
    return { containerId, exitCode: Number(code), oomKilled: starved.delete(containerId) };
  };
}

/** Watches the containers of a project by `docker events`. @returns ends the watch */
export function watch(cli: DockerCli, project: string, onChange: (exit?: ContainerExit) => void): () => void {
  const ended = new AbortController();
  void listen(cli, { project, onChange, signal: ended.signal });
  return () => ended.abort();
}

/** Listens until the signal. A lost connection is no error here: whoever watches asks for the states, too, and is told then. */
async function listen(
  cli: DockerCli,
  { project, onChange, signal }: { project: string; onChange: (exit?: ContainerExit) => void; signal: AbortSignal },
): Promise<void> {
  const filters = [`label=${PROJECT_LABEL}=${project}`, 'type=container', ...EVENTS.map((event) => `event=${event}`)];
  const read = readExits();
  while (!signal.aborted) {
    await runProgram({
      command: 'docker',
      args: ['events', '--format', FORMAT, ...filters.flatMap((filter) => ['--filter', filter])],
      env: cli.complete(),
      signal,
      onLine: (line) => onChange(read(line)),
    });
    if (signal.aborted) return;
    onChange();
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

import { appendFileSync } from 'node:fs';
import { misuse } from '../../src/terminal/usage-error.js';
import type { Repository } from '../github/github.js';
import { startSandbox, type Sandbox, type SandboxEvent, type SandboxOptions } from '../sandbox.js';
import { sandboxCommandLine, type SandboxValues } from './options.js';
import { prepareEnvFile, renderExports, resolveHere } from './variables.js';

/** What a sandbox in the background sends to the command that started it. */
export type Report = { readonly variables: Readonly<Record<string, string>> } | { readonly error: string };

/** Set in a sandbox in the background, which talks to its parent. */
export const IN_BACKGROUND = 'CI_ACTIONS_SANDBOX_IN_BACKGROUND';

/** Starts a sandbox and keeps it until a signal or the control API ends it. @returns the exit code */
export async function start(values: SandboxValues): Promise<number> {
  const envFile = prepareEnvFile(values['env-file']);
  checkEventsFile(values.events);
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  // Ctrl-C reaches the process twice, once through npm. The second must not end it amid its cleaning up.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const sandbox = await startSandbox(toOptions(values, stop)).catch((error: unknown) => explain(error, values));
  if (typeof sandbox === 'string') {
    report({ error: sandbox });
    return 1;
  }
  const variables = { ...sandbox.environment, GITHUB_TOKEN: sandbox.token, SANDBOX_URL: sandbox.controlUrl };
  envFile.write(variables);
  announce(sandbox, variables, values);
  await stopped;
  await sandbox.close();
  envFile.remove();
  return 0;
}

/** EC2's checks take minutes. Clients ask for them every 15 s. */
const CHECKS_MS = 5_000;

function toOptions(values: SandboxValues, onStop: () => void): SandboxOptions {
  const { port, region, repository } = values;
  const [owner = ''] = repository.split('/');
  const repositories: Repository[] = [
    { id: 1296269, name: repository, defaultBranch: 'main', private: true },
    { id: 1296270, name: `${owner}/other-repo`, defaultBranch: 'main', private: true },
  ];
  return {
    region,
    timeline: { pendingMs: 2000, bootMs: values['boot-seconds'] * 1000, shuttingDownMs: 1000, checksMs: CHECKS_MS },
    machines: !values['api-only'],
    github: { repositories },
    ...(port !== undefined && { ports: { aws: port, github: port + 1 } }),
    onStop,
  };
}

/** @throws UsageError if nothing can be added to the file */
export function checkEventsFile(file: string | undefined): void {
  if (file === undefined) return;
  try {
    appendFileSync(resolveHere(file), '');
  } catch (error) {
    throw misuse(
      sandboxCommandLine,
      `\`--events\` is "${file}", which cannot be written: ${(error as Error).message}.`,
    );
  }
}

/** Why the sandbox could not start: a port, as everything else is new. */
function explain(error: unknown, { port }: SandboxValues): string {
  const { code, port: refused } = error as { code?: string; port?: number };
  if (port === undefined || refused === undefined) throw error;
  const uses = refused === port ? 'EC2, SSM and STS' : 'GitHub and the control API, on the port after --port';
  const why = code === 'EADDRINUSE' ? 'another program uses it' : `the system answers ${code}`;
  return `Port ${refused} (${uses}) cannot be used: ${why}. Name another one, or leave out --port: the sandbox then takes free ports.`;
}

/** Prints what to export, then what happens. A sandbox in the background has a parent that prints. */
function announce(sandbox: Sandbox, variables: Readonly<Record<string, string>>, values: SandboxValues): void {
  report({ variables });
  const { events, quiet } = values;
  const isDetached = IN_BACKGROUND in process.env;
  if (!isDetached) process.stdout.write(renderExports(variables));
  if (!isDetached && !quiet) {
    console.error(`The sandbox is ready. Its page: ${sandbox.controlUrl}/. Ctrl-C ends it and everything in it.`);
  }
  if (events !== undefined) {
    const path = resolveHere(events);
    sandbox.on((event) => appendFileSync(path, `${describe(event)}\n`));
  } else if (!isDetached && !quiet) sandbox.on((event) => console.error(describe(event)));
}

function report(message: Report): void {
  if (IN_BACKGROUND in process.env) process.send?.(message, () => process.disconnect());
  else if ('error' in message) console.error(message.error);
}

/** `2026-10-11T12:13:14.156Z job-queued      test (9001), ubuntu`. */
export function describe(event: SandboxEvent): string {
  const named = (name?: string, id?: number) =>
    name === undefined ? [] : [id === undefined ? name : `${name} (${id})`];
  const subject =
    'instance' in event
      ? [event.instance]
      : [...named(event.job, event.jobId), ...named(event.runner, event.runnerId), ...named(event.detail)];
  return `${new Date(event.at).toISOString()} ${event.name.padEnd(17)} ${subject.join(', ')}`;
}

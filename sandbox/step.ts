import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** One step of a job as GitHub's runner runs it: inputs in `INPUT_*`, results in command files. */
export interface Step {
  /** The action's `main` or `post`, such as `dist/start-runner.js`. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly inputs: Readonly<Record<string, string>>;
  /** `GITHUB_*`, `AWS_*`. Of this process's own environment only PATH is passed on. */
  readonly environment: Readonly<Record<string, string>>;
  /** The event that started the workflow. Default: what `environment` names. */
  readonly event?: { readonly name: string; readonly payload: unknown };
  /** The state that the action's main step saved for its post step. */
  readonly state?: Readonly<Record<string, string>>;
  /** The Node binary. Default: the one that runs this process. */
  readonly node?: string;
  /** Called with each line of output as it comes. */
  readonly onLine?: (line: string) => void;
  /** Called once the process runs: `kill` sends the signals of a canceled job, `hangUp` closes its output pipes. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void, hangUp: () => void) => void;
}

export interface StepResult {
  /** The exit code; `null` when a signal ended the process. */
  readonly code: number | null;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Standard output and error, in lines. */
  readonly lines: readonly string[];
  /** The values that GitHub's runner would mask in every line. */
  readonly masked: readonly string[];
  readonly seconds: number;
}

export async function runStep(step: Step): Promise<StepResult> {
  const directory = await mkdtemp(join(tmpdir(), 'ci-actions-step-'));
  try {
    const files = { GITHUB_OUTPUT: 'output', GITHUB_STATE: 'state', GITHUB_STEP_SUMMARY: 'summary', GITHUB_ENV: 'env' };
    const paths = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(directory, file)]));
    await Promise.all(Object.values(paths).map((path) => writeFile(path, '')));
    const event = step.event && (await writeEvent(step.event, directory));
    const began = performance.now();
    const { code, lines } = await runProcess(step, { ...event, ...paths });
    const seconds = (performance.now() - began) / 1000;
    const read = async (name: string): Promise<string> => readFile(paths[name]!, 'utf8');
    return {
      code,
      lines,
      seconds,
      outputs: readCommandFile(await read('GITHUB_OUTPUT')),
      state: { ...step.state, ...readCommandFile(await read('GITHUB_STATE')) },
      summary: await read('GITHUB_STEP_SUMMARY'),
      masked: lines.flatMap((line) => /^::add-mask::(.+)$/.exec(line)?.[1] ?? []).map(unescapeData),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function writeEvent(
  { name, payload }: NonNullable<Step['event']>,
  directory: string,
): Promise<Record<string, string>> {
  const path = join(directory, 'event.json');
  await writeFile(path, JSON.stringify(payload));
  return { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path };
}

async function runProcess(
  step: Step,
  files: Record<string, string>,
): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn(step.node ?? process.execPath, [step.script, ...(step.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      ...step.environment,
      ...files,
      ...inputVariables(step.inputs),
      ...stateVariables(step.state),
    },
  });
  const interfaces = [child.stdout, child.stderr].map((input) => createInterface({ input }));
  const hangUp = (): void => {
    for (const one of interfaces) one.close();
    child.stdout.destroy();
    child.stderr.destroy();
  };
  step.onStart?.((signal) => child.kill(signal), hangUp);
  const lines: string[] = [];
  const readers = interfaces.map(async (read) => {
    for await (const line of read) {
      lines.push(line);
      step.onLine?.(line);
    }
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  await Promise.all(readers);
  return { code, lines };
}

/** GitHub upper-cases an input's name and replaces spaces by underscores. Hyphens stay. */
function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, text]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, text]),
  );
}

function stateVariables(state: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, text]) => [`STATE_${name}`, text]));
}

/** `name=value`, or `name<<delimiter`, lines, `delimiter`. A later value of a name replaces an earlier one. */
function readCommandFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const [, name, delimiter] = /^([^=]+?)<<(.+)$/.exec(lines[at]!) ?? [];
    if (name !== undefined && delimiter !== undefined) {
      const end = lines.indexOf(delimiter, at + 1);
      values[name] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (lines[at]!.includes('=')) {
      const [key, ...rest] = lines[at]!.split('=');
      values[key!] = rest.join('=');
    }
  }
  return values;
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

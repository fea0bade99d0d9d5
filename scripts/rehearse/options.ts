import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const failures = ['boot', 'capacity', 'spot', 'cancel'] as const;
export type FailureMode = (typeof failures)[number];

const waits = ['online', 'launched'] as const;
export type WaitFor = (typeof waits)[number];

export interface RehearseOptions {
  readonly preset: string;
  readonly command: string;
  /** What the job's work folder starts with. */
  readonly directory: string | undefined;
  readonly count: number;
  readonly bootSeconds: number;
  readonly waitFor: WaitFor;
  readonly fail: FailureMode | undefined;
}

const usage = `npm run rehearse -- [options]

Runs start-runner, a job on the instance, and stop-runner, as a workflow would: the real bundles in dist/, the real
boot agent, and a sandbox in place of EC2 and GitHub. The exit code is the job's; 3 if anything was left behind.

  --preset NAME       amd64 (default), arm64, cuda, or one of .github/ec2-runners.yml
  --run COMMAND       what the job runs (default: a small look around)
  --dir PATH          a project; the job runs in a copy of it
  --count N           how many runners to start (default 1)
  --boot-seconds N    how long an instance boots before the agent starts (default 6)
  --wait-for WHAT     online (default); launched: the start does not wait, and the stop tells what went wrong after it
  --fail MODE         boot: the pre-runner script fails; capacity: EC2 has none; spot: EC2 takes the instance back;
                      cancel: the start is cancelled while it waits
  --help`;

// What somebody who types the command for the first time wants to know of the machine.
const lookAround = [
  'echo "Hello from $(whoami) in $PWD"',
  'echo "Runner $RUNNER_NAME, kernel $(uname -sr), $(nproc) CPUs"',
  'test -w . && echo "The work folder is writable."',
].join('\n');

/** The options, or the exit code when there is nothing to run. */
export function readOptions(argv: readonly string[]): RehearseOptions | number {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        preset: { type: 'string', default: 'amd64' },
        run: { type: 'string', default: lookAround },
        dir: { type: 'string' },
        count: { type: 'string', default: '1' },
        'boot-seconds': { type: 'string', default: '6' },
        'wait-for': { type: 'string', default: 'online' },
        fail: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const fail = readChoice('--fail', values.fail, failures);
    const waitFor = readChoice('--wait-for', values['wait-for'], waits) ?? 'online';
    if (fail === 'cancel' && waitFor === 'launched') throw new Error('--fail cancel needs a start that waits.');
    return {
      preset: values.preset,
      command: values.run,
      directory: values.dir === undefined ? undefined : readDirectory(values.dir),
      count: readNumber('--count', values.count, { min: 1, max: 100 }),
      bootSeconds: readNumber('--boot-seconds', values['boot-seconds'], { min: 0, max: 600 }),
      waitFor,
      fail,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
}

function readChoice<T extends string>(name: string, given: string | undefined, allowed: readonly T[]): T | undefined {
  const found = allowed.find((one) => one === given);
  if (given !== undefined && !found) throw new Error(`${name} is "${given}"; allowed: ${allowed.join(', ')}.`);
  return found;
}

function readNumber(name: string, given: string, { min, max }: { min: number; max: number }): number {
  const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new Error(`${name} is "${given}"; allowed: a number from ${min} to ${max}.`);
  return value;
}

function readDirectory(given: string): string {
  if (!statSync(given, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`--dir is "${given}", which is no directory.`);
  return resolve(given);
}

import type { ValuesOf } from '../../src/terminal/definition.js';
import { decimalNumber, existing, oneOf, text, value, wholeNumber, withDefault } from '../../src/terminal/options.js';
import { misuse } from '../../src/terminal/usage-error.js';

export const failures = ['boot', 'capacity', 'spot', 'cancel', 'job'] as const;
export type FailureMode = (typeof failures)[number];

const waits = ['online', 'launched'] as const;
export type WaitFor = (typeof waits)[number];

export interface RehearseOptions {
  readonly preset: string;
  readonly command: string;
  /** The folder whose copy is the job's work folder. */
  readonly directory: string | undefined;
  readonly count: number;
  readonly bootSeconds: number;
  readonly waitFor: WaitFor;
  readonly fail: FailureMode | undefined;
}

// What a first-time user wants to know about the instance.
const lookAround = [
  'echo "Hello from $(whoami) in $PWD"',
  'echo "Runner $RUNNER_NAME, kernel $(uname -sr), $(nproc) CPUs"',
  'test -w . && echo "The work folder is writable."',
].join('\n');
// Long enough to be interrupted.
const longJob = 'for n in $(seq 60); do echo "Test $n of 60 passed"; sleep 1; done';

export const rehearseCommandLine = {
  command: 'npm run rehearse --',
  description: `Runs start-runner, a job on the instance, and stop-runner, as a workflow does: the real bundles in dist/,
the real boot agent, and a sandbox in place of EC2 and GitHub. It takes about half a minute. Exit code:
the job's, or 3 if anything was left behind.`,
  options: {
    preset: withDefault(
      value('`amd64`, `arm64`, `cuda`, or a preset of .github/ec2-runners.yml.', text('NAME')),
      'amd64',
    ),
    run: {
      ...value('The command of the job.', text('COMMAND')),
      defaultText: 'prints facts about the instance; with `--fail job`, counts to 60',
    },
    dir: value('A project; the job runs in a copy of it.', existing('folder')),
    count: withDefault(value('How many runners to start.', wholeNumber(1, 100)), 1),
    'boot-seconds': withDefault(value('How long an instance boots before the agent starts.', decimalNumber(0, 600)), 6),
    'wait-for': withDefault(
      value('With `launched`, the start does not wait, and the stop reports what failed afterwards.', oneOf(waits)),
      'online',
    ),
    fail: value(
      'Provokes a failure. boot: the pre-runner script fails; capacity: EC2 has none; spot: EC2 takes the spot instance away before its runner is online; cancel: the start is canceled while it waits; job: EC2 takes the spot instance away in the middle of the job.',
      oneOf(failures, 'MODE'),
    ),
  },
};

/** @throws UsageError for options that do not fit together */
export function toRehearseOptions(values: ValuesOf<typeof rehearseCommandLine.options>): RehearseOptions {
  const { preset, run, dir: directory, count, 'boot-seconds': bootSeconds, 'wait-for': waitFor, fail } = values;
  if (fail === 'cancel' && waitFor === 'launched')
    throw misuse(rehearseCommandLine, '`--fail cancel` needs `--wait-for online`: a start that waits.');
  const command = run ?? (fail === 'job' ? longJob : lookAround);
  return { preset, command, directory, count, bootSeconds, waitFor, fail };
}

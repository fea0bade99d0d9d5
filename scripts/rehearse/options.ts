import type { ValuesOf } from '../../src/terminal/definition.js';
import { decimalNumber, existing, oneOf, text, value, wholeNumber, withDefault } from '../../src/terminal/options.js';
import { misuse } from '../../src/terminal/usage-error.js';
import { composeFailures, isComposeFailure, type ComposeFailure } from './compose/failures.js';

export const failures = ['boot', 'capacity', 'spot', 'cancel', 'job'] as const;
export type FailureMode = (typeof failures)[number];

const waits = ['online', 'launched'] as const;
export type WaitFor = (typeof waits)[number];

export interface RehearseOptions {
  /** Absent: the one of the Compose project's workflow, else `amd64`. */
  readonly preset: string | undefined;
  readonly command: string;
  /** The folder whose copy is the job's work folder. */
  readonly directory: string | undefined;
  readonly count: number;
  readonly bootSeconds: number;
  readonly waitFor: WaitFor;
  readonly fail: FailureMode | undefined;
  /** A Compose project in place of the command. */
  readonly compose: ComposeChoice | undefined;
}

export interface ComposeChoice {
  readonly folder: string;
  readonly job: string | undefined;
  /** The folder that gets the artifacts. */
  readonly keep: string;
  readonly fail: ComposeFailure | undefined;
}

export const DEFAULT_PRESET = 'amd64';

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
    preset: {
      ...value('`amd64`, `arm64`, `cuda`, or a preset of .github/ec2-runners.yml.', text('NAME')),
      defaultText: `\`${DEFAULT_PRESET}\`; with \`--compose\`, the preset of the workflow`,
    },
    run: {
      ...value('The command of the job.', text('COMMAND')),
      defaultText: 'prints facts about the instance; with `--fail job`, counts to 60',
    },
    dir: value('A project; the job runs in a copy of it.', existing('folder')),
    compose: value(
      'A folder with a Compose project, or with a rehearse.yml that describes one. The job runs it by run-compose on the Docker of this machine.',
      existing('folder'),
    ),
    job: value('With `--compose`: the job of the workflow in rehearse.yml whose inputs are used.', text('NAME')),
    keep: withDefault(
      value('With `--compose`: the folder that gets the artifacts, in a new folder each time.', text('DIR')),
      'build/rehearse',
    ),
    count: withDefault(value('How many runners to start.', wholeNumber(1, 100)), 1),
    'boot-seconds': withDefault(value('How long an instance boots before the agent starts.', decimalNumber(0, 600)), 6),
    'wait-for': withDefault(
      value('With `launched`, the start does not wait, and the stop reports what failed afterwards.', oneOf(waits)),
      'online',
    ),
    fail: value(
      'Provokes a failure. boot: the pre-runner script fails; capacity: EC2 has none; spot: EC2 takes the spot instance away before its runner is online; cancel: the start is canceled while it waits; job: EC2 takes the spot instance away in the middle of the job. With `--compose` also setup, ready, session, assert: this phase of run-compose fails.',
      oneOf([...failures, ...composeFailures], 'MODE'),
    ),
  },
};

/** @throws UsageError for options that do not fit together */
export function toRehearseOptions(values: ValuesOf<typeof rehearseCommandLine.options>): RehearseOptions {
  const { preset, run, dir: directory, count, 'boot-seconds': bootSeconds, 'wait-for': waitFor, fail } = values;
  const problems = [
    ...(fail === 'cancel' && waitFor === 'launched'
      ? ['`--fail cancel` needs `--wait-for online`: a start that waits.']
      : []),
    ...judgeCompose(values),
  ];
  if (problems.length > 0) throw misuse(rehearseCommandLine, ...problems);
  const command = run ?? (fail === 'job' ? longJob : lookAround);
  const { compose: folder, job, keep } = values;
  const compose =
    folder === undefined ? undefined : { folder, job, keep, fail: isComposeFailure(fail) ? fail : undefined };
  const ofMachine = isComposeFailure(fail) ? undefined : fail;
  return { preset, command, directory, count, bootSeconds, waitFor, fail: ofMachine, compose };
}

function judgeCompose(values: ValuesOf<typeof rehearseCommandLine.options>): string[] {
  const { compose, run, dir, job, fail } = values;
  if (compose === undefined)
    return [
      ...(isComposeFailure(fail) ? [`\`--fail ${fail}\` needs \`--compose\`.`] : []),
      ...(job === undefined ? [] : ['`--job` needs `--compose`.']),
    ];
  return [
    ...(run === undefined ? [] : ['`--run` and `--compose` each say what the job runs; allowed: one of them.']),
    ...(dir === undefined ? [] : ['`--dir` and `--compose` each say where the job runs; allowed: one of them.']),
  ];
}

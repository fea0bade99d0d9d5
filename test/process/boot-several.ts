import { deflateRawSync, gzipSync } from 'node:zlib';
import { defaults, type MachineOptions } from './boot-machine.js';

/** The key lines of a payload of format 4, written by hand: the agent is held to the document, not to our writer. */
export const machineLines = (seconds: { startup?: number; idle?: number; lifetime?: number } = {}) => [
  `#:runner-home-dir ${defaults.runnerHome}`,
  '#:run-as-user root',
  `#:startup-timeout-seconds ${seconds.startup ?? 60}`,
  `#:idle-timeout-seconds ${seconds.idle ?? 60}`,
  `#:max-lifetime-seconds ${seconds.lifetime ?? 60}`,
];

export const userDataOf = (...lines: readonly string[]) => gzipSync(['#!/bin/bash', ...lines, ''].join('\n'));

/** The value of `jit-configs`, with each config as it is. */
export const packPlain = (...configs: readonly string[]) => deflateRawSync(JSON.stringify(configs)).toString('base64');

export const registration = [
  '#:registration-url https://github.example/owner/repo',
  '#:registration-token A-TOKEN-THAT-NOBODY-ELSE-MAY-SEE',
];

/** Node where the runner application has it. */
export const runnersNode = {
  'opt/actions-runner/externals/node24/bin/node': `#!/bin/bash\nexec '${process.execPath}' "$@"\n`,
};

export interface Several extends Omit<MachineOptions, 'payload' | 'userData'> {
  /** `ROLE LIFETIME`, in order. Their names are `r1`, `r2` …, their JIT configs base64 of `jit of r1` …. */
  readonly runners: readonly string[];
  readonly seconds?: Parameters<typeof machineLines>[0];
  readonly lines?: readonly string[];
}

/** A machine with several runners. */
export function several({ runners, seconds, lines = [], ...options }: Several): MachineOptions {
  const numbered = runners.map(
    (words, index) => `#:runner-${index + 1} r${index + 1} ${words} label-${index + 1},more`,
  );
  const configs = runners.flatMap((words, index) => (words.endsWith(' job') ? [jitOf(`r${index + 1}`)] : []));
  const jit = configs.length > 0 ? [`#:jit-configs ${packPlain(...configs)}`] : [];
  const token = configs.length < runners.length ? registration : [];
  return {
    ...options,
    programs: { ...runnersNode, ...options.programs },
    userData: userDataOf('#:format 4', ...numbered, ...jit, ...token, ...machineLines(seconds), ...lines),
  };
}

export const jitOf = (name: string) => Buffer.from(`jit of ${name}`).toString('base64');

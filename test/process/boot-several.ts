import { deflateRawSync, gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { rename } from 'node:fs/promises';
import { defaults, install, type Machine, type MachineOptions } from './boot-machine.js';

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

export const node = `#!/bin/bash\nexec '${process.execPath}' "$@"\n`;

/** The runner application's folders, and Node where it has it. */
export const application = {
  'opt/actions-runner/bin/Runner.Listener': '#!/bin/bash\n',
  'opt/actions-runner/externals/node24/bin/node': node,
};

export interface Several extends Omit<MachineOptions, 'payload' | 'userData'> {
  /** `ROLE LIFETIME`, in order. Their names are `r1`, `r2` …, their JIT configs base64 of `jit of r1` …. */
  readonly runners: readonly string[];
  readonly seconds?: Parameters<typeof machineLines>[0];
  readonly lines?: readonly string[];
}

/**
 * A runner that listens and then does what {@link order} says; Ctrl-C ends it. It does not listen if there is a file
 * `mute-N`. N is its number.
 */
export const obedient = `#!/bin/bash
n=1
[[ ! $PWD =~ /runner-([0-9]+)/ ]] || n=\${BASH_REMATCH[1]}
cd "$CI_ACTIONS_ROOT"
echo "$$" >>runner-pid
echo "$OLDPWD" >>"cwd-$n"
env >"env-$n"
trap 'echo "Exiting..."; exit 0' INT
job() { echo "2026-10-20 10:00:01Z: Running job: $1"; sleep "\${2:-0}"; echo "2026-10-20 10:00:02Z: Job $1 completed with result: Succeeded"; }
[[ -e mute-$n ]] || echo "2026-10-20 10:00:00Z: Listening for Jobs"
while :; do
  if mv "order-$n" "ordered-$n" 2>/dev/null; then . "./ordered-$n"; fi
  sleep 0.05
done
`;

/** GitHub's config.sh, as far as the agent uses it: registers by writing `.runner`, and leaves notes for the test. */
export const config = `#!/bin/bash
[[ ! -e .runner ]] || { echo 'Cannot configure the runner because it is already configured.'; exit 1; }
n=1
[[ ! $PWD =~ /runner-([0-9]+)/ ]] || n=\${BASH_REMATCH[1]}
echo "$*" >>"$CI_ACTIONS_ROOT/configured-$n"
env >"$CI_ACTIONS_ROOT/config-env-$n"
[[ ! -e $CI_ACTIONS_ROOT/refused-$n ]] || { echo 'Http response code: NotFound'; exit 1; }
echo '√ Runner successfully added'
echo '{}' >.runner
`;

/** Makes a runner run these commands, such as `job NAME SECONDS`, once it listens. */
export async function order(machine: Machine, number: number, ...commands: readonly string[]): Promise<void> {
  const file = join(machine.root, `order-${number}`);
  await install(`${file}.new`, commands.join('\n'));
  await rename(`${file}.new`, file);
}

/** The details of a phase, in the order of the console. */
export async function detailsOf(machine: Machine, phase: string): Promise<string[]> {
  const lines = (await machine.read('console')).matchAll(
    new RegExp(`^ci-actions phase=${phase} \\S+ \\S+(?: (.*))?$`, 'gm'),
  );
  return Array.from(lines, (match) => match[1] ?? '');
}

/** Resolves when all runners listen. */
export async function untilAllListen(machine: Machine, count: number): Promise<void> {
  await machine.until(async () => {
    if ((await machine.read('power-off')) !== '') throw new Error(await machine.read('console'));
    return (await detailsOf(machine, 'listening')).length === count;
  });
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
    runner: obedient,
    ...options,
    programs: { ...application, 'opt/actions-runner/config.sh': config, ...options.programs },
    userData: userDataOf('#:format 4', ...numbered, ...jit, ...token, ...machineLines(seconds), ...lines),
  };
}

export const jitOf = (name: string) => Buffer.from(`jit of ${name}`).toString('base64');

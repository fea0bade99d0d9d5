import type { Environment } from '../ports/programs.js';
import { isMap, type JsonMap } from './compose-file.js';
import { describe, type OverridePayload } from './payload.js';

/** The longest wait that a payload may ask for. Without a bound, a typing error would hold a machine for days. */
const MAX_SLEEP_SECONDS = 3600;

/** What a payload says of the target system and of the benchmark's tools. */
export interface TargetSystem {
  readonly env: Environment;
  readonly sleepMs: number;
  readonly notes: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Reads what a payload says of the target system and of the benchmark's tools. The Benchmark Platform Controller checks
 * out repositories for it. Here the workflow does, so these values become variables for `setup` and for the Compose
 * files. A value that nothing reads is refused: the test would run with another version than the one asked for.
 *
 * @param about.mayRead whether something reads the variable
 */
export function readTargetSystem(
  payload: OverridePayload,
  about: { readonly mayRead: (name: string) => boolean },
): TargetSystem {
  const problems: string[] = [];
  const text = (place: string, value: unknown): string | undefined => {
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    problems.push(`\`override: ${place}\` is ${describe(value)}; allowed: a text.`);
    return undefined;
  };
  const { version, git_repository: repository, sleep_after_target_startup: sleep } = payload.targetSystem;
  const sleepSeconds = text('target_system.sleep_after_target_startup', sleep);
  const extraNodes = Object.keys(payload.extraNodes).length > 0 ? JSON.stringify(payload.extraNodes) : undefined;
  const read: Readonly<Record<string, string | undefined>> = {
    TARGET_SYSTEM_VERSION: text('target_system.version', version),
    TARGET_SYSTEM_DEFAULT_GIT_REPOSITORY: text('target_system.git_repository', repository),
    BENCHMARK_VERSION: text('benchmark.benchmark-version', findToolsVersion(payload.benchmark)),
    EXTRA_NODES: extraNodes,
  };
  const env = Object.entries(read).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (const [name, value] of env.filter(([each]) => !about.mayRead(each))) problems.push(describeUnread(name, value));
  if (sleepSeconds !== undefined && !(/^\d{1,4}$/.test(sleepSeconds) && Number(sleepSeconds) <= MAX_SLEEP_SECONDS)) {
    problems.push(
      `\`override: target_system.sleep_after_target_startup\` is ${describe(sleep)}; allowed: whole seconds from 0 to ${MAX_SLEEP_SECONDS}.`,
    );
  }
  const sleepEnv = sleepSeconds === undefined ? [] : [['SLEEP_AFTER_TARGET_STARTUP', sleepSeconds] as const];
  return {
    env: Object.fromEntries([...env, ...sleepEnv]),
    sleepMs: problems.length === 0 ? Number(sleepSeconds ?? 0) * 1000 : 0,
    notes: env.map(([name, value]) => `${name} is ${value}, from the payload.`),
    problems,
  };
}

/** The version is one level deeper than the documentation of the Benchmark Platform Controller has it. Both are read. */
function findToolsVersion(benchmark: JsonMap | undefined): unknown {
  const inner = benchmark?.['benchmark'];
  return (isMap(inner) ? inner['benchmark-version'] : undefined) ?? benchmark?.['benchmark-version'];
}

const meanings: Readonly<Record<string, readonly [string, string]>> = {
  TARGET_SYSTEM_VERSION: ['target_system.version', 'git checkout "$TARGET_SYSTEM_VERSION"'],
  TARGET_SYSTEM_DEFAULT_GIT_REPOSITORY: [
    'target_system.git_repository',
    'git clone "https://$TARGET_SYSTEM_DEFAULT_GIT_REPOSITORY" target',
  ],
  BENCHMARK_VERSION: ['benchmark.benchmark-version', './check-out-tools.sh "$BENCHMARK_VERSION"'],
  EXTRA_NODES: ['extra_nodes', './start-nodes.sh "$EXTRA_NODES"'],
};

function describeUnread(name: string, value: string): string {
  const [place, example] = meanings[name]!;
  return `\`override: ${place}\` is ${describe(value)}, and nothing reads it: use \`\${${name}}\` in a Compose file, or \`setup\`, such as \`${example}\`.`;
}

import type { BuiltInPreset } from '../kernel/built-in-presets.js';

/** Of Docker's official images, from where a pull is not counted against an address. */
const UBUNTU = 'public.ecr.aws/docker/library/ubuntu:24.04';

/** By name: a command line whose last line of output is what it has to say. */
function checksOf(preset: BuiltInPreset, runnerVersion: string): Readonly<Record<string, string>> {
  return {
    // The agent is faster than dockerd.
    docker: `until docker version --format '{{.Server.Version}}'; do sleep 1; done`,
    container: `docker run --rm ${UBUNTU} uname -m`,
    compose: 'docker compose version --short',
    buildx: 'docker buildx version',
    git: 'git --version',
    python: 'python3 --version',
    tox: 'tox --version',
    runner: `version=$(./bin/Runner.Listener --version); echo "$version"; [ "$version" = '${runnerVersion}' ]`,
    ...(preset === 'cuda' && { gpu: `docker run --rm --gpus all ${UBUNTU} nvidia-smi -L` }),
  };
}

/** Seconds that one check may take; the largest pulls an image. */
const CHECK_S = 120;

/**
 * Runs on the instance, as root, in the runner's home. Each check says one line; afterwards it waits to be terminated,
 * for a console that has gone quiet may be read late.
 */
export function renderSmokeScript(preset: BuiltInPreset, runnerVersion: string): string {
  const checks = Object.entries(checksOf(preset, runnerVersion));
  return [
    'check() {',
    '  local said verdict=ok',
    `  said=$(timeout ${CHECK_S} bash -c "$2" 2>&1 </dev/null) || verdict=failed`,
    '  said=$(printf %s "$said" | tail -n 1)',
    '  echo "smoke $verdict $1 ${said:0:200}"',
    '}',
    ...checks.map(([name, command]) => `check ${name} ${quote(command)}`),
    'echo "smoke done"',
    'exec sleep infinity',
    '',
  ].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

export interface SmokeCheck {
  readonly name: string;
  readonly passed: boolean;
  /** The last line that the command said. */
  readonly says: string;
}

export interface SmokeReport {
  readonly checks: readonly SmokeCheck[];
  /** Whether the script came to its end. */
  readonly isComplete: boolean;
  /** The checks of a preset that said nothing, whatever became of their lines. */
  missing(preset: BuiltInPreset): readonly string[];
}

const LINE = /ci-actions pre-runner-script: smoke (ok|failed|done)(?: (\S+))?(?: (.*))?$/;

/** What the checks have said so far, whatever the kernel and other services wrote between them. */
export function readSmoke(consoleText: string): SmokeReport {
  const lines = consoleText.split(/\r?\n/).map((line) => LINE.exec(line.trimEnd()));
  const checks = lines.flatMap((found) => {
    const [, verdict, name, says = ''] = found ?? [];
    return name === undefined ? [] : [{ name, passed: verdict === 'ok', says }];
  });
  return {
    checks,
    isComplete: lines.some((found) => found?.[1] === 'done'),
    missing: (preset) => Object.keys(checksOf(preset, '')).filter((name) => checks.every((one) => one.name !== name)),
  };
}

import type { BuiltInPreset } from '../kernel/built-in-presets.js';

/** Docker's official image, from a registry that does not limit pulls per address. */
const UBUNTU = 'public.ecr.aws/docker/library/ubuntu:24.04';

/** The programs of the image that {@link PROJECT} runs, which need no registry: this image's own, with their libraries. */
const PROGRAMS = '/bin/sh /bin/sleep /usr/bin/getent';

/** A Compose project: a server with a health check, and a session that waits for it and finds it by its name. */
const PROJECT = {
  services: {
    server: {
      image: 'ci-actions-smoke',
      command: ['sh', '-c', '>/ready; exec sleep 60'],
      healthcheck: { test: ['CMD-SHELL', '[ -e /ready ]'], interval: '1s', retries: 30 },
      init: true,
    },
    session: {
      image: 'ci-actions-smoke',
      command: ['getent', 'hosts', 'server'],
      depends_on: { server: { condition: 'service_healthy' } },
    },
  },
};

/** A session that gets every GPU, as run-compose's input `gpu` gives it. */
const GPU_PROJECT = {
  services: {
    session: {
      image: UBUNTU,
      command: ['nvidia-smi', '-L'],
      deploy: { resources: { reservations: { devices: [{ driver: 'nvidia', count: 'all', capabilities: ['gpu'] }] } } },
    },
  },
};

/** Runs the service `session`, and removes the project. */
function runProject(name: string, project: object): string {
  const compose = `docker compose --project-name ${name}`;
  return [
    `trap '${compose} down --volumes --timeout 0 >/dev/null 2>&1' EXIT`,
    `echo ${quote(JSON.stringify(project))} | ${compose} --file - run --rm --no-TTY session 2>"/tmp/${name}.log" || { code=$?; cat "/tmp/${name}.log"; exit "$code"; }`,
  ].join('\n');
}

const IMPORT = [
  'set -o pipefail',
  `tar -ch $(ldd ${PROGRAMS} | grep -o '/[^ :]*' | sort -u) 2>/dev/null | docker import - ci-actions-smoke >/dev/null`,
].join('\n');

/** The checks by name: each is a command line, of which the last line of output is reported. */
function checksOf(preset: BuiltInPreset, runnerVersion: string): Readonly<Record<string, string>> {
  return {
    // The boot agent may run this before dockerd is up.
    docker: `until docker version --format '{{.Server.Version}}'; do sleep 1; done`,
    container: `docker run --rm ${UBUNTU} uname -m`,
    compose: 'docker compose version --short',
    buildx: 'docker buildx version',
    project: `${IMPORT}\n${runProject('ci-actions-smoke', PROJECT)}`,
    git: 'git --version',
    python: 'python3 --version',
    tox: 'tox --version',
    runner: `version=$(./bin/Runner.Listener --version); echo "$version"; [ "$version" = '${runnerVersion}' ]`,
    ...(preset === 'cuda' && {
      gpu: `docker run --rm --gpus all ${UBUNTU} nvidia-smi -L`,
      'gpu-project': runProject('ci-actions-smoke-gpu', GPU_PROJECT),
    }),
  };
}

/** The most seconds that one check may take; the slowest pulls an image. */
const CHECK_S = 120;

/**
 * The script that runs on the instance, as root, in the runner's home. Each check prints one line. Then the script waits
 * for the instance's termination, because EC2 may return the latest console output late.
 */
export function renderSmokeScript(preset: BuiltInPreset, runnerVersion: string): string {
  const checks = Object.entries(checksOf(preset, runnerVersion));
  return [
    'check() {',
    '  local output result=ok',
    `  output=$(timeout ${CHECK_S} bash -c "$2" 2>&1 </dev/null) || result=failed`,
    '  output=$(printf %s "$output" | tail -n 1)',
    '  echo "smoke $result $1 ${output:0:200}"',
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
  /** The last line of the command's output. */
  readonly output: string;
}

export interface SmokeReport {
  readonly checks: readonly SmokeCheck[];
  /** Whether the script has run all checks. */
  readonly isComplete: boolean;
  /** The checks of a preset that have printed no line. */
  missing(preset: BuiltInPreset): readonly string[];
}

const LINE = /ci-actions pre-runner-script: smoke (ok|failed|done)(?: (\S+))?(?: (.*))?$/;

/** Parses the checks' lines in a console, among the lines of the kernel and of other services. */
export function readSmoke(consoleText: string): SmokeReport {
  const lines = consoleText.split(/\r?\n/).map((line) => LINE.exec(line.trimEnd()));
  const checks = lines.flatMap((found) => {
    const [, result, name, output = ''] = found ?? [];
    return name === undefined ? [] : [{ name, passed: result === 'ok', output }];
  });
  return {
    checks,
    isComplete: lines.some((found) => found?.[1] === 'done'),
    missing: (preset) => Object.keys(checksOf(preset, '')).filter((name) => checks.every((one) => one.name !== name)),
  };
}

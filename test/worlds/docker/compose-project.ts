import type { ServiceSpec } from '../containers.js';

export const STAND_IN = 'ci-actions/stand-in:1';
const WITH_CHECK = 'ci-actions/stand-in:healthy';

const CONDITIONS = {
  started: 'service_started',
  healthy: 'service_healthy',
  completed: 'service_completed_successfully',
};

/** A service of a Compose file that does what the specification says, by the stand-in image. */
export function composeService(spec: ServiceSpec): Record<string, unknown> {
  const { needs = {}, health } = spec;
  return {
    ...(spec.build
      ? { build: { context: '.', dockerfile_inline: dockerfile(spec) } }
      : { image: spec.image ?? (spec.healthInImage ? WITH_CHECK : STAND_IN) }),
    command: commandOf(spec).map((word) => word.replaceAll('$', '$$$$')),
    depends_on: Object.fromEntries(
      Object.entries(needs).map(([name, kind]) => [name, { condition: CONDITIONS[kind] }]),
    ),
    ...(spec.declares && { expose: spec.declares.map(String) }),
    ...(spec.publishes && { ports: spec.publishes.map((port) => `${port}:${port}`) }),
    ...(health && !spec.healthInImage && { healthcheck: checkOf(health) }),
    ...(spec.restart && { restart: spec.restart }),
    ...(spec.replicas !== undefined && { deploy: { replicas: spec.replicas } }),
    ...(spec.network && { network_mode: spec.network }),
    ...(spec.containerName !== undefined && { container_name: spec.containerName }),
    ...(spec.profiles && { profiles: spec.profiles }),
    ...spec.more,
  };
}

function dockerfile({ build }: ServiceSpec): string {
  return `FROM ${STAND_IN}\nRUN ${build === 'fails' ? 'exit 2' : 'echo built >/built'}\n`;
}

/** A check that lasts until it knows: Docker would count a quick one that fails. */
function checkOf({ output = '' }: NonNullable<ServiceSpec['health']>): Record<string, unknown> {
  const wait = 'until [ -e /tmp/well ] || [ -e /tmp/sick ]; do sleep 0.1; done';
  return {
    test: ['CMD-SHELL', `${wait}; [ ! -e /tmp/sick ] || { echo '${output}'; exit 1; }`.replaceAll('$', '$$$$')],
    interval: '0.2s',
    timeout: '300s',
    retries: 1,
  };
}

/** The command of a container that does what the specification says. */
export function commandOf(spec: ServiceSpec): readonly string[] {
  if (spec.startError !== undefined) return [spec.startError];
  const { health = {} } = spec;
  const later = (ms: number | undefined, action: string): readonly string[] =>
    ms === undefined ? [] : [`(sleep ${ms / 1000}; ${action}) &`];
  const opens = Object.entries(spec.opens ?? {});
  return [
    'sh',
    '-c',
    [
      spec.ignoresTerm ? "trap '' TERM" : "trap 'exit 143' TERM",
      'run=$(cat /tmp/run 2>/dev/null || echo 0); echo $((run + 1)) >/tmp/run; rm -f /tmp/well /tmp/sick; mkdir -p /www; echo ok >/www/index.html',
      ...Object.entries(spec.files ?? {}).map(
        ([path, text]) => `mkdir -p ${quote(path.replace(/\/[^/]*$/, '/'))}; printf %s ${quote(text)} >${quote(path)}`,
      ),
      ...opens.flatMap(([port, ms]) => later(ms, `exec httpd -f -p ${port} -h /www`)),
      ...later(health.healthyAfterMs, 'touch /tmp/well'),
      ...later(health.unhealthyAfterMs, 'touch /tmp/sick'),
      ...printLines(spec.prints ?? []),
      ...endOf(spec.runs ?? []),
      'while :; do sleep 1000 & wait $!; done',
    ].join('\n'),
  ];
}

/** Numbered lines would be too long for a command. */
function printLines(lines: readonly string[]): readonly string[] {
  const first = lines[0];
  if (lines.length < 100 || first === undefined) return lines.map((line) => `echo ${quote(line)}`);
  const rest = first.slice('line 0 '.length);
  return [`i=0; while [ $i -lt ${lines.length} ]; do echo "line $i ${rest}"; i=$((i + 1)); done`];
}

function endOf(runs: NonNullable<ServiceSpec['runs']>): readonly string[] {
  if (runs.length === 0) return [];
  const cases = runs.map(({ afterMs, code }, index) => {
    const pattern = index === runs.length - 1 ? '*' : String(index);
    return `${pattern}) sleep ${afterMs / 1000} & wait $!; exit ${code} ;;`;
  });
  return [`case $run in ${cases.join(' ')} esac`];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

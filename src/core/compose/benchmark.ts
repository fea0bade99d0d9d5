import { messageOf } from '../kernel/failure.js';
import { parse } from '../kernel/yaml.js';
import { refuseProblems } from '../inputs/inputs.js';
import type { Environment } from '../ports/programs.js';
import { isMap, servicesOf, type ComposeFile, type JsonMap } from './compose-file.js';
import { mountDatasets } from './datasets.js';
import type { ComposeHost } from './host.js';
import { composeOverride } from './override.js';
import { readPayload, type OverridePayload } from './payload.js';
import type { ComposeRequest } from './request.js';
import { readTargetSystem } from './target-system.js';

/** What the benchmark inputs add to a run. With none of them given, it adds nothing. */
export interface BenchmarkPlan {
  /** The override's services and the datasets: a Compose file after the user's own ones. `undefined`: there is none. */
  readonly override?: ComposeFile;
  /** For `setup` and for the interpolation of `docker compose`: what the payload says of the target system. */
  readonly env: Environment;
  /** A lower bound for the time between *up* and the session: the greater one of the input and the payload. */
  readonly sleepAfterStartMs: number;
  /** The benchmark's configuration, which the session gets as a file. */
  readonly config?: JsonMap;
  /** Sentences for the log, such as what was mounted. */
  readonly notes: readonly string[];
}

interface PlanWorld {
  /** The user's own files, resolved without the override. */
  readonly model: unknown;
  /** The absolute paths of these files. */
  readonly files: readonly string[];
  readonly host: Pick<ComposeHost, 'look' | 'read' | 'resolveLinks'>;
  /** The commands of `setup` have not run yet, and may bring files that are missing. The plan is made again after them. */
  readonly isBeforeSetup?: boolean;
}

/**
 * Reads the benchmark inputs before anything is started.
 *
 * @throws Failure `bad-input` with all problems: an unknown service, a dataset outside of `datasets-path` …
 */
export function planBenchmark(request: ComposeRequest, world: PlanWorld): BenchmarkPlan {
  const given = loadOverride(request.override, world);
  const { payload, problems } = readPayload(given.override, Object.keys(servicesOf(world.model)));
  const datasets = mountDatasets(request, payload, world);
  const { file, problems: fileProblems } = composeOverride(payload, { model: world.model, datasets: datasets.mounts });
  const target = readTargetSystem(payload, {
    mayRead: (name) => isRead(name, request, { ...world, override: given.override }),
  });
  const config = chooseConfig(request, payload, world);
  refuseProblems(
    [
      ...given.problems,
      ...problems,
      ...fileProblems,
      ...datasets.problems,
      ...target.problems,
      ...config.problems,
      ...judgeSession(request, config.config),
    ],
    'Correct them in the workflow. Nothing was started.',
  );
  return {
    ...(file && { override: file }),
    env: target.env,
    sleepAfterStartMs: Math.max(request.sleepAfterStartMs, target.sleepMs),
    ...(config.config && { config: config.config }),
    notes: [
      ...Object.keys(payload.services).map((name) => `The service ${name} is overridden.`),
      ...datasets.mounts.map(({ service, volume }) => `A dataset is mounted in ${service}: ${volume}`),
      ...target.notes,
    ],
  };
}

/** A text instead of a map is the path of a file with one, such as a template of the Benchmark Platform Controller. */
function loadOverride(
  override: unknown,
  world: PlanWorld,
): { readonly override?: unknown; readonly problems: readonly string[] } {
  if (typeof override !== 'string') return { override, problems: [] };
  const loaded = loadFile('override', override, world);
  return 'problem' in loaded ? { problems: [loaded.problem] } : { override: loaded.value, problems: [] };
}

function loadFile(
  input: string,
  path: string,
  { host, isBeforeSetup }: PlanWorld,
): { readonly value: unknown } | { readonly problem: string } {
  const given = `\`${input}\` is ${JSON.stringify(path)}`;
  const found = host.look(path);
  if (isBeforeSetup && found === 'missing') return { value: {} };
  if (found !== 'file') return { problem: `${given}, which is no file; allowed: the path of a file in YAML or JSON.` };
  try {
    return { value: parse(host.read(path)) };
  } catch (error) {
    return { problem: `${given}, a file that is not YAML: ${messageOf(error).split('\n')[0]}.` };
  }
}

/** As in the seed: the payload's configuration replaces that of the file as a whole. */
function chooseConfig(
  request: ComposeRequest,
  payload: OverridePayload,
  world: PlanWorld,
): { readonly config?: JsonMap; readonly problems: readonly string[] } {
  if (payload.benchmark) return { config: payload.benchmark, problems: [] };
  if (request.benchmarkConfig === undefined) return { problems: [] };
  const loaded = loadFile('benchmark-config', request.benchmarkConfig, world);
  if ('problem' in loaded) return { problems: [loaded.problem] };
  if (isMap(loaded.value)) return { config: loaded.value, problems: [] };
  return { problems: [`\`benchmark-config\` is ${JSON.stringify(request.benchmarkConfig)}, whose content is no map.`] };
}

/** A running service has no mount for the configuration any more. */
function judgeSession(request: ComposeRequest, config: JsonMap | undefined): readonly string[] {
  if (config === undefined || request.session.kind !== 'exec') return [];
  return [
    '`exec` can not be given a benchmark configuration; allowed: a `session`, `session-image` or `run` beside `benchmark-config` or a payload with `benchmark`.',
  ];
}

/** Whether the value of a variable can have an effect: a setup script may read it, or a Compose file names it. */
function isRead(name: string, request: ComposeRequest, world: PlanWorld & { readonly override: unknown }): boolean {
  if (request.setup !== undefined || world.host.look('setup.py') === 'file') return true;
  return [...world.files.map((file) => world.host.read(file)), JSON.stringify(world.override ?? '')].some((text) =>
    text.includes(name),
  );
}

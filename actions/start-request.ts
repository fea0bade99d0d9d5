import type { ResolvedPreset } from '../src/core/config/presets.js';
import { collectFields } from '../src/core/inputs/fields.js';
import {
  dropEmpty,
  isYamlGiven,
  parseInputs,
  pickInputs,
  refuseProblems,
  textOf,
  type RawInputs,
  type ValuesOf,
} from '../src/core/inputs/inputs.js';
import { migrateInputs } from '../src/core/inputs/migration.js';
import { composeName, NAME_PATTERN, type Scope } from '../src/core/kernel/identity.js';
import {
  listMarkets,
  parseImageReference,
  type MachineRequest,
  type VolumeRequest,
} from '../src/core/machine/request.js';
import type { DataVolumeRequest } from '../src/core/machine/data-volume-request.js';
import { DEFAULT_RUNNER_HOME } from '../src/core/machine/launch-spec.js';
import { findRootVolumeProblems } from '../src/core/machine/volume.js';
import type { StartGitHub } from '../src/core/start/ports.js';
import type { RunnerRole, StartRequest, Startup } from '../src/core/start/request.js';
import type { RunContext } from '../src/host/context.js';
import { nonce } from '../src/host/nonce.js';
import { findPreset, type FoundPreset } from './find-preset.js';
import { checkAccess, checkMachineName } from './check-machine-name.js';
import { earlyInputs, reachGitHub, type Connect } from './reach-github.js';
import { inputs } from './start-runner.inputs.js';

type StartValues = ValuesOf<typeof inputs>;

/** All inputs of a start, valid and completed by the preset. */
interface LoadedInputs {
  readonly values: StartValues;
  readonly raw: RawInputs;
  readonly preset: ResolvedPreset;
  readonly scope: Scope;
  readonly github: StartGitHub;
  readonly dataVolume: DataVolumeRequest | undefined;
}

export interface LoadedStart {
  readonly request: StartRequest;
  readonly isDryRun: boolean;
  readonly github: StartGitHub;
}

interface LoadOptions {
  /** Connects to GitHub with these credentials. The connection also reads the presets file when nothing is checked out. */
  readonly connect: Connect;
  /** Further problems of the action's inputs. */
  readonly problems?: readonly string[];
  /** Called with what becomes of each input of another action, before any problem is thrown. */
  readonly say?: (sentence: string) => void;
}

/** From `INPUT_*` to one validated request. @throws Failure `bad-input` with every problem there is */
export async function loadStart(
  raw: RawInputs,
  context: RunContext,
  options: LoadOptions & { readonly startId?: string },
): Promise<LoadedStart> {
  const loaded = await loadInputs(raw, context, options);
  const { values, scope, github, dataVolume } = loaded;
  const startId = options.startId ?? nonce(8);
  const label = values.label ?? composeName(context, startId);
  const request: StartRequest = {
    run: context,
    startId,
    label,
    scope,
    ...collectFields(inputs, values, 'request'),
    runners: composeRoles(values, label),
    ...(isShared(values) && { workFolder: 'shared' }),
    ...(values.access === 'ssm' && { access: values.access }),
    ...(dataVolume && { dataVolume }),
    machine: composeMachineRequest(loaded),
    startup: { ...collectFields(inputs, values, 'startup'), ...(isMigrated(raw) && countFromRunning(raw, values)) },
  };
  return { request, isDryRun: values['dry-run'], github };
}

/** Translates inputs of ec2-github-runner, adds the preset's, parses and checks. @throws Failure `bad-input` with every problem */
export async function loadInputs(
  original: RawInputs,
  context: RunContext,
  { connect, problems: others = [], say }: LoadOptions,
): Promise<LoadedInputs> {
  const migrated = migrateInputs(original, 'start');
  for (const notice of [...migrated.notices, ...describeUnused(migrated.raw)]) say?.(notice);
  const early = parseInputs(earlyInputs, pickInputs(migrated.raw, Object.keys(earlyInputs)));
  const access = await reachGitHub(migrated.raw, early, { context, connect });
  const found: FoundPreset =
    early.problems.length > 0 ? { inputs: {}, problems: [] } : await findPreset(early.values, context, access.github);
  const raw = { ...found.inputs, ...dropEmpty(migrated.raw) };
  const parseYaml = isYamlGiven(inputs, raw) ? (await import('../src/core/kernel/yaml.js')).parse : undefined;
  const { values, problems } = parseInputs(inputs, raw, parseYaml);
  // The preset may set `runner-scope`, which is known only now. Then this connects to GitHub again, in that scope.
  const reached =
    raw['runner-scope'] === found.inputs['runner-scope'] && raw['runner-scope'] !== undefined
      ? await reachGitHub(raw, parseInputs(earlyInputs, pickInputs(raw, Object.keys(earlyInputs))), {
          context,
          connect,
        })
      : access;
  const dataVolume = await readVolume(values);
  refuseProblems([
    ...others,
    ...migrated.problems,
    ...problems,
    ...reached.problems,
    ...found.problems,
    ...(found.preset ? checkGaps(raw, values.preset, found.preset) : []),
    ...checkVolume(values, raw),
    ...checkPool(values, raw),
    ...checkRoles(values, original),
    ...checkMachineName(values, raw),
    ...checkAccess(values),
    ...checkZones(values),
    ...dataVolume.problems,
  ]);
  const { scope, github } = reached;
  const { request } = dataVolume;
  return { values, raw, preset: found.preset!, scope: scope!, github: github!, dataVolume: request };
}

/** Reads `data-volume`. Few starts have one, and only they load the code. */
async function readVolume(
  values: StartValues,
): Promise<{ readonly request?: DataVolumeRequest; readonly problems: readonly string[] }> {
  const given = values['data-volume'];
  if (given === undefined) return { problems: [] };
  const { readDataVolume } = await import('./data-volume.js');
  const read = readDataVolume(given, {
    runnerHome: (values['runner-home-dir'] ?? DEFAULT_RUNNER_HOME).replace(/\/$/, ''),
    machines: values.count ?? 1,
    usesPool: values.pool !== undefined,
    kmsKeyId: values['ec2-volume-kms-key-id'],
  });
  return 'mount' in read ? { request: read, problems: [] } : { problems: read };
}

export function composeMachineRequest({ values, raw, preset }: LoadedInputs): MachineRequest {
  const { 'ec2-image-id': image, 'availability-zones-config': zones } = values;
  return {
    ...collectFields(inputs, values, 'machine'),
    image: image === undefined ? { kind: 'published', base: preset.base! } : parseImageReference(image),
    ...(zones && { zones: zones.map(({ image: name, ...zone }) => ({ ...zone, image: parseImageReference(name) })) }),
    base: preset.base,
    markets: listMarkets(values['market-type']),
    volume: composeVolume(values, raw),
    settings: collectFields(inputs, values, 'settings'),
  };
}

/** The roles of the request: those of `runners`, or one without a name. */
function composeRoles({ runners }: StartValues, label: string): readonly RunnerRole[] {
  if (runners === undefined) return [{ count: 1, label }];
  return runners.map((one) => ({ ...one, label: nameLabel(label, one.role) }));
}

function nameLabel(label: string, role: string): string {
  return `${label}-${role}`;
}

/** A single runner shares its working tree with no other. */
function isShared({ runners = [], 'work-folder': workFolder }: StartValues): boolean {
  return workFolder === 'shared' && runners.reduce((sum, { count }) => sum + count, 0) > 1;
}

/** Whether the workflow gives `mode`, as for ec2-github-runner. */
export function isMigrated(raw: RawInputs): boolean {
  return textOf(raw, 'mode') !== '';
}

/**
 * ec2-github-runner waits up to 5 min until the instance is running, then for a quiet period, and only then counts
 * `startup-timeout-minutes`. A workflow that was written for it has as much time here.
 */
function countFromRunning(raw: RawInputs, values: StartValues): Pick<Startup, 'startupTimeoutMs' | 'runningMs'> {
  const quiet = Number(textOf(raw, 'startup-quiet-period-seconds') || 30);
  const quietMs = quiet >= 0 && quiet <= 600 ? Math.ceil(quiet) * 1000 : 30_000;
  return { startupTimeoutMs: values['startup-timeout-minutes'] + quietMs, runningMs: 300_000 };
}

/** Known before the inputs are loaded, like the label. A dry run has no label, so that no job waits for its runner. */
export function isDryRun(raw: RawInputs): boolean {
  return /^true$/i.test(textOf(raw, 'dry-run'));
}

/** The label that a start will have unless its preset sets another, known before the inputs are loaded. */
export function foreseeLabel(raw: RawInputs, context: RunContext, startId: string): string {
  const label = textOf(raw, 'label');
  return NAME_PATTERN.matches.test(label) ? label : composeName(context, startId);
}

/**
 * Problems with inputs that neither the workflow nor the preset sets. An input that is set but invalid has its own
 * problem.
 */
function checkGaps(raw: RawInputs, name: string, preset: ResolvedPreset): string[] {
  const problems: string[] = [];
  const hasImage = raw['ec2-image-id'] !== undefined || raw['availability-zones-config'] !== undefined;
  if (!hasImage && preset.base === undefined) {
    problems.push(
      `\`ec2-image-id\` is empty, and preset \`${name}\` extends none of amd64, arm64, cuda, which have one.`,
    );
  }
  if (raw['ec2-instance-type'] === undefined) {
    problems.push(`\`ec2-instance-type\` is empty, and preset \`${name}\` has none.`);
  }
  return problems;
}

/** A size that comes from a built-in preset is a default, which grows with the image. */
function composeVolume(values: StartValues, raw: RawInputs): VolumeRequest {
  const size = raw['ec2-volume-size'];
  return {
    ...collectFields(inputs, values, 'volume'),
    sizeIsDefault: size?.origin?.startsWith('built-in') ?? size === undefined,
  };
}

/** Checks the volume once all its inputs could be parsed. An input that could not be parsed has its own problem. */
function checkVolume(values: StartValues, raw: RawInputs): string[] {
  const volume = composeVolume(values, raw);
  const isUnusable = (name: (typeof VOLUME_INPUTS)[number]) => raw[name] !== undefined && values[name] === undefined;
  if (VOLUME_INPUTS.some(isUnusable)) return [];
  return findRootVolumeProblems(volume, volume.sizeIsDefault ? undefined : volume.sizeGiB);
}

const VOLUME_INPUTS = [
  'ec2-volume-size',
  'ec2-volume-type',
  'ec2-volume-iops',
  'ec2-volume-throughput',
  'ec2-volume-encrypted',
  'ec2-volume-kms-key-id',
] as const;

function checkPool(values: StartValues, raw: RawInputs): string[] {
  if (raw['pool'] === undefined || values['market-type'] !== 'spot') return [];
  return ['`pool` is set with `market-type: spot`; allowed: `on-demand` or `spot-then-on-demand`. Spot is not pooled.'];
}

/** Problems of `runners` with other inputs. @param original the inputs as given: the translated ones have no `mode` */
function checkRoles({ runners, label, pool }: StartValues, original: RawInputs): string[] {
  if (runners === undefined) return [];
  const problems: string[] = [];
  if (pool !== undefined) {
    problems.push(
      '`runners` is set with `pool`; allowed: one of them. A machine of a pool is claimed by one runner, so it has no other.',
    );
  }
  if (isMigrated(original)) {
    problems.push(
      '`runners` is set with `mode: start`; allowed: `runners` without `mode`. Workflows of ec2-github-runner have one label for all runners.',
    );
  }
  if (label === undefined) return problems;
  const unique = new Map(runners.map(({ role }) => [nameLabel(label, role).toLowerCase(), role]));
  for (const { role, labels } of runners) {
    for (const one of labels) {
      const owner = unique.get(one.toLowerCase());
      if (owner === undefined || owner === role) continue;
      problems.push(
        `\`runners\` is "role ${role}: label ${one}"; allowed: labels other than the unique label of a role, and this one is of role ${owner}.`,
      );
    }
  }
  return problems;
}

/** A pool's machines have one image and the same groups in a region. */
function checkZones(values: StartValues): string[] {
  if (values['availability-zones-config'] === undefined || values.pool === undefined) return [];
  return [
    '`pool` is set with `availability-zones-config`; allowed: `subnet-id`, `security-group-id` and `ec2-image-id` in its place.',
  ];
}

/** As in ec2-github-runner, zones are used in place of the single inputs. */
function describeUnused(raw: RawInputs): string[] {
  const isGiven = (name: string) => !/^(\[\s*\])?$/.test(textOf(raw, name));
  if (!isGiven('availability-zones-config')) return [];
  const unused = ['ec2-image-id', 'subnet-id', 'security-group-id'].filter(isGiven);
  return unused.map((name) => `\`${name}\` is ignored: \`availability-zones-config\` is used in its place.`);
}

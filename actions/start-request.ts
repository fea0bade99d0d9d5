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
} from '../src/core/inputs/inputs.js';
import { migrateInputs } from '../src/core/inputs/migration.js';
import type { RoleTexts } from '../src/core/inputs/roles.js';
import { composeName, NAME_PATTERN, type Scope } from '../src/core/kernel/identity.js';
import { listMarkets, parseImageReference, type MachineRequest } from '../src/core/machine/request.js';
import type { DataVolumeRequest } from '../src/core/machine/data-volume-request.js';
import { DEFAULT_RUNNER_HOME } from '../src/core/machine/launch-spec.js';
import type { StartGitHub } from '../src/core/start/ports.js';
import type { RunnerRole, StartRequest, Startup } from '../src/core/start/request.js';
import type { RunContext } from '../src/host/context.js';
import { nonce } from '../src/host/nonce.js';
import { findPreset, type FoundPreset } from './find-preset.js';
import { earlyInputs, reachGitHub, type Connect } from './reach-github.js';
import type { AboutRoles, ReadRoles } from './roles.js';
import {
  checkGaps,
  checkKept,
  checkPool,
  checkVolume,
  checkZones,
  composeVolume,
  describeUnused,
  type StartValues,
} from './start-checks.js';
import { inputs } from './start-runner.inputs.js';

/** All inputs of a start, valid and completed by the preset. */
interface LoadedInputs {
  readonly values: StartValues;
  readonly raw: RawInputs;
  readonly preset: ResolvedPreset;
  readonly scope: Scope;
  readonly github: StartGitHub;
  readonly roles: readonly RoleTexts[] | undefined;
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
  const { values, scope, github, roles, dataVolume } = loaded;
  const startId = options.startId ?? nonce(8);
  const label = values.label ?? composeName(context, startId);
  const request: StartRequest = {
    run: context,
    startId,
    label,
    scope,
    ...collectFields(inputs, values, 'request'),
    runners: composeRoles(roles, label),
    ...(isShared(values, roles) && { workFolder: 'shared' }),
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
  const roles = await readRoles(values, raw, { parseYaml, isMigrated: isMigrated(original) });
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
    ...roles.problems,
    ...(await checkNamed(values, raw)),
    ...checkZones(values),
    ...checkKept(values),
    ...dataVolume.problems,
  ]);
  const { scope, github } = reached;
  const further = { roles: roles.roles, dataVolume: dataVolume.request };
  return { values, raw, preset: found.preset!, scope: scope!, github: github!, ...further };
}

/** Reads `runners`. Few starts have it, and only they load the code. */
async function readRoles(values: StartValues, raw: RawInputs, about: AboutRoles): Promise<ReadRoles> {
  if (values.runners === undefined) return { problems: [] };
  return (await import('./roles.js')).readRoles(values, raw, about);
}

/** Checks `machine-name`, `when-running` and `access`. Few starts have one, and only they load the code. */
async function checkNamed(values: StartValues, raw: RawInputs): Promise<readonly string[]> {
  if (!['machine-name', 'when-running', 'access'].some((name) => raw[name] !== undefined)) return [];
  const { checkAccess, checkMachineName } = await import('./machine-name.js');
  return [...checkMachineName(values, raw), ...checkAccess(values)];
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
function composeRoles(roles: readonly RoleTexts[] | undefined, label: string): readonly RunnerRole[] {
  return roles?.map((one) => ({ ...one, label: `${label}-${one.role}` })) ?? [{ count: 1, label }];
}

/** A single runner shares its working tree with no other. */
function isShared({ 'work-folder': workFolder }: StartValues, roles: readonly RoleTexts[] = []): boolean {
  return workFolder === 'shared' && roles.reduce((sum, { count }) => sum + count, 0) > 1;
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

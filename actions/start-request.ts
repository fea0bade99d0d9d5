import { Failure } from '../src/core/kernel/failure.js';
import { composeName, NAME_PATTERN, type Scope } from '../src/core/kernel/identity.js';
import { parseInputs, refuseProblems, type RawInputs, type ValuesOf } from '../src/core/inputs/inputs.js';
import { migrateInputs } from '../src/core/inputs/migration.js';
import type { GitHub } from '../src/core/ports/github.js';
import type { ResolvedPreset } from '../src/core/config/presets.js';
import { listMarkets, parseImageReference, type StartRequest, type VolumeWishes } from '../src/core/machine/request.js';
import { findVolumeProblems } from '../src/core/machine/volume.js';
import type { RunContext } from '../src/host/context.js';
import { nonce } from '../src/host/nonce.js';
import { checkCredentials, credentialInputs } from './credentials.inputs.js';
import { findPreset, type FoundPreset } from './find-preset.js';
import { inputs } from './start-runner.inputs.js';

export type StartValues = ValuesOf<typeof inputs>;

/** What must be known before the presets can be read. */
const earlyInputs = {
  ...credentialInputs,
  preset: inputs.preset,
  config: inputs.config,
  'runner-scope': inputs['runner-scope'],
};
type EarlyValues = ValuesOf<typeof earlyInputs>;
type Connect = (values: ValuesOf<typeof credentialInputs>, scope: Scope) => Promise<GitHub>;

export interface LoadedStart {
  readonly request: StartRequest;
  readonly values: StartValues;
  readonly notices: readonly string[];
  readonly github: GitHub;
}

/**
 * From `INPUT_*` to one validated request: translated, completed by the preset, parsed, checked.
 *
 * @param about.connect GitHub's side with these credentials; also asked for the presets file, when nothing is checked out
 * @param about.problems what else is wrong with the action's inputs
 * @param about.startId default: a new one
 * @throws Failure `bad-input` with every problem there is
 */
export async function loadStart(
  given: RawInputs,
  context: RunContext,
  about: { readonly connect: Connect; readonly problems?: readonly string[]; readonly startId?: string },
): Promise<LoadedStart> {
  const { connect, problems: others = [], startId = nonce(8) } = about;
  const migrated = migrateInputs(given, 'start');
  const early = parseInputs(earlyInputs, pick(migrated.raw, Object.keys(earlyInputs)));
  const access = await reachGitHub(migrated.raw, early, { context, connect });
  const found: FoundPreset =
    early.problems.length > 0 ? { inputs: {}, problems: [] } : await findPreset(early.values, context, access.github);
  const raw = { ...found.inputs, ...dropEmpty(migrated.raw) };
  const { values, problems } = parseInputs(inputs, raw);
  // A preset may say where its runners belong; until it was read, nobody knew.
  const reached =
    raw['runner-scope'] === found.inputs['runner-scope'] && raw['runner-scope'] !== undefined
      ? await reachGitHub(raw, parseInputs(earlyInputs, pick(raw, Object.keys(earlyInputs))), { context, connect })
      : access;
  refuseProblems([
    ...others,
    ...migrated.problems,
    ...problems,
    ...reached.problems,
    ...found.problems,
    ...(found.preset ? checkGaps(raw, values.preset, found.preset) : []),
    ...checkVolume(values, raw),
    ...checkPool(values, raw),
  ]);
  const request = composeRequest({ values, raw, preset: found.preset!, startId }, context, reached.scope!);
  return { request, values, notices: migrated.notices, github: reached.github! };
}

/** The label that a start will have, before anything else is known; another if its preset has one. */
export function foreseeLabel(given: RawInputs, context: RunContext, startId: string): string {
  const label = given['label']?.text.trim() ?? '';
  return NAME_PATTERN.test(label) ? label : composeName(context, startId);
}

/** GitHub's side, unless what it takes cannot be used; what that is, the inputs' own problems may tell already. */
async function reachGitHub(
  raw: RawInputs,
  early: { readonly values: EarlyValues; readonly problems: readonly string[] },
  { context, connect }: { context: RunContext; connect: Connect },
): Promise<{ scope?: Scope; github?: GitHub; problems: string[] }> {
  const problems = checkCredentials(raw);
  if (early.problems.length > 0) return { problems };
  const { scope, problem } = readScope(early.values['runner-scope'], context);
  if (problem !== undefined) problems.push(problem);
  if (scope === undefined || problems.length > 0) return { problems };
  try {
    return { scope, github: await connect(early.values, scope), problems };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'bad-input') throw error;
    return { problems: [`${error.message} ${error.hint}`] };
  }
}

function readScope(given: string, context: RunContext): { scope?: Scope; problem?: string } {
  if (given === 'org') return { scope: { kind: 'org', org: context.owner } };
  if (given === 'repo') return { scope: { kind: 'repo', owner: context.owner, repo: context.repo } };
  const enterprise = given.split(':')[1] ?? context.enterprise;
  if (enterprise) return { scope: { kind: 'enterprise', enterprise } };
  return { problem: '`runner-scope` is "enterprise", but the event does not name one; allowed: `enterprise:slug`.' };
}

/** What is given and cannot be used is told by the input itself. */
function checkGaps(raw: RawInputs, name: string, preset: ResolvedPreset): string[] {
  const problems: string[] = [];
  if (raw['ec2-image-id'] === undefined && preset.base === undefined) {
    problems.push(
      `\`ec2-image-id\` is empty, and preset \`${name}\` extends none of amd64, arm64, cuda, which have one.`,
    );
  }
  if (raw['ec2-instance-type'] === undefined) {
    problems.push(`\`ec2-instance-type\` is empty, and preset \`${name}\` has none.`);
  }
  return problems;
}

/** A size that only a built-in preset gives grows with the image, and with what depends on it. */
function readVolume(values: StartValues, raw: RawInputs): VolumeWishes {
  return {
    sizeGiB: values['ec2-volume-size'],
    sizeIsDefault: raw['ec2-volume-size']?.origin?.startsWith('built-in') ?? raw['ec2-volume-size'] === undefined,
    type: values['ec2-volume-type'],
    iops: values['ec2-volume-iops'],
    throughputMiBps: values['ec2-volume-throughput'],
    initializationRateMiBps: values['volume-initialization-rate'],
    encrypted: values['ec2-volume-encrypted'],
    kmsKeyId: values['ec2-volume-kms-key-id'],
  };
}

/** What was given and cannot be used is told by the input itself, and leaves the others with nothing to fit. */
function checkVolume(values: StartValues, raw: RawInputs): string[] {
  const wishes = readVolume(values, raw);
  const isUnusable = (name: keyof typeof inputs) => raw[name] !== undefined && values[name] === undefined;
  if (VOLUME_INPUTS.some(isUnusable)) return [];
  return findVolumeProblems(wishes, wishes.sizeIsDefault ? undefined : wishes.sizeGiB);
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
  return [
    '`pool` is given with `market-type: spot`; allowed: `on-demand` or `spot-then-on-demand`. Spot is not pooled.',
  ];
}

function composeRequest(
  { values, raw, preset, startId }: { values: StartValues; raw: RawInputs; preset: ResolvedPreset; startId: string },
  context: RunContext,
  scope: Scope,
): StartRequest {
  const image = values['ec2-image-id'];
  return {
    run: context,
    startId,
    label: values.label ?? composeName(context, startId),
    count: values.count,
    scope,
    runnerGroup: values['runner-group'],
    image: image === undefined ? { kind: 'published', base: preset.base! } : parseImageReference(image),
    base: preset.base,
    instanceTypes: values['ec2-instance-type']!,
    subnetIds: values['subnet-id'] ?? [],
    securityGroupIds: values['security-group-id'] ?? [],
    markets: listMarkets(values['market-type']),
    instanceProfile: values['iam-role-name'],
    keyName: values['key-name'],
    userTags: values['aws-resource-tags'] ?? {},
    volume: readVolume(values, raw),
    runnerVersion: values['runner-version'],
    runnerHome: values['runner-home-dir'],
    runAsUser: values['run-as-user'],
    preRunnerScript: values['pre-runner-script'],
    settings: { environment: values['instance-environment'], caCertificates: values['ca-certificates'] },
    pool: values.pool,
    waitFor: values['wait-for'],
    retryCapacityMs: values['retry-capacity-minutes'] * 60_000,
    startupTimeoutMs: values['startup-timeout-minutes'] * 60_000,
    idleTimeoutMs: values['idle-timeout-minutes'] * 60_000,
    maxLifetimeMs: values['max-lifetime-minutes'] * 60_000,
  };
}

export function pick(raw: RawInputs, names: readonly string[]): RawInputs {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => names.includes(name)));
}

function dropEmpty(raw: RawInputs): RawInputs {
  return Object.fromEntries(Object.entries(raw).filter(([, { text }]) => text.trim() !== ''));
}

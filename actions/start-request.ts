import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, type FailureCode } from '../src/core/failure.js';
import { composeName, type Scope } from '../src/core/identity.js';
import { parseInputs, refuseProblems, type RawInputs, type ValuesOf } from '../src/core/inputs.js';
import { migrateInputs } from '../src/core/migration.js';
import type { GitHub } from '../src/core/ports.js';
import { resolvePreset, type ResolvedPreset } from '../src/core/presets.js';
import { listMarkets, parseImageReference, type StartRequest } from '../src/core/request.js';
import type { RunContext } from '../src/host/context.js';
import { nonce } from '../src/host/nonce.js';
import { checkCredentials, credentialInputs } from './credentials.inputs.js';
import { inputs, notInPresets } from './start-runner.inputs.js';

export type StartValues = ValuesOf<typeof inputs>;

/** What a presets file is looked for under when nobody names one. */
const DEFAULT_CONFIG = '.github/ec2-runners.yml';
const REFUSALS: readonly FailureCode[] = ['github-unauthorized', 'github-forbidden', 'github-not-found'];

export interface LoadedStart {
  readonly request: StartRequest;
  readonly values: StartValues;
  readonly notices: readonly string[];
  readonly github: GitHub;
}

/**
 * From `INPUT_*` to one validated request: translated, completed by the preset, parsed, checked.
 *
 * @param connect GitHub's side with these credentials; also asked for the presets file, when nothing is checked out
 * @throws Failure `bad-input` with every problem there is
 */
export async function loadStart(
  given: RawInputs,
  context: RunContext,
  connect: (values: ValuesOf<typeof credentialInputs>, scope: Scope) => Promise<GitHub>,
): Promise<LoadedStart> {
  const migrated = migrateInputs(given, 'start');
  const early = parseInputs(
    { ...credentialInputs, preset: inputs.preset, config: inputs.config, 'runner-scope': inputs['runner-scope'] },
    pick(migrated.raw, [...Object.keys(credentialInputs), 'preset', 'config', 'runner-scope']),
  );
  const credentialProblems = checkCredentials(early.values);
  const { scope, problem } = readScope(early.values['runner-scope'], context);
  const canConnect = credentialProblems.length === 0 && scope !== undefined;
  const github = canConnect ? await connect(early.values, scope) : undefined;

  const presetNames = Object.keys(inputs).filter((name) => !notInPresets.includes(name));
  const file = await findPresetsFile(early.values.config, context, github);
  const found = resolvePreset(early.values.preset, file.found, presetNames);
  const raw = { ...found.preset.inputs, ...dropEmpty(migrated.raw) };
  const { values, problems } = parseInputs(inputs, raw);
  refuseProblems([
    ...migrated.problems,
    ...problems,
    ...credentialProblems,
    ...(problem === undefined ? [] : [problem]),
    ...(file.problem === undefined ? [] : [file.problem]),
    // Without its file a preset can't be judged; the file's own problem is told instead.
    ...(file.problem === undefined ? found.problems : []),
    ...(file.unread !== undefined && found.problems.length > 0 ? [file.unread] : []),
    ...checkCombinations(values, found.preset),
  ]);
  const request = composeRequest({ values, raw, preset: found.preset }, context, scope!);
  return { request, values, notices: migrated.notices, github: github! };
}

function readScope(given: string, context: RunContext): { scope?: Scope; problem?: string } {
  if (given === 'org') return { scope: { kind: 'org', org: context.owner } };
  if (given === 'repo') return { scope: { kind: 'repo', owner: context.owner, repo: context.repo } };
  const enterprise = given.split(':')[1] ?? context.enterprise;
  if (enterprise) return { scope: { kind: 'enterprise', enterprise } };
  return { problem: '`runner-scope` is "enterprise", but the event does not name one; allowed: `enterprise:slug`.' };
}

/**
 * The workspace's file; when nothing is checked out, the repository's at the run's commit.
 *
 * @returns `unread`: why it isn't known whether the default one exists
 */
async function findPresetsFile(
  config: string | undefined,
  context: RunContext,
  github: GitHub | undefined,
): Promise<{ found?: { path: string; text: string }; problem?: string; unread?: string }> {
  const path = config ?? DEFAULT_CONFIG;
  const local = join(context.workspace, path);
  if (existsSync(local)) return { found: { path, text: await readFile(local, 'utf8') } };
  const isCheckedOut = existsSync(join(context.workspace, '.git'));
  try {
    const text = isCheckedOut ? undefined : await github?.readFile(path, context.sha);
    if (text !== undefined) return { found: { path, text } };
  } catch (error) {
    // Nobody asked for the default file, and to start runners a token need not be able to read files.
    if (config !== undefined || !(error instanceof Failure) || !REFUSALS.includes(error.code)) throw error;
    return { unread: `${path} could not be looked for: ${error.message}. ${error.hint}` };
  }
  if (config === undefined || github === undefined) return {};
  const places = isCheckedOut ? 'in the workspace' : `in the workspace or in ${context.repository} at ${context.sha}`;
  return { problem: `\`config\` is "${config}", which is not there ${places}.` };
}

function checkCombinations(values: StartValues, preset: ResolvedPreset): string[] {
  const problems: string[] = [];
  if (values['ec2-image-id'] === undefined && preset.base === undefined) {
    problems.push(
      `\`ec2-image-id\` is empty, and preset \`${values.preset}\` extends none of amd64, arm64, cuda, which have one.`,
    );
  }
  if (values['ec2-instance-type'] === undefined) {
    problems.push(`\`ec2-instance-type\` is empty, and preset \`${values.preset}\` has none.`);
  }
  const type = values['ec2-volume-type'];
  if (values['ec2-volume-throughput'] !== undefined && type !== 'gp3') {
    problems.push(`\`ec2-volume-throughput\` is set; allowed with \`ec2-volume-type: gp3\` only, not with ${type}.`);
  }
  if (values['ec2-volume-iops'] !== undefined && !['gp3', 'io1', 'io2'].includes(type)) {
    problems.push(`\`ec2-volume-iops\` is set; allowed with \`ec2-volume-type\` gp3, io1 or io2, not with ${type}.`);
  }
  if (['io1', 'io2'].includes(type) && values['ec2-volume-iops'] === undefined) {
    problems.push(`\`ec2-volume-iops\` is empty; \`ec2-volume-type: ${type}\` needs it.`);
  }
  return problems;
}

function composeRequest(
  { values, raw, preset }: { values: StartValues; raw: RawInputs; preset: ResolvedPreset },
  context: RunContext,
  scope: Scope,
): StartRequest {
  const startId = nonce(8);
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
    volume: {
      sizeGiB: values['ec2-volume-size'],
      sizeIsDefault: raw['ec2-volume-size']?.origin?.startsWith('built-in') ?? true,
      type: values['ec2-volume-type'],
      iops: values['ec2-volume-iops'],
      throughputMiBps: values['ec2-volume-throughput'],
      initializationRateMiBps: values['volume-initialization-rate'],
    },
    runnerVersion: values['runner-version'],
    runnerHome: values['runner-home-dir'],
    runAsUser: values['run-as-user'],
    preRunnerScript: values['pre-runner-script'],
    waitFor: values['wait-for'],
    retryCapacityMs: values['retry-capacity-minutes'] * 60_000,
    startupTimeoutMs: values['startup-timeout-minutes'] * 60_000,
    idleTimeoutMs: values['idle-timeout-minutes'] * 60_000,
    maxLifetimeMs: values['max-lifetime-minutes'] * 60_000,
  };
}

function pick(raw: RawInputs, names: readonly string[]): RawInputs {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => names.includes(name)));
}

function dropEmpty(raw: RawInputs): RawInputs {
  return Object.fromEntries(Object.entries(raw).filter(([, { text }]) => text.trim() !== ''));
}

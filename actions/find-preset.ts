import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveBuiltInPreset, type ResolvedPreset } from '../src/core/config/built-in-preset.js';
import type { InputDefinition, RawInputs } from '../src/core/inputs/inputs.js';
import { Failure, type FailureCode } from '../src/core/kernel/failure.js';
import type { GitHub } from '../src/core/ports/github.js';
import type { RunContext } from '../src/host/context.js';
import { inputs, notInPresets } from './start-runner.inputs.js';

/** Path of the presets file when `config` is empty. */
const DEFAULT_CONFIG = '.github/ec2-runners.yml';
const REFUSALS: readonly FailureCode[] = ['github-unauthorized', 'github-forbidden', 'github-not-found'];

interface FoundFile {
  readonly found?: { readonly path: string; readonly text: string };
  /** Why the file that `config` names cannot be used. */
  readonly problem?: string;
  /** Why it is unknown whether the file exists. */
  readonly unread?: string;
}

export interface FoundPreset {
  readonly inputs: RawInputs;
  readonly problems: readonly string[];
  /** Absent when there are problems, so that its gaps are not reported as well. */
  readonly preset?: ResolvedPreset;
}

/** Resolves the preset with everything that it extends. @param github absent when the credentials are invalid */
export async function findPreset(
  wanted: { readonly preset: string; readonly config: string | undefined },
  context: RunContext,
  github: GitHub | undefined,
): Promise<FoundPreset> {
  const file = await findPresetsFile(wanted.config, context, github);
  // Without its file a preset cannot be resolved, so only the file's problem is reported.
  if (file.problem !== undefined) return { inputs: {}, problems: [file.problem] };
  const { preset, problems } = file.found
    ? await resolveInFile(wanted.preset, file.found)
    : resolveBuiltInPreset(wanted.preset);
  if (problems.length === 0) return { inputs: preset.inputs, problems, preset };
  return { inputs: preset.inputs, problems: file.unread === undefined ? problems : [...problems, file.unread] };
}

/** Few starts have a presets file, and only they load what reads it. */
async function resolveInFile(
  name: string,
  file: NonNullable<FoundFile['found']>,
): Promise<ReturnType<typeof resolveBuiltInPreset>> {
  const [{ resolvePreset }, { parse }] = await Promise.all([
    import('../src/core/config/presets.js'),
    import('../src/core/kernel/yaml.js'),
  ]);
  return resolvePreset(name, { ...file, parse }, listPresetInputs());
}

/** The inputs of start-runner that a preset may set. */
export function listPresetInputs(): string[] {
  return Object.entries(inputs).flatMap(([name, { legacy }]: [string, InputDefinition<unknown>]) =>
    notInPresets.includes(name) || legacy ? [] : name,
  );
}

/** Reads the file from the workspace or, when nothing is checked out, from the repository at the run's commit. */
async function findPresetsFile(
  config: string | undefined,
  context: RunContext,
  github: GitHub | undefined,
): Promise<FoundFile> {
  const path = config ?? DEFAULT_CONFIG;
  const local = join(context.workspace, path);
  if (existsSync(local)) return { found: { path, text: readFileSync(local, 'utf8') } };
  const isCheckedOut = existsSync(join(context.workspace, '.git'));
  if (!isCheckedOut && github === undefined)
    return {
      unread: `${path} could not be looked for: nothing is checked out, and there are no valid credentials for GitHub.`,
    };
  try {
    const text = isCheckedOut ? undefined : await github?.readFile(path, context.sha);
    if (text !== undefined) return { found: { path, text } };
  } catch (error) {
    // The default file need not exist, and a token that starts runners need not be able to read files.
    if (config !== undefined || !(error instanceof Failure) || !REFUSALS.includes(error.code)) throw error;
    return { unread: `${path} could not be looked for: ${error.message.replace(/\.$/, '')}. ${error.hint}` };
  }
  if (config === undefined) return {};
  const places = isCheckedOut ? 'in the workspace' : `in the workspace or in ${context.repository} at ${context.sha}`;
  return { problem: `\`config\` is "${config}", which does not exist ${places}.` };
}

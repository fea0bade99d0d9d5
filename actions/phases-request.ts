import { join } from 'node:path';
import { inspectArtifacts } from '../src/core/phases/artifacts.js';
import { listEntryPoints, listMissedEntryPoints } from '../src/core/phases/entry-points.js';
import type { ExportDestination } from '../src/core/export/address.js';
import type { Secret } from '../src/core/export/secret-forms.js';
import type { PhasePlan } from '../src/core/phases/plan.js';
import { readWork } from '../src/core/phases/read-work.js';
import { isYamlGiven, parseInputs, refuseProblems, type RawInputs, type ValuesOf } from '../src/core/inputs/inputs.js';
import { listSecrets } from '../src/core/inputs/secrets.js';
import type { Environment } from '../src/core/ports/programs.js';
import { readContext } from '../src/host/context.js';
import { listNames, readProgram } from '../src/host/read-program.js';
import { findFolder } from '../src/host/setup.js';
import { readInputs } from './read-inputs.js';
import { inputs } from './run-phases.inputs.js';

export { inputs };

/** The work as the inputs of run-phases give it. */
export interface GivenPhases {
  readonly plan: PhasePlan;
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
  /** The folder for artifacts, absolute; `undefined`: a new one. */
  readonly artifacts: string | undefined;
  /** The text of config.yaml. */
  readonly config: string | undefined;
  /** The text of variable_overrides.yaml. */
  readonly overrides: string | undefined;
  /** `env`, with `secret-env` over it. */
  readonly variables: Environment;
  /** The texts that are masked. */
  readonly secrets: readonly Secret[];
  /** Where the artifacts go; `undefined`: nowhere. */
  readonly destination: ExportDestination | undefined;
  readonly allowsPublic: boolean;
  readonly rehearse: boolean;
  readonly onInterruption: 'fail' | 'rerun';
}

type Values = ValuesOf<typeof inputs>;

/**
 * Reads the inputs. The post step gets the same inputs, and reads the same plan.
 *
 * @param isPost the artifacts are those of the main step, so they are not inspected
 * @throws Failure `bad-input` with all problems
 */
export async function readGiven({ isPost = false } = {}): Promise<GivenPhases> {
  const { workspace } = readContext();
  const raw = readInputs(inputs);
  const { values, plan, directory, problems } = await parseRequest(raw, workspace);
  const artifacts = values.artifacts && join(workspace, values.artifacts);
  const inspected = artifacts !== undefined && !isPost ? inspectArtifacts(listNames(artifacts)).problems : [];
  refuseProblems([...problems, ...inspected], HINT);
  const texts = Object.fromEntries(Object.entries(raw).map(([name, { text }]) => [name, text]));
  return {
    plan,
    name: values.name,
    directory: directory as string,
    artifacts,
    config: values.config === undefined ? undefined : raw['config']?.text,
    overrides: values.overrides === undefined ? undefined : raw['overrides']?.text,
    variables: { ...values.env, ...values['secret-env'] },
    secrets: [...listSecrets(inputs, texts).names].map(([text, name]) => ({ name, text })),
    destination: values.export,
    allowsPublic: values['export-public'],
    rehearse: values.rehearse,
    onInterruption: values['on-interruption'],
  };
}

/**
 * Parses the inputs, and finds everything in which they do not fit together.
 *
 * @param workspace absent: nothing is read of this machine, as for check-tests, which checks before a machine starts
 */
export async function parseRequest(
  raw: RawInputs,
  workspace?: string,
): Promise<{
  readonly values: Values;
  /** Not usable if there are problems, or without a workspace. */
  readonly plan: PhasePlan;
  /** Absolute; of a workspace. */
  readonly directory: string | undefined;
  readonly problems: readonly string[];
}> {
  const parseYaml = isYamlGiven(inputs, raw) ? (await import('../src/core/kernel/yaml.js')).parse : undefined;
  const { values, problems } = parseInputs(inputs, raw, parseYaml);
  const directory = workspace && values.directory && findFolder(workspace, values.directory);
  const found = [
    ...problems,
    ...(workspace && values.directory && !directory ? [describeMissing(values.directory, workspace)] : []),
    ...(['config', 'overrides'] as const).flatMap((name) =>
      values[name] === undefined || isMap(values[name])
        ? []
        : [`\`${name}\` is no map; allowed: a map in YAML or JSON.`],
    ),
  ];
  const work = readPlan(values, directory);
  return {
    values,
    plan: work.plan,
    directory,
    problems: [...found, ...(problems.some(isOfWork) ? [] : work.problems)],
  };
}

/** Whether a problem is of an input that says what runs. Then the work cannot be read, and has no further problems. */
function isOfWork(problem: string): boolean {
  return /^`(phases|program|slots|only|skip)`/.test(problem);
}

const HINT = 'Correct them in the workflow. Nothing was run.';

function describeMissing(directory: string, workspace: string): string {
  return `\`directory\` is "${directory}", which is no folder in ${workspace}. Is the repository checked out?`;
}

function readPlan(values: Values, directory: string | undefined): ReturnType<typeof readWork> {
  const { phases, problems } = readList(values, directory);
  const { slots, parallel, only = [], skip = [] } = values;
  const work = readWork({ phases, slots, parallel, only, skip });
  // The phases of a program are not known without its folder.
  const isUnknown = values.program !== undefined && directory === undefined;
  return problems.length > 0 || isUnknown ? { ...work, problems } : work;
}

/** The list of phases, which `phases` has or `program` shows. */
function readList(
  { phases, program }: Values,
  directory: string | undefined,
): { readonly phases: unknown; readonly problems: readonly string[] } {
  const hasPhases = phases !== undefined && phases !== null;
  if (hasPhases === (program !== undefined)) {
    const given = hasPhases ? '`phases` and `program` are both given' : '`phases` or `program` is needed';
    return { phases: [], problems: [`${given}; allowed: one of them.`] };
  }
  if (program === undefined) return { phases, problems: [] };
  const text = directory === undefined ? '' : readProgram(directory, program);
  if (text === undefined)
    return { phases: [], problems: [`\`program\` is "${program}", which is no file in ${directory}.`] };
  const missed = listMissedEntryPoints(text).map(
    (what) =>
      `\`program\` is "${program}", and ${what}; allowed: entry points that can be called without arguments, or the input \`phases\`.`,
  );
  if (missed.length > 0) return { phases: [], problems: missed };
  const found = listEntryPoints(program, text);
  if (found.length > 0 || directory === undefined) return { phases: found, problems: [] };
  const none = `\`program\` is "${program}", which defines no entry point; allowed: a program with functions such as \`prepare_ci\` and \`test_ci\`.`;
  return { phases: [], problems: [none] };
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

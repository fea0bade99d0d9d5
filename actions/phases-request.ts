import { join } from 'node:path';
import { inspectArtifacts } from '../src/core/phases/artifacts.js';
import { listEntryPoints } from '../src/core/phases/entry-points.js';
import type { PhasePlan } from '../src/core/phases/plan.js';
import { readWork } from '../src/core/phases/read-work.js';
import { isYamlGiven, parseInputs, refuseProblems, type ValuesOf } from '../src/core/inputs/inputs.js';
import { listSecrets } from '../src/core/inputs/secrets.js';
import type { Environment } from '../src/core/ports/programs.js';
import { readContext } from '../src/host/context.js';
import { listNames, readProgram } from '../src/host/read-program.js';
import { findFolder } from '../src/host/setup.js';
import { readInputs } from './read-inputs.js';
import { inputs } from './run-phases.inputs.js';

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
  /** `env`, with `secret-env` over it. */
  readonly variables: Environment;
  /** The texts that are masked. */
  readonly secrets: readonly string[];
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
  const parseYaml = isYamlGiven(inputs, raw) ? (await import('../src/core/kernel/yaml.js')).parse : undefined;
  const { values, problems } = parseInputs(inputs, raw, parseYaml);
  const directory = values.directory && findFolder(workspace, values.directory);
  const artifacts = values.artifacts && join(workspace, values.artifacts);
  const found = [
    ...problems,
    ...(values.directory && directory === undefined ? [describeMissing(values.directory, workspace)] : []),
    ...(artifacts !== undefined && !isPost ? inspectArtifacts(listNames(artifacts)).problems : []),
    ...(values.config === undefined || isMap(values.config)
      ? []
      : ['`config` is no map; allowed: a map in YAML or JSON.']),
  ];
  const work = readPlan(values, directory);
  refuseProblems([...found, ...(problems.some(isOfWork) ? [] : work.problems)], HINT);
  const texts = Object.fromEntries(Object.entries(raw).map(([name, { text }]) => [name, text]));
  return {
    plan: work.plan,
    name: values.name,
    directory: directory as string,
    artifacts,
    config: values.config === undefined ? undefined : raw['config']?.text,
    variables: { ...values.env, ...values['secret-env'] },
    secrets: listSecrets(inputs, texts).texts,
    rehearse: values.rehearse,
    onInterruption: values['on-interruption'],
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
  return problems.length > 0 ? { ...work, problems } : work;
}

/** The list of phases, which `phases` has or `program` shows. */
function readList(
  { phases, program }: Values,
  directory: string | undefined,
): { readonly phases: unknown; readonly problems: readonly string[] } {
  const hasPhases = phases !== undefined && phases !== null;
  if (hasPhases === (program !== undefined))
    return { phases: [], problems: ['`phases` or `program` is needed; allowed: one of them.'] };
  if (program === undefined) return { phases, problems: [] };
  const text = directory === undefined ? '' : readProgram(directory, program);
  if (text === undefined)
    return { phases: [], problems: [`\`program\` is "${program}", which is no file in ${directory}.`] };
  const found = listEntryPoints(program, text);
  if (found.length > 0 || directory === undefined) return { phases: found, problems: [] };
  const none = `\`program\` is "${program}", which defines no entry point; allowed: a program with functions such as \`prepare_ci\` and \`test_ci\`.`;
  return { phases: [], problems: [none] };
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

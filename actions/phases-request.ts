import { join } from 'node:path';
import { inspectArtifacts } from '../src/core/phases/artifacts.js';
import { readInterleave } from '../src/core/interleave/inputs.js';
import type { InterleavedWork } from '../src/core/interleave/work.js';
import type { ExportDestination } from '../src/core/export/address.js';
import type { Secret } from '../src/core/export/secret-forms.js';
import type { PhasePlan } from '../src/core/phases/plan.js';
import { readWork } from '../src/core/phases/read-work.js';
import { isYamlGiven, parseInputs, refuseProblems, type RawInputs, type ValuesOf } from '../src/core/inputs/inputs.js';
import { listSecrets } from '../src/core/inputs/secrets.js';
import type { Environment } from '../src/core/ports/programs.js';
import { readContext, type RunContext } from '../src/host/context.js';
import { listNames } from '../src/host/read-program.js';
import { findFolder } from '../src/host/setup.js';
import type * as late from './interleave-phases.js';
import { readList } from './phases-list.js';
import { readInputs } from './read-inputs.js';
import { inputs } from './run-phases.inputs.js';

export { inputs };

/** The work as the inputs of run-phases give it. */
export interface GivenPhases {
  readonly plan: PhasePlan;
  readonly name: string;
  /** Absolute. With `interleave`, that of the base. */
  readonly directory: string;
  /** Two sides that are measured in turn. */
  readonly interleaved: InterleavedWork | undefined;
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
type Place = Pick<RunContext, 'workspace' | 'runId'>;

/**
 * Reads the inputs. The post step gets the same inputs, and reads the same plan.
 *
 * @param isPost the artifacts are those of the main step, so they are not inspected
 * @throws Failure `bad-input` with all problems
 */
export async function readGiven({ isPost = false } = {}): Promise<GivenPhases> {
  const place = readContext();
  const { workspace } = place;
  const raw = readInputs(inputs);
  const { values, plan, directory, interleaved, problems } = await parseRequest(raw, place);
  const artifacts = values.artifacts && join(workspace, values.artifacts);
  const inspected = artifacts !== undefined && !isPost ? inspectArtifacts(listNames(artifacts)).problems : [];
  refuseProblems([...problems, ...inspected], HINT);
  const texts = Object.fromEntries(Object.entries(raw).map(([name, { text }]) => [name, text]));
  return {
    plan,
    name: values.name,
    directory: directory as string,
    interleaved,
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
 * @param place absent: nothing is read of this machine, as for check-tests, which checks before a machine starts
 */
export async function parseRequest(
  raw: RawInputs,
  place?: Place,
): Promise<{
  readonly values: Values;
  /** Not usable if there are problems, or without a workspace. */
  readonly plan: PhasePlan;
  /** Absolute; of a workspace. */
  readonly directory: string | undefined;
  readonly interleaved: InterleavedWork | undefined;
  readonly problems: readonly string[];
}> {
  const parseYaml = isYamlGiven(inputs, raw) ? (await import('../src/core/kernel/yaml.js')).parse : undefined;
  const { values, problems } = parseInputs(inputs, raw, parseYaml);
  // Its code is loaded only where it is needed.
  const late = values.interleave && (await import('./interleave-phases.js'));
  const { request, problems: apart } = readInterleave(values, { runId: place?.runId ?? '' });
  const places = place && values.directory ? findPlaces(values, place, late) : { directories: [], problems: [] };
  const work = await readPlan(values, places.directories, late);
  const turns = late && request && late.interleaveWork(work.plan, request, places.sides ?? []);
  const isRead = !problems.some(isOfWork) && work.problems.length === 0;
  return {
    values,
    plan: turns?.plan ?? work.plan,
    directory: places.directories[0],
    interleaved: turns?.work,
    problems: [
      ...problems,
      ...places.problems,
      ...listNoMaps(values),
      ...(problems.some((one) => one.startsWith('`results`')) ? [] : apart),
      ...(problems.some(isOfWork) ? [] : work.problems),
      // The phases of a program are not known without its folder.
      ...(isRead && (place || values.program === undefined) ? (turns?.problems ?? []) : []),
    ],
  };
}

type Late = typeof late | undefined;

/** The working directories, each absolute: one, or those of both sides. */
function findPlaces({ directory, interleave }: Values, { workspace }: Place, late: Late) {
  if (late && interleave) {
    const { sides, problems } = late.findSides(workspace, interleave, directory);
    return { sides, directories: sides.map((side) => side.directory), problems };
  }
  const found = findFolder(workspace, directory);
  return found === undefined
    ? { directories: [], problems: [describeMissing(directory, workspace)] }
    : { directories: [found], problems: [] };
}

function listNoMaps(values: Values): readonly string[] {
  return (['config', 'overrides'] as const)
    .filter((name) => values[name] !== undefined && !isMap(values[name]))
    .map((name) => `\`${name}\` is no map; allowed: a map in YAML or JSON.`);
}

/** Whether a problem is of an input that says what runs. Then the work cannot be read, and has no further problems. */
function isOfWork(problem: string): boolean {
  return /^`(phases|program|slots|only|skip)`/.test(problem);
}

const HINT = 'Correct them in the workflow. Nothing was run.';

function describeMissing(directory: string, workspace: string): string {
  return `\`directory\` is "${directory}", which is no folder in ${workspace}. Is the repository checked out?`;
}

/** @param directories of which each may have a program of its own */
async function readPlan(
  values: Values,
  directories: readonly string[],
  late: Late,
): Promise<ReturnType<typeof readWork>> {
  const lists = await Promise.all(
    (directories.length > 0 ? directories : [undefined]).map((one) => readList(values, one)),
  );
  const { phases, problems } = late?.joinLists(lists, values.program) ?? lists[0]!;
  const { slots, parallel, only = [], skip = [] } = values;
  const work = readWork({ phases, slots, parallel, only, skip });
  // The phases of a program are not known without its folder.
  const isUnknown = values.program !== undefined && directories.length === 0;
  return problems.length > 0 || isUnknown ? { ...work, problems } : work;
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { type Change, describeOrigin } from '../config/configuration.js';
import { shorten } from '../config/describe-missing.js';
import { parseKey } from '../config/key-path.js';
import {
  type ConfigurationFile,
  type Override,
  readConfiguration,
  type Resolution,
  resolveConfiguration,
  type WantedPreset,
} from '../config/resolve-configuration.js';
import { type Value, type ValueMap, writeJson, WrittenNumber } from '../config/value.js';
import type { YamlLanguage } from '../config/yaml-scalars.js';
import { sortArguments } from './arguments.js';
import { type Command, type CommandText, listOverrides, readCommand } from './command.js';
import { type JudgeMachine, readMachine } from './machine.js';
import { mergePayload } from './merge-payload.js';
import { listPhases, listPhasesOf, type PlannedPhase } from './phases.js';

/** What plan-run is asked for: the inputs, parsed, and the texts of the event. Nothing of it has been judged yet. */
export interface PlanRequest {
  /** The commit that was fixed when the comment was read. */
  readonly sha: string;
  /** Absent where no comment started the run (`workflow_dispatch`, `schedule`). */
  readonly comment?: CommandText;
  /** The pull request's description. */
  readonly description?: CommandText;
  readonly testName?: string;
  /** The names of all tests of the repository. */
  readonly testNames: readonly string[];
  /** The configuration at {@link sha}. */
  readonly config?: { readonly path: string; readonly text: string };
  readonly language: YamlLanguage;
  /** From the input, before those of the comment. */
  readonly presets: readonly WantedPreset[];
  /** From the input. The comment's count more. */
  readonly overrides: readonly Override[];
  /** The environments that an argument may name. */
  readonly environments: readonly string[];
  /** Whether an argument may be none of: an environment, a commit, a preset. */
  readonly otherArguments: 'refuse' | 'keep';
  /** The phases, in their order. */
  readonly phases: readonly string[];
  /** Inputs of start-runner, with the key of the configuration that each takes its value from. */
  readonly machine: Readonly<Record<string, string>>;
  readonly judgeMachine?: JudgeMachine;
  /** A benchmark's payload, and the template that it changes: parsed JSON. */
  readonly payload?: unknown;
  readonly template?: unknown;
}

/** A key that is not as the file has it, for the plan's table. */
export interface PlannedChange {
  readonly key: string;
  readonly value: Value;
  /** `undefined`: the file has no such key. */
  readonly before: Value | undefined;
  /** `preset \`light\`, config.yaml, line 12`; `the comment, line 3` */
  readonly from: string;
}

/** What is to run. */
export interface Plan {
  /** `plan`: the answer is the plan, and nothing runs. */
  readonly mode: 'test' | 'plan';
  readonly sha: string;
  /** The command's words after the test's name, as written. */
  readonly args: readonly string[];
  /** Those of the arguments that are environments, each once, in the order of the table. */
  readonly environments: readonly string[];
  /** The commit that the comment names, at least seven digits of it. */
  readonly commit?: string;
  /** The resolved configuration. References (`@key`) are left to the one who reads a value. */
  readonly config?: ValueMap;
  /** What the run asks of {@link config}, by key: later ones count more. For programs that apply their presets again. */
  readonly overrides: ValueMap;
  readonly presetsApplied: readonly string[];
  readonly presets: readonly string[];
  readonly phases: readonly PlannedPhase[];
  /** Inputs of start-runner. A key without a value gives none. */
  readonly machine: Readonly<Record<string, string>>;
  /** For run-compose's input `override`. */
  readonly composeOverride?: unknown;
  readonly changes: readonly PlannedChange[];
  readonly warnings: readonly string[];
}

export type Planning =
  /** The comment is none of this test's. `hint`: what its author may have meant. */
  | { readonly kind: 'none'; readonly hint?: string }
  /** Each problem is a sentence that names the place. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  | { readonly kind: 'plan'; readonly plan: Plan };

/** Decides what is to run. All problems are reported at once, and nothing has been started yet. */
export function makePlan(request: PlanRequest): Planning {
  const reading = readRequest(request);
  if (reading.kind === 'none') return reading;
  const mistakes = reading.kind === 'refused' ? reading.problems : [];
  const refuse = (problems: readonly string[]): Planning => ({
    kind: 'refused',
    problems: [...new Set([...mistakes, ...problems])],
  });
  const file = request.config && readConfiguration(request.config, request.language);
  // Without its file, everything that the command names would be unknown.
  if (file && !file.isReadable) return refuse(file.problems);
  if (reading.command === undefined) return refuse([]);
  const warnings = [...('warnings' in reading ? reading.warnings : []), ...(file?.warnings ?? [])];
  const planning = judgeCommand(request, { command: reading.command, file, warnings });
  if (planning.kind === 'refused') return refuse(planning.problems);
  return mistakes.length > 0 ? refuse([]) : planning;
}

interface ReadCommand {
  readonly command: Command;
  readonly file: ConfigurationFile | undefined;
  readonly warnings: readonly string[];
}

function judgeCommand(
  request: PlanRequest,
  { command, file, warnings }: ReadCommand,
): Exclude<Planning, { readonly kind: 'none' }> {
  const phasesOfFile = listPhasesOf(file);
  const added = file ? findAddedKeys(command, file) : [];
  const { environments, commit, ...args } = sortArguments(command, { ...request, presets: file?.presets });
  const resolved = file && resolve(file, request, { command, presets: args.presets });
  const phases = listPhases(command.phases, { known: request.phases, ofFile: phasesOfFile, config: resolved?.config });
  const machine = readMachine(request, resolved?.config, file?.path);
  const problems = new Set([resolved, args, phases, machine].flatMap((one) => one?.problems ?? []));
  if (problems.size > 0) return { kind: 'refused', problems: [...problems] };
  const override = mergePayload(request.template, request.payload);
  const plan: Plan = {
    mode: command.mode,
    sha: request.sha,
    args: command.args.map(({ text }) => text),
    environments,
    ...(commit === undefined ? {} : { commit }),
    ...(resolved === undefined ? {} : { config: resolved.config.root }),
    overrides: Object.fromEntries(listAllOverrides(request, command).map(({ key, value }) => [key, value])),
    presetsApplied: resolved?.presetsApplied ?? [],
    presets: resolved?.names ?? [],
    phases: phases.phases,
    machine: machine.inputs,
    ...(override === undefined ? {} : { composeOverride: override }),
    changes: (resolved?.changes ?? []).map((change) => describeChange(change, file!.path)),
    warnings: [...warnings, ...added, ...phases.warnings, ...(resolved?.changes ?? []).flatMap(describeNumber)],
  };
  return { kind: 'plan', plan };
}

/** As in the seed, a comment may add a key without a dot. A misspelled one would do the same. */
function findAddedKeys({ vars }: Command, { root, path }: ConfigurationFile): string[] {
  return vars
    .filter(({ key }) => parseKey(key)?.length === 1 && !Object.hasOwn(root, key))
    .map(({ key, source }) => `${source}: \`${shorten(key)}\` is not a key of ${path}, and is added.`);
}

/** `4.10` where the file has text, most often a version, becomes 4.1 to whoever reads the number. */
function describeNumber({ key, value, before, origin }: Change): string[] {
  const isNumber = typeof value === 'number' || value instanceof WrittenNumber;
  if (origin.kind !== 'override' || typeof before !== 'string' || !isNumber) return [];
  const read = value instanceof WrittenNumber ? value.value : value;
  return [
    `${origin.source}: \`${shorten(key)}\` becomes the number ${read}, and is text in the file; write \`"${writeJson(value)}"\` for text.`,
  ];
}

/** A run without a comment is a test without arguments. */
function readRequest({ comment, description, ...options }: PlanRequest): ReturnType<typeof readCommand> {
  if (comment) return readCommand(comment, description, options);
  const empty = { args: [], below: [], vars: [], phases: [], project: [], cluster: [] };
  return { kind: 'command', command: { mode: 'test', testName: options.testName, ...empty }, warnings: [] };
}

function resolve(
  file: ConfigurationFile,
  request: PlanRequest,
  { command, presets }: { readonly command: Command; readonly presets: readonly WantedPreset[] },
): Resolution {
  return resolveConfiguration(file, {
    presets: [...request.presets, ...presets],
    overrides: listAllOverrides(request, command),
  });
}

function listAllOverrides(request: PlanRequest, command: Command): readonly Override[] {
  return [...request.overrides, ...listOverrides(command, request.comment?.source ?? 'the run')];
}

function describeChange({ key, value, before, origin }: Change, path: string): PlannedChange {
  return { key, value, before, from: describeOrigin(origin, path) };
}

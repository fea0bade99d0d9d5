import { FORMATS, type FormatName } from '../src/core/figures/formats.js';
import type { MeasuringMachine } from '../src/core/figures/machine.js';
import { parseHistoryAddress, type HistoryAddress } from '../src/core/history/address.js';
import {
  BadValue,
  BadValues,
  parseInputs,
  refuseProblems,
  type RawInputs,
  type ValuesOf,
} from '../src/core/inputs/inputs.js';
import { isMap } from '../src/core/figures/json.js';
import type { FailOn } from '../src/core/judge/conclusion.js';
import { readThresholds, type Threshold } from '../src/core/judge/threshold.js';
import { readDirections } from '../src/core/judgement/direction.js';
import type { JudgeRules } from '../src/core/judgement/judge.js';
import { parseResultPaths, type ResultPaths } from '../src/core/judgement/result-paths.js';
import { readThresholdDocument, readThresholdText } from '../src/core/judgement/threshold-entries.js';
import { parse as parseYaml } from '../src/core/kernel/yaml.js';
import { readContext } from '../src/host/context.js';
import { readGivenFile } from '../src/host/given-file.js';
import { inputs } from './judge-results.inputs.js';
import { readInputs } from './read-inputs.js';

type Values = ValuesOf<typeof inputs>;

/** What the results are compared with. `branch`: the runs of the base branch. `release`: those of the newest version. */
export type Baseline =
  { readonly kind: 'none' | 'branch' | 'release' } | { readonly kind: 'files'; readonly paths: readonly ResultPaths[] };

export interface GivenResults {
  readonly paths: readonly ResultPaths[];
  /** As the users wrote them. */
  readonly patterns: string;
  readonly format: FormatName | undefined;
  readonly baseline: Baseline;
  readonly history: HistoryAddress | undefined;
  readonly record: 'auto' | 'always' | 'never';
  readonly machine: MeasuringMachine | undefined;
  readonly commit: string | undefined;
  readonly rules: JudgeRules;
  readonly plots: 'changed' | 'all' | 'none';
  readonly comment: boolean;
  /** A comment of earlier jobs, which is only posted. */
  readonly post: string | undefined;
  readonly token: string | undefined;
}

export { inputs };

/** @throws Failure `bad-input` with all problems */
export function readGiven(): GivenResults {
  const { given, problems } = readRequest(readInputs(inputs), readContext().workspace);
  refuseProblems(problems, HINT);
  return given;
}

/** Checks the inputs of a later job. A file with thresholds is not read: nothing is checked out yet. */
export function parseRequest(raw: RawInputs): Promise<{ readonly problems: readonly string[] }> {
  return Promise.resolve(readRequest(raw, undefined));
}

/** @param workspace the folder of files that inputs name; `undefined`: they are not read */
function readRequest(
  raw: RawInputs,
  workspace: string | undefined,
): { readonly given: GivenResults; readonly problems: readonly string[] } {
  const { values, problems } = parseInputs(inputs, raw, parseYaml);
  const found = [...problems];
  /** The value of an input that needs more than its text; a problem of it is added to the others. */
  const read = <T>(name: keyof typeof inputs, body: () => T): T | undefined => {
    try {
      return body();
    } catch (error) {
      for (const problem of listProblems(error)) found.push(`\`${name}\` ${problem}`);
      return undefined;
    }
  };
  const thresholds = read('thresholds', () => readGivenThresholds(values.thresholds, workspace));
  const directions = read('better', () => readDirections(values.better));
  const paths = read('results', () => (values.results === undefined ? [] : parseResultPaths(values.results)));
  const format = read('format', () => readFormat(values.format));
  const history = read('history', () => values.history && parseHistoryAddress(values.history));
  const baseline = read('baseline', () => readBaseline(values));
  const machine = read('machine', () => readMachineInput(values.machine));
  const rules: JudgeRules = {
    name: values.name,
    thresholds: thresholds ?? [],
    requireThresholds: values['require-thresholds'],
    directions: directions ?? [],
    minimumChange: Math.max(values['minimum-change'], Number.EPSILON),
    minSamples: values['min-samples'],
    confidence: values.confidence,
    areSuspected: values['on-regression'] === 'suspect',
    ...(values['fail-on'] && { failOn: new Set(values['fail-on'] as readonly FailOn[]) }),
    ...(values.confirm && { confirm: values.confirm }),
  };
  const given = {
    paths: paths ?? [],
    patterns: values.results ?? '',
    format,
    baseline: baseline ?? { kind: 'none' },
    history: history || undefined,
    record: values.record,
    machine,
    commit: values.commit,
    rules,
    plots: values.plots,
    comment: values.comment,
    post: values.post,
    token: values['github-token'],
  };
  return { given, problems: [...found, ...(problems.length === 0 ? findConflicts(values) : [])] };
}

const HINT = 'Correct them in the workflow. Nothing was judged.';

function listProblems(error: unknown): readonly string[] {
  const all = error instanceof BadValues ? error.all : error instanceof BadValue ? [error] : undefined;
  if (!all) throw error;
  return all.map(
    ({ part, allowed }) =>
      `${part === undefined ? 'is not usable' : `is ${JSON.stringify(part)}`}; allowed: ${allowed}.`,
  );
}

function readGivenThresholds(given: unknown, workspace: string | undefined): readonly Threshold[] {
  if (given === undefined || given === null) return [];
  if (typeof given !== 'string') return readThresholds(readThresholdDocument(given));
  if (workspace === undefined) return [];
  const text = readGivenFile(workspace, given);
  if (text === undefined) throw new BadValue(`a map from metrics to expressions, or a file in ${workspace}`, given);
  return readThresholds(readThresholdText(text, parseYaml));
}

function readFormat(given: string | undefined): FormatName | undefined {
  if (given === undefined || Object.hasOwn(FORMATS, given)) return given as FormatName | undefined;
  throw new BadValue(`one of ${Object.keys(FORMATS).join(', ')}`, given);
}

function readBaseline({ baseline, history }: Values): Baseline {
  if (baseline === undefined) return { kind: history === undefined ? 'none' : 'branch' };
  if (baseline === 'base-branch') return { kind: 'branch' };
  if (baseline === 'last-release') return { kind: 'release' };
  return { kind: 'files', paths: parseResultPaths(baseline) };
}

const MACHINE = 'a map with `type`, `image` and `kernel`, each a text';

function readMachineInput(given: unknown): MeasuringMachine | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isMap(given)) throw new BadValue(MACHINE);
  const bad = Object.entries(given).find(
    ([key, value]) => !['type', 'image', 'kernel'].includes(key) || typeof value !== 'string',
  );
  if (bad) throw new BadValue(MACHINE, `${bad[0]}: ${JSON.stringify(bad[1])}`);
  return given;
}

/** How every output `comment` begins. */
const MARK = '<!-- ci-actions judge-results: ';

/** Inputs that do not fit together. */
function findConflicts(values: Values): readonly string[] {
  const { results, post, history, baseline } = values;
  const needsHistory = baseline === 'base-branch' || baseline === 'last-release';
  return [
    ...(results === undefined && post === undefined
      ? ['`results` is empty; allowed: the files with the results, or `post`.']
      : []),
    ...(post !== undefined && !post.startsWith(MARK)
      ? ['`post` is no output `comment` of this action; allowed: one, or several of them one after the other.']
      : []),
    ...(results !== undefined && post !== undefined
      ? ['`results` and `post` are both given; allowed: one of them.']
      : []),
    ...(needsHistory && history === undefined
      ? [`\`baseline\` is "${baseline}" without a \`history\`; allowed: files, or with a \`history\`.`]
      : []),
    ...(values.confirm && values['on-regression'] === 'suspect'
      ? ['`confirm` and `on-regression: suspect` are both given; allowed: one of them.']
      : []),
  ];
}

import { shorten } from '../src/core/config/describe-missing.js';
import type { Override } from '../src/core/config/resolve-configuration.js';
import { isMap } from '../src/core/config/value.js';
import { readYaml } from '../src/core/config/yaml-document.js';
import type { YamlLanguage } from '../src/core/config/yaml-scalars.js';
import type { PlanOptions } from '../src/core/command/hear-comment.js';
import type { DocumentSource, WantedFiles } from '../src/core/command/load-files.js';
import { readVar } from '../src/core/command/var-line.js';
import { flag, text } from '../src/core/inputs/input-kinds.js';
import {
  describeUnknown,
  parseInputs,
  type InputDefinitions,
  type RawInputs,
  type ValuesOf,
} from '../src/core/inputs/inputs.js';
import type { inputs } from './plan-run.inputs.js';

type Values = ValuesOf<typeof inputs>;

export interface ParsedRequest {
  readonly options: PlanOptions;
  readonly files: WantedFiles;
  readonly problems: readonly string[];
}

/** What `machine` may map besides inputs of start-runner. */
const ownMachineInputs: InputDefinitions = {
  'aws-region': text('', {
    matches: /^[a-z]{2,}(-[a-z]+)+-\d+$/,
    allowed: 'the name of a region, such as `us-east-1`',
  }),
  keep: flag(''),
};
/** Inputs of start-runner that say where the others come from, or what the step does. */
const notMapped = ['config', 'dry-run', 'mode', 'github-token', 'app-id', 'app-private-key', 'app-installation-id'];

/** What the inputs ask for. Only a request that maps inputs of start-runner loads their definitions. */
export async function parseRequest(values: Values): Promise<ParsedRequest> {
  const language = values.yaml;
  const overrides = readOverrides(values.overrides ?? '', language);
  const payload = readDocument('payload', values.payload);
  const template = readDocument('template', values.template);
  const machine = values.machine ?? {};
  const definitions = values.machine ? await loadMachineInputs() : {};
  const unknown = Object.keys(machine)
    .filter((name) => !Object.hasOwn(definitions, name))
    .map((name) => describeUnmapped(name, Object.keys(definitions)));
  const withoutConfig = [
    ...(values.machine && values.config === undefined ? ['machine'] : []),
    ...(values.presets && values.config === undefined ? ['presets'] : []),
  ].map((name) => `\`${name}\` needs \`config\`, which is empty.`);
  const testName = values['test-name'];
  const options: PlanOptions = {
    ...(testName !== undefined && { testName }),
    testNames: values['test-names'] ?? [],
    language,
    presets: (values.presets ?? []).map((name) => ({ name, source: 'the input `presets`' })),
    overrides: overrides.overrides,
    environments: values['known-environments'] ?? [],
    otherArguments: values['other-arguments'],
    phases: values.phases ?? [],
    machine,
    judgeMachine: (inputs) => judgeMachine(definitions, inputs),
  };
  const files = { config: values.config, payload: payload.source, template: template.source };
  const problems = [...overrides.problems, ...payload.problems, ...template.problems, ...unknown, ...withoutConfig];
  return { options, files, problems };
}

function describeUnmapped(name: string, known: readonly string[]): string {
  const sentence = describeUnknown(name, known, 'in `machine`');
  return sentence.endsWith('?')
    ? sentence
    : `${sentence.slice(0, -1)} that can be mapped; allowed: ${known.join(', ')}.`;
}

async function loadMachineInputs(): Promise<InputDefinitions> {
  const { inputs: known } = await import('./start-runner.inputs.js');
  const all: InputDefinitions = known;
  const mapped = Object.entries(all).filter(
    ([name, { legacy, secret }]) => !legacy && !secret && !notMapped.includes(name),
  );
  return { ...Object.fromEntries(mapped), ...ownMachineInputs };
}

function judgeMachine(definitions: InputDefinitions, inputs: RawInputs): readonly string[] {
  const own = Object.entries(definitions).filter(([name]) => Object.hasOwn(inputs, name));
  return parseInputs(Object.fromEntries(own), inputs).problems;
}

function readOverrides(
  lines: string,
  language: YamlLanguage,
): { readonly overrides: readonly Override[]; readonly problems: readonly string[] } {
  const overrides: Override[] = [];
  const problems: string[] = [];
  for (const [at, line] of lines.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const read = readVar(line.trim(), language);
    if ('problem' in read)
      problems.push(
        `\`overrides\`, line ${at + 1}: \`${shorten(line.trim())}\` ${read.problem.replaceAll('`/var ', '`')}`,
      );
    else overrides.push({ key: read.key, value: read.value, source: `the input \`overrides\`, line ${at + 1}` });
  }
  return { overrides, problems };
}

function readDocument(
  name: string,
  given: string | undefined,
): { readonly source?: DocumentSource; readonly problems: readonly string[] } {
  if (given === undefined) return { problems: [] };
  if (/^[^{}\n:]+\.(json|ya?ml)$/i.test(given)) return { source: { path: given }, problems: [] };
  const { value, problems: mistakes } = readYaml(given, '1.2');
  const allowed = 'a map in JSON or YAML, or the path of a file (.json, .yml, .yaml)';
  const [mistake] = mistakes;
  if (mistake) return { problems: [`\`${name}\`, line ${mistake.line}: ${mistake.text}; allowed: ${allowed}.`] };
  if (!isMap(value)) return { problems: [`\`${name}\` is ${JSON.stringify(shorten(given))}; allowed: ${allowed}.`] };
  return { source: { value }, problems: [] };
}

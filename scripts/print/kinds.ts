import { parseDocument } from 'yaml';
import { readFragments } from './fragments.js';
import type { Fillings } from './template.js';
import { readInterface, type Interface, type Own, type Shared, type WorkflowOutput } from './workflow-inputs.js';

/** One kind of work on a machine: a file in workflows/kinds/, of which `<name>-on-ec2.yml` is printed. */
export interface Kind {
  /** The file's name without `.yml`, and the id of the step that works. */
  readonly name: string;
  readonly contract: Interface;
  /** What the frame is filled with. */
  readonly fillings: Fillings;
}

/** What the frame takes as text from each kind. */
const required = ['head', 'run-name', 'artifact', 'job-timeout', 'work-steps'] as const;
/** What a kind may leave out. */
const optional = [
  'check-inputs',
  'start-outputs',
  'start-steps',
  'start-inputs',
  'restart-inputs',
  'checkout-inputs',
  'benchmark-name',
  'judge-job',
] as const;

/**
 * @param name the file's name without `.yml`
 * @throws Error that lists every problem of the file
 */
export function readKind(name: string, text: string, shared: Shared): Kind {
  const fragments = readFragments(text);
  const missing = required.filter((part) => !fragments[part]).map((part) => `\`${part}\` is missing.`);
  const { contract, problems } = readInterface(parseKind(name, text), shared);
  const all = [...missing, ...problems];
  if (all.length > 0) throw new Error(`workflows/kinds/${name}.yml:\n${all.join('\n')}`);
  const ofStep = contract.outputs.filter(isOfStep).map((output) => output.name);
  return {
    name,
    contract,
    fillings: {
      ...Object.fromEntries([...required, ...optional].map((part) => [part, fragments[part] ?? ''])),
      'concurrency-group': composeGroup(name),
      'work-interrupted': outputOf(name, 'interrupted'),
      'work-artifacts': outputOf(name, 'artifacts'),
      'work-interleaved': outputOf(name, 'interleaved'),
      'when-measured': `steps.machine.outputs.gone == 'false' && inputs.results != '' && steps.${name}.outputs.interrupted != 'true'`,
      'work-outputs': [
        ...['verdict', ...ofStep].map((one) => `${one}: ${outputOf(name, one)}`),
        ...(fragments['more-outputs'] ? [fragments['more-outputs']] : []),
      ].join('\n'),
    },
  };
}

function outputOf(step: string, output: string): string {
  return `\${{ steps.${step}.outputs.${output} }}`;
}

/** Whether the step that works has an output of this name, from which the workflow's is made. `verdict` is in any case. */
function isOfStep({ name, value, isShared }: WorkflowOutput): boolean {
  if (name === 'verdict') return false;
  return value === undefined || (!isShared && value.includes(`jobs.test.outputs.${name} `));
}

/** @throws Error that names the file, and the line that is not YAML */
function parseKind(name: string, text: string): Own {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new Error(`workflows/kinds/${name}.yml: ${error.message}`);
  return document.toJS() as Own;
}

/** Calls of two kinds in one run never share a group, even if all their inputs have the same values. */
function composeGroup(name: string): string {
  const run = "github.event_name == 'pull_request' && github.ref || github.run_id";
  return `${name}-\${{ github.workflow }}-\${{ ${run} }}-\${{ toJSON(inputs) }}`;
}

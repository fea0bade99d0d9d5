import { readReady } from '../src/core/compose/read-ready.js';
import { readComposeRequest } from '../src/core/compose/read-request.js';
import type { ComposeRequest } from '../src/core/compose/request.js';
import type { FailureCode } from '../src/core/kernel/failure-codes.js';
import { type InterleaveRequest, readInterleave } from '../src/core/interleave/inputs.js';
import { collectFields } from '../src/core/inputs/fields.js';
import {
  isYamlGiven,
  parseInputs,
  refuseProblems,
  textOf,
  type RawInputs,
  type ValuesOf,
} from '../src/core/inputs/inputs.js';
import { listSecrets } from '../src/core/inputs/secrets.js';
import type { Environment } from '../src/core/ports/programs.js';
import { readContext } from '../src/host/context.js';
import { findFolder } from '../src/host/setup.js';
import { readInputs } from './read-inputs.js';
import { inputs } from './run-compose.inputs.js';

export { inputs };

/** A project as the inputs of run-compose give it. */
export interface GivenProject {
  readonly request: ComposeRequest;
  /** Absolute, like the workspace. Not usable with `interleave`: each side has one of its own. */
  readonly directory: string;
  /** Two sides that are measured in turn. */
  readonly interleave: InterleaveRequest | undefined;
  readonly workspace: string;
  /** `env`, with `secret-env` over it. */
  readonly variables: Environment;
  /** The texts that are masked. */
  readonly secrets: readonly string[];
  readonly onInterruption: 'fail' | 'rerun';
}

/** @throws Failure `bad-input` with all problems */
export async function readRequest(): Promise<GivenProject> {
  const { workspace, runId } = readContext();
  const raw = readInputs(inputs);
  const { values, request, interleave, problems } = await parseRequest(raw, runId);
  const directory = values.directory && findFolder(workspace, values.directory);
  const elsewhere =
    values.directory && directory === undefined && textOf(raw, 'interleave') === ''
      ? [`\`directory\` is "${values.directory}", which is no folder in ${workspace}. Is the repository checked out?`]
      : [];
  refuseProblems([...problems, ...elsewhere], HINT);
  return {
    request,
    directory: directory as string,
    interleave,
    workspace,
    variables: { ...values.env, ...values['secret-env'] },
    secrets: secretsOf(raw),
    onInterruption: values['on-interruption'],
  };
}

/**
 * Parses the inputs, and finds everything in which they do not fit together. Reads nothing of this machine: check-tests
 * checks them before a machine starts.
 *
 * @param runId of the workflow run, which is the default of `seed`
 */
export async function parseRequest(
  raw: RawInputs,
  runId = '',
): Promise<{
  readonly values: ValuesOf<typeof inputs>;
  /** Not usable if there are problems. */
  readonly request: ComposeRequest;
  readonly interleave: InterleaveRequest | undefined;
  readonly problems: readonly string[];
}> {
  const parseYaml = isYamlGiven(inputs, raw) ? (await import('../src/core/kernel/yaml.js')).parse : undefined;
  const { values, problems } = parseInputs(inputs, raw, parseYaml);
  const { ready, problems: unready } = readReady(values.ready);
  const { request, problems: joint } = readComposeRequest(collectFields(inputs, values, 'compose'), {
    session: values.session,
    exec: values.exec,
    run: values.run,
    image: values['session-image'],
    command: values.command,
    ready,
    resultFrom: values['result-from'],
    requireFiles: values['require-files']?.texts ?? [],
  });
  const hasResult = request.resultFrom.kind !== 'exit-code';
  const turns = readInterleave(values, { runId, ...(hasResult && { results: ['$ARTIFACTS/result.json'] }) });
  // A value that could not be read has no part in what does not fit together.
  const together = problems.length === 0 ? [...joint, ...turns.problems] : [];
  return { values, request, interleave: turns.request, problems: [...problems, ...unready, ...together] };
}

function secretsOf(raw: RawInputs): readonly string[] {
  const texts = Object.entries(raw).map(([name, { text }]) => [name, text] as const);
  return listSecrets(inputs, Object.fromEntries(texts)).texts;
}

/** The variables of the user, for a post step: they may say where Docker is. */
export function readVariables(): Environment {
  const { values } = parseInputs(inputs, readInputs(inputs));
  return { ...values.env, ...values['secret-env'] };
}

/** With these codes nothing was started. */
export const BEFORE_ANYTHING: readonly FailureCode[] = [
  'bad-input',
  'compose-invalid',
  'compose-too-old',
  'docker-forbidden',
  'docker-missing',
];

export const HINT = 'Correct them in the workflow. Nothing was started.';

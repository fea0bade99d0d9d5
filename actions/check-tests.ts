import {
  parseInputs,
  refuseProblems,
  type InputDefinitions,
  type RawInputs,
  type ValuesOf,
} from '../src/core/inputs/inputs.js';
import { checkAccess, checkOwner, findMissingSecrets, summarizeSkip } from '../src/core/test-request/check.js';
import { chooseEnvironments } from '../src/core/test-request/choose-environments.js';
import {
  composeArtifactName,
  composeJobLimit,
  composeLabel,
  composeLifetime,
} from '../src/core/test-request/compose.js';
import { findCommit } from '../src/core/test-request/find-commit.js';
import { readContext, type RunContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { createRemote } from '../src/host/git.js';
import { createLog } from '../src/host/log.js';
import { nonce } from '../src/host/nonce.js';
import { writeOutputs } from '../src/host/outputs.js';
import { appendSummary } from '../src/host/summary.js';
import { inputs } from './check-tests.inputs.js';
import { readInputs } from './read-inputs.js';

type Values = ValuesOf<typeof inputs>;

/** `check-tests`. */
export function runCheckTests(): Promise<void> {
  return runAction(async () => {
    const log = createLog();
    const context = readContext();
    const { values, environments } = await readRequest(context);
    const skip = findMissingSecrets(values['required-secrets'] ?? [], values['secret-env']);
    if (skip !== '') {
      log.notice(`Skipped: ${skip}`);
      appendSummary(summarizeSkip(skip), log);
    }
    const repository = values.repository ?? context.repository;
    const request = { repository, ref: values.ref, allowForks: values['allow-forks'] };
    const sha = await findCommit(request, context, createRemote(context.serverUrl, values['repository-token']));
    log.info(`To test: ${sha} of ${repository}.`);
    const own = nonce(12);
    const needsMachine = skip === '' && values['runs-on'] === undefined;
    const jobMinutes = composeJobLimit(values['timeout-minutes'], values['more-minutes']);
    const keepMinutes = needsMachine && values.keep ? values['keep-minutes'] : 0;
    writeOutputs({
      sha,
      skip,
      label: needsMachine ? composeLabel(context, own) : '',
      artifact: composeArtifactName(values.artifact ?? 'tests', own),
      'job-minutes': jobMinutes,
      'max-lifetime-minutes': composeLifetime(jobMinutes + keepMinutes),
      'keep-minutes': keepMinutes === 0 ? '' : keepMinutes,
      environments,
    });
  });
}

/** @throws Failure `bad-input` */
async function readRequest(context: RunContext): Promise<{ values: Values; environments: readonly string[] }> {
  const { values, problems } = parseInputs(inputs, readInputs(inputs));
  const known = values['known-environments'];
  const choice = known ? chooseEnvironments(values.environments ?? '', known) : { chosen: [], problems: [] };
  const access = {
    role: values['role-to-assume'] !== undefined,
    key: values['aws-access-key-id'] !== undefined,
    secretKey: values['aws-secret-access-key'] !== undefined,
    withoutSecrets: context.isFromFork,
  };
  refuseProblems([
    ...problems,
    ...(await check(toRun(values['run-compose']), () => import('./compose-request.js'))),
    ...(await check(toRun(values['run-phases']), () => import('./phases-request.js'))),
    ...(await check(toJudge(values['judge-results']), () => import('./judge-request.js'))),
    ...choice.problems,
    ...(values['runs-on'] === undefined ? checkAccess(access) : []),
    ...checkOwner({ repository: values.repository, allowForks: values['allow-forks'] }, context),
  ]);
  return { values, environments: choice.chosen };
}

/** The inputs of the workflow by the names that they have in judge-results. */
function toJudge(given: Values['judge-results']): Values['judge-results'] {
  return given && { ...given, name: given['benchmark'] ?? null, format: given['result-format'] ?? null };
}

/** Those that the action which runs gets. Without `interleave`, collect-results takes the results. */
function toRun(given: Values['run-compose']): Values['run-compose'] {
  return given && { ...given, results: given['interleave'] ? (given['results'] ?? null) : null };
}

/** What reads the inputs of another action. */
interface OtherAction {
  readonly inputs: InputDefinitions;
  readonly parseRequest: (raw: RawInputs) => Promise<{ readonly problems: readonly string[] }>;
}

/** @returns problems of the inputs that only the other action has */
async function check(
  given: Readonly<Record<string, unknown>> | undefined,
  load: () => Promise<OtherAction>,
): Promise<readonly string[]> {
  if (given === undefined) return [];
  const { inputs: known, parseRequest } = await load();
  const isOwn = (name: string): boolean => Object.hasOwn(known, name) && !Object.hasOwn(inputs, name);
  const own = Object.entries(given).filter(([name, value]) => isOwn(name) && value !== null);
  const raw = own.map(([name, value]) => [name, { text: typeof value === 'string' ? value : JSON.stringify(value) }]);
  return (await parseRequest(Object.fromEntries(raw) as RawInputs)).problems;
}

import {
  checkAccess,
  composeArtifactName,
  composeLifetime,
  findMissingSecrets,
  summarizeSkip,
} from '../src/core/verdict/check-tests.js';
import { chooseEnvironments } from '../src/core/tox/choose-environments.js';
import { parseInputs, refuseProblems, type ValuesOf } from '../src/core/inputs/inputs.js';
import { resolveRef } from '../src/core/tox/resolve-ref.js';
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
    const { values, problems } = parseInputs(inputs, readInputs(inputs));
    const known = values['known-environments'];
    const choice = known ? chooseEnvironments(values.environments ?? '', known) : { chosen: [], problems: [] };
    const access = values['runs-on'] === undefined ? checkAccess(accessOf(values, context)) : [];
    refuseProblems([...problems, ...choice.problems, ...access, ...checkOwner(values, context)]);
    const skip = findMissingSecrets(values['required-secrets'] ?? [], values['secret-env']);
    if (skip !== '') {
      log.notice(`Skipped: ${skip}`);
      await appendSummary(summarizeSkip(skip), log);
    }
    const sha = await findCommit(values, context);
    log.info(`To test: ${sha} of ${values.repository ?? context.repository}.`);
    const own = nonce(12);
    const needsMachine = skip === '' && values['runs-on'] === undefined;
    writeOutputs({
      sha,
      skip,
      label: needsMachine ? `ec2-${context.runId}-${context.runAttempt}-${own}` : '',
      artifact: composeArtifactName(values.artifact ?? 'tests', own),
      'max-lifetime-minutes': composeLifetime(values['timeout-minutes']),
      environments: choice.chosen,
    });
  });
}

/** The run's own commit needs no question: GitHub found it already. */
async function findCommit(values: Values, context: RunContext): Promise<string> {
  const repository = values.repository ?? context.repository;
  const isOwn = repository.toLowerCase() === context.repository.toLowerCase();
  if (isOwn && (values.ref === undefined || values.ref === context.sha)) return context.sha;
  return resolveRef(
    { repository, ref: values.ref, allowForks: values['allow-forks'] },
    createRemote(context.serverUrl, values['repository-token']),
  );
}

function checkOwner({ repository, 'allow-forks': allowForks }: Values, context: RunContext): string[] {
  const owner = repository?.split('/')[0]?.toLowerCase() ?? context.owner.toLowerCase();
  if (allowForks || owner === context.owner.toLowerCase()) return [];
  return [
    `\`repository\` is "${repository}", of another owner than ${context.repository}; allowed: repositories of ${context.owner}, or \`allow-forks: true\` after reading that code.`,
  ];
}

function accessOf(values: Values, context: RunContext): Parameters<typeof checkAccess>[0] {
  return {
    role: values['role-to-assume'] !== undefined,
    key: values['aws-access-key-id'] !== undefined,
    secretKey: values['aws-secret-access-key'] !== undefined,
    withoutSecrets: context.isFromFork,
  };
}

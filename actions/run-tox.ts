import * as advice from '../src/core/kernel/advice.js';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { summarizeEnvironments } from '../src/core/verdict/environment-table.js';
import { Failure } from '../src/core/kernel/failure.js';
import { withoutPrivate } from '../src/core/tox/github-files.js';
import { parseInputs, refuseProblems, type ValuesOf } from '../src/core/inputs/inputs.js';
import { summarizeTests } from '../src/core/verdict/test-report.js';
import { judgeTests, resultsOf, type Evidence, type Verdict } from '../src/core/verdict/test-verdict.js';
import { clock } from '../src/host/clock.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { writeOutputs } from '../src/host/outputs.js';
import { runProgram } from '../src/host/programs.js';
import { listenForCancellation } from '../src/host/signals.js';
import { watchStepFiles } from '../src/host/step-files.js';
import { appendSummary } from '../src/host/summary.js';
import { readInputs } from './read-inputs.js';
import { refuseCancelled, say, type Place } from './run-tox-place.js';
import { runTests } from './run-tox-tests.js';
import { inputs } from './run-tox.inputs.js';

type Values = ValuesOf<typeof inputs>;

/** `run-tox`. */
export function runRunTox(): Promise<void> {
  const signal = listenForCancellation('Run the job again: the tests were ended with the step.');
  return runAction(async () => {
    const log = createLog();
    const { values, cwd } = readValues();
    const beganAt = clock.now();
    const report = (verdict: string): void =>
      writeOutputs({ verdict, minutes: ((clock.now() - beganAt) / 60_000).toFixed(1) });
    report('failed');
    const names = Object.keys({ ...values.env, ...values['secret-env'] });
    const first = { cwd, env: composeEnvironment(values), signal, log, names };
    const place = values.setup === undefined ? first : await log.group('Setup', () => runSetup(values.setup!, first));
    const evidence = await runTests(values, place);
    const verdict = judgeTests(evidence);
    const { failure } = verdict;
    report(failure ? 'failed' : 'passed');
    for (const warning of verdict.warnings) log.warning(warning);
    await appendSummary(summarize(values, evidence, verdict), log);
    if (failure) throw new Failure(failure.code, failure.message, { hint: failure.hint });
  });
}

/** @throws Failure `bad-input` */
function readValues(): { values: Values; cwd: string } {
  const { values, problems } = parseInputs(inputs, readInputs(inputs));
  const { workspace } = readContext();
  const cwd = join(workspace, values['working-directory'] ?? '');
  const missing =
    values['tox-env'] === undefined && problems.length === 0
      ? ['`tox-env` is empty; allowed: the name of a tox environment.']
      : [];
  const elsewhere = statSync(cwd, { throwIfNoEntry: false })?.isDirectory()
    ? []
    : [
        `\`working-directory\` is "${values['working-directory'] ?? ''}", which is no folder in ${workspace}. Is the repository checked out?`,
      ];
  refuseProblems([...problems, ...missing, ...elsewhere]);
  return { values, cwd };
}

function composeEnvironment(values: Values): NodeJS.ProcessEnv {
  // A service has no HOME, and much of what tests call does not work without.
  return { HOME: homedir(), ...withoutPrivate(process.env), ...values.env, ...values['secret-env'] };
}

/** @returns where the tests run: what `setup` wrote for later steps holds for them as well */
async function runSetup(setup: string, place: Place): Promise<Place> {
  const readFiles = watchStepFiles(place.env);
  const ended = await runProgram({ ...place, command: 'bash', args: ['-eo', 'pipefail', '-c', setup], onLine: say });
  refuseCancelled(place);
  if (ended.code !== 0)
    throw new Failure('setup-failed', `\`setup\` ended with ${ended.why ?? `exit code ${ended.code}`}.`, {
      hint: advice.READ_SETUP_LOG,
    });
  const { variables, prepend } = readFiles();
  const env = { ...place.env, ...variables };
  const names = [...new Set([...place.names, ...Object.keys(variables)])];
  return { ...place, names, env: { ...env, PATH: prepend(env['PATH'] ?? '') } };
}

function summarize(values: Values, evidence: Evidence, { failure, environments }: Verdict): string {
  const tests = summarizeTests(`tox -e ${values['tox-env']}`, failure ? 'failed' : 'passed', resultsOf(evidence));
  return `${tests}\n${summarizeEnvironments(environments)}`;
}

import { collectFields } from '../src/core/inputs/fields.js';
import { parseInputs, refuseProblems, type ValuesOf } from '../src/core/inputs/inputs.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { ToxRequest } from '../src/core/tox/request.js';
import { runTox } from '../src/core/tox/run.js';
import type { Log } from '../src/core/ports/process.js';
import { summarizeInterruption, summarizeRun } from '../src/core/tox/summary.js';
import { judgeTests, type TestVerdict } from '../src/core/tox/verdict.js';
import { clock } from '../src/host/clock.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { watchForInterruption } from '../src/host/interruption.js';
import { createLog } from '../src/host/log.js';
import { writeOutputs } from '../src/host/outputs.js';
import { composeEnvironment, findFolder, runSetup } from '../src/host/setup.js';
import { listenForCancellation } from '../src/host/signals.js';
import { appendSummary } from '../src/host/summary.js';
import { openToxMachine } from '../src/host/tox-machine.js';
import { readInputs } from './read-inputs.js';
import { inputs } from './run-tox.inputs.js';

type Values = ValuesOf<typeof inputs>;

/** `run-tox`. */
export function runRunTox(): Promise<void> {
  const cancellation = listenForCancellation('Run the job again: the tests were ended together with the step.');
  return runAction(async () => {
    const log = createLog();
    const { values, request, cwd } = readRequest();
    const beganAt = clock.now();
    const report = (verdict: 'passed' | 'failed' | '', interrupted = false): void =>
      writeOutputs({ verdict, minutes: ((clock.now() - beganAt) / 60_000).toFixed(1), interrupted });
    // The outputs are set even if this step fails or is canceled.
    report('failed');
    const interruption = watchForInterruption((sentence) => log.notice(sentence));
    const signal = AbortSignal.any([cancellation, interruption.signal]);
    try {
      const verdict = await test({ values, request, cwd, signal }, log);
      report(verdict.failure ? 'failed' : 'passed');
      const { failure } = verdict;
      if (failure) throw new Failure(failure.code, failure.message, { hint: failure.hint });
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'interrupted') throw error;
      report('', true);
      if (values['on-interruption'] === 'fail') throw error;
      log.notice(`${error.message} ${NEXT}`);
      appendSummary(summarizeInterruption(request, `${error.message} ${NEXT}`), log);
    } finally {
      interruption.close();
    }
  });
}

const NEXT = 'This step has no verdict: the next job of the workflow runs the tests again.';

interface Test extends Request {
  readonly signal: AbortSignal;
}

/** Runs `setup` and the tests, and writes the summary. */
async function test({ values, request, cwd, signal }: Test, log: Log): Promise<TestVerdict> {
  const variables = { ...values.env, ...values['secret-env'] };
  const first = { cwd, env: composeEnvironment(variables), setVariables: Object.keys(variables), signal };
  const { setup } = values;
  const context = setup === undefined ? first : await log.group('Setup', () => runSetup(setup, first));
  const machine = openToxMachine(context);
  const facts = await runTox(request, machine, log).finally(() => machine.close());
  const verdict = judgeTests(facts);
  for (const warning of verdict.warnings) log.warning(warning);
  appendSummary(summarizeRun(request, facts, verdict), log);
  return verdict;
}

interface Request {
  readonly values: Values;
  readonly request: ToxRequest;
  readonly cwd: string;
}

/** @throws Failure `bad-input` */
function readRequest(): Request {
  const { values, problems } = parseInputs(inputs, readInputs(inputs));
  const { workspace } = readContext();
  const folder = values['working-directory'];
  const cwd = findFolder(workspace, folder);
  const missing =
    values['tox-env'] === '' && problems.length === 0
      ? ['`tox-env` is empty; allowed: the name of a tox environment.']
      : [];
  const elsewhere =
    cwd === undefined
      ? [
          `\`working-directory\` is "${folder ?? ''}", which is no folder in ${workspace}. Is the repository checked out?`,
        ]
      : [];
  refuseProblems([...problems, ...missing, ...elsewhere]);
  return { values, request: collectFields(inputs, values, 'tox'), cwd: cwd! };
}
